#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/l1_norm.hpp"

namespace assay::solvers {

template <class Device, class T>
double l1_norm(const Array<Device, T>& X) {
    const T* x = X.data();
    return cuda::sum_of<double>(X.size(),
                                [=] __device__(std::size_t i) { return fabs(static_cast<double>(x[i])); });
}

template double l1_norm(const Array<Cuda, double>&);
template double l1_norm(const Array<Cuda, float>&);

}  // namespace assay::solvers
