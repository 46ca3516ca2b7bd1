#define ASSAY_KERNEL_SET generic
#define ASSAY_KERNEL_NAME "generic"
#include "solvers/device/cpu/pursuit_kernel_body.hpp"
