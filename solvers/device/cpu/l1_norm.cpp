#include "solvers/device/l1_norm.hpp"

#include <cmath>
#include <cstddef>

namespace assay::solvers {

/// In eight interleaved partial sums: a fixed order that still vectorises.
template <class Device, class T>
double l1_norm(const Array<Device, T>& X) {
    constexpr std::size_t lanes = 8;
    double partial[lanes] = {};
    const T* x = X.data();
    std::size_t i = 0;
    for (; i + lanes <= X.size(); i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) {
            partial[lane] += static_cast<double>(std::abs(x[i + lane]));
        }
    }
    for (; i < X.size(); ++i) partial[0] += static_cast<double>(std::abs(x[i]));
    double sum = 0.0;
    for (const double part : partial) sum += part;
    return sum;
}

template double l1_norm(const Array<Cpu, double>&);
template double l1_norm(const Array<Cpu, float>&);

}  // namespace assay::solvers
