#include "solvers/dictionary/ridge_readout.hpp"

#include <algorithm>
#include <string>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"

namespace assay::solvers {

template <class Device, class T>
void RidgeReadout<Device, T>::add(const Array<Device, T>& columns, const Array<Device, T>& targets) {
    add_times_codes_transposed(columns, columns, S_);
    add_times_codes_transposed(targets, columns, B_);
}

template <class Device, class T>
Array<Device, T> RidgeReadout<Device, T>::classifier(double ridge, double dropout) const {
    if (!(ridge > 0.0) || !(dropout >= 0.0 && dropout < 1.0)) {
        throw Error("a ridge of " + std::to_string(ridge) + " with a dropout of " + std::to_string(dropout),
                    "ridge_readout", "take a ridge above 0 and a dropout in [0, 1)");
    }
    if (dropout == 0.0) return ridge_regression(ridge, S_, B_);
    const std::size_t K = S_.rows();
    std::vector<T> penalised = S_.to_host();
    for (std::size_t k = 0; k < K; ++k) {
        T& own = penalised[k * (K + 1)];
        own += static_cast<T>(dropout / (1.0 - dropout)) * own;
    }
    return ridge_regression(ridge, Array<Device, T>::from_host(K, K, penalised), B_);
}

template <class Device, class T>
std::vector<std::uint32_t> largest_rows(const Array<Device, T>& scores) {
    const std::vector<T> values = scores.to_host();
    std::vector<std::uint32_t> rows(scores.cols());
    for (std::size_t j = 0; j < rows.size(); ++j) {
        const T* own = values.data() + j * scores.rows();
        rows[j] = static_cast<std::uint32_t>(std::max_element(own, own + scores.rows()) - own);
    }
    return rows;
}

#define ASSAY_INSTANTIATE(Device, T)        \
    template class RidgeReadout<Device, T>; \
    template std::vector<std::uint32_t> largest_rows(const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
