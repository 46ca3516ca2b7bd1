#include <string_view>

#include "solvers/device/cpu/pursuit_kernel.hpp"
#include "solvers/device/cpu_kernels.hpp"

namespace assay::solvers::kernels {

template <class T>
const PursuitKernels<T>& best_pursuit_kernels() {
    static const PursuitKernels<T> best = [] {
        const std::string_view set = cpu_kernel_set();  // one choice for all kernels
        return set == "avx512" ? avx512::pursuit_kernels<T>()
               : set == "avx2" ? avx2::pursuit_kernels<T>()
                               : generic::pursuit_kernels<T>();
    }();
    return best;
}
template const PursuitKernels<float>& best_pursuit_kernels<float>();
template const PursuitKernels<double>& best_pursuit_kernels<double>();

}  // namespace assay::solvers::kernels
