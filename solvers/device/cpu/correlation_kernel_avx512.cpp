#define ASSAY_KERNEL_SET avx512
#define ASSAY_KERNEL_NAME "avx512"
#include "solvers/device/cpu/correlation_kernel_body.hpp"
