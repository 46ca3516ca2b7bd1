// Instantiates the kernels of unrolled_kernel.hpp. Each unrolled_kernel_<set>.cpp defines ASSAY_KERNEL_SET
// and includes this file once. Nothing in here may call an inline function of the standard library: compiled
// for a newer instruction set, its code could be linked into the rest of the program.

#include "solvers/device/cpu/unrolled_kernel_encode.hpp"
#include "solvers/device/cpu/unrolled_kernel_reverse.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {

template <class T>
Kernels<T> kernels() {
    return {ASSAY_KERNEL_NAME, &encode<T>, &reverse<T>, &combine<T>};
}
template Kernels<float> kernels<float>();
template Kernels<double> kernels<double>();

}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
