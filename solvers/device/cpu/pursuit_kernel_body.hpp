// Instantiates the kernels of pursuit_kernel.hpp. Each pursuit_kernel_<set>.cpp defines ASSAY_KERNEL_SET and
// includes this file once. As in unrolled_kernel_body.hpp, nothing in here may call an inline function of the
// standard library.

#include "solvers/device/cpu/pursuit_kernel_largest.hpp"
#include "solvers/device/cpu/pursuit_kernel_lasso.hpp"
#include "solvers/device/cpu/pursuit_kernel_omp.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {

template <class T>
PursuitKernels<T> pursuit_kernels() {
    return {ASSAY_KERNEL_NAME, &largest<T>, &pursue<T>, &solve_lasso<T>};
}
template PursuitKernels<float> pursuit_kernels<float>();
template PursuitKernels<double> pursuit_kernels<double>();

}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
