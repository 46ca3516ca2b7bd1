#include "solvers/device/cpu/unrolled_kernel.hpp"
#include "solvers/device/cpu_kernels.hpp"

namespace assay::solvers {

namespace kernels {

template <class T>
const Kernels<T>& best_kernels() {
    static const Kernels<T> best =
        __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")
            ? avx512::kernels<T>()
        : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2::kernels<T>()
                                                                          : generic::kernels<T>();
    return best;
}
template const Kernels<float>& best_kernels<float>();
template const Kernels<double>& best_kernels<double>();

}  // namespace kernels

const char* cpu_kernel_set() {
    return kernels::best_kernels<float>().name;
}

}  // namespace assay::solvers
