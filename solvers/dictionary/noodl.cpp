#include "solvers/dictionary/noodl.hpp"

#include <cmath>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/dictionary/gradient.hpp"

namespace assay::solvers {

template <class Device, class T>
Array<Device, T> noodl_codes(const NoodlOptions& options, const Array<Device, T>& D,
                             const Array<Device, T>& X) {
    require_entries("noodl_codes", "the dictionary D", D);
    require_entries("noodl_codes", "the sample matrix X", X);
    const T eta = static_cast<T>(options.code_step);
    Array<Device, T> B(D.cols(), X.cols());
    gemm(Op::transpose, Op::none, T(1), D, X, T(0), B);
    Array<Device, T> Z = B.copy();
    shrink_all(Shrinkage::hard, static_cast<T>(0.5 * options.lower_bound), Z);
    scale(eta, B);
    Array<Device, T> A = gram(D);  // I - eta D^T D
    scale(-eta, A);
    add_to_diagonal(T(1), A);
    for (std::size_t t = 0; t < options.code_iterations; ++t) {
        Array<Device, T> next = multiply_sparse(A, Z);
        axpy(T(1), B, next);
        shrink_all(Shrinkage::hard, static_cast<T>(options.code_threshold), next);
        const double change = distance(next, Z);
        std::swap(Z, next);
        if (change <= options.code_tolerance * norm(Z)) break;
    }
    return Z;
}

template <class Device, class T>
void noodl_update(double rate, const Array<Device, T>& X, const Array<Device, T>& Z, Array<Device, T>& D) {
    axpy(static_cast<T>(-rate), noodl_gradient(D, X, Z), D);
    normalize_columns(D);
}

template <class Device, class T>
Array<Device, T> noodl_step(const NoodlOptions& options, const Array<Device, T>& X, Array<Device, T>& D,
                            std::uint64_t iteration) {
    Array<Device, T> Z = noodl_codes(options, D, X);
    noodl_update(options.rate, X, Z, D);
    if (!std::isfinite(norm(D))) {
        throw Diverged("the dictionary", iteration, "noodl_step",
                       "lower the rate or the code step, and check the samples for NaN");
    }
    return Z;
}

#define ASSAY_INSTANTIATE(Device, T)                                                                         \
    template Array<Device, T> noodl_codes(const NoodlOptions&, const Array<Device, T>&,                      \
                                          const Array<Device, T>&);                                          \
    template void noodl_update(double, const Array<Device, T>&, const Array<Device, T>&, Array<Device, T>&); \
    template Array<Device, T> noodl_step(const NoodlOptions&, const Array<Device, T>&, Array<Device, T>&,    \
                                         std::uint64_t);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
