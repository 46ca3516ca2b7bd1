#include <string_view>

#include "solvers/device/cpu/correlation_kernel.hpp"
#include "solvers/device/cpu_kernels.hpp"

namespace assay::solvers::kernels {

template <class T>
const CorrelationKernels<T>& best_correlation_kernels() {
    static const CorrelationKernels<T> best = [] {
        const std::string_view set = cpu_kernel_set();  // one choice for all kernels
        return set == "avx512" ? avx512::correlation_kernels<T>()
               : set == "avx2" ? avx2::correlation_kernels<T>()
                               : generic::correlation_kernels<T>();
    }();
    return best;
}
template const CorrelationKernels<float>& best_correlation_kernels<float>();
template const CorrelationKernels<double>& best_correlation_kernels<double>();

}  // namespace assay::solvers::kernels
