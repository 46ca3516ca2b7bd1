#include "solvers/device/l1_norm.hpp"

#include "solvers/device/no_cuda/absent.hpp"

namespace assay::solvers {

template <class Device, class T>
double l1_norm(const Array<Device, T>&) {
    absent();
}

template double l1_norm(const Array<Cuda, double>&);
template double l1_norm(const Array<Cuda, float>&);

}  // namespace assay::solvers
