// Instantiates the kernels of correlation_kernel.hpp. Each correlation_kernel_<set>.cpp defines
// ASSAY_KERNEL_SET and includes this file once. As in unrolled_kernel_body.hpp, nothing in here may call an
// inline function of the standard library.

#include "solvers/device/cpu/correlation_kernel_layers.hpp"
#include "solvers/device/cpu/correlation_kernel_lazy.hpp"
#include "solvers/device/cpu/correlation_kernel_sweep.hpp"
#include "solvers/device/cpu/correlation_kernel_tile.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {

template <class T>
CorrelationKernels<T> correlation_kernels() {
    return {ASSAY_KERNEL_NAME, &correlate<T>,        &sweep<T>,        &lazy_sweep<T>,
            &draw<T>,          &correlate_listed<T>, &encode_layer<T>, &add_listed_patches<T>};
}
template CorrelationKernels<float> correlation_kernels<float>();
template CorrelationKernels<double> correlation_kernels<double>();

}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
