#include "solvers/dictionary/gradient_impl.hpp"

namespace assay::solvers {

ASSAY_INSTANTIATE_GRADIENT(Cpu, double)
ASSAY_INSTANTIATE_GRADIENT(Cpu, float)
ASSAY_INSTANTIATE_GRADIENT(Cuda, double)
ASSAY_INSTANTIATE_GRADIENT(Cuda, float)

}  // namespace assay::solvers
