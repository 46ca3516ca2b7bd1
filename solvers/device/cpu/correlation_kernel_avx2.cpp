#define ASSAY_KERNEL_SET avx2
#define ASSAY_KERNEL_NAME "avx2"
#include "solvers/device/cpu/correlation_kernel_body.hpp"
