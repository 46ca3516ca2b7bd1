#define ASSAY_KERNEL_SET generic
#define ASSAY_KERNEL_NAME "generic"
#include "solvers/device/cpu/correlation_kernel_body.hpp"
