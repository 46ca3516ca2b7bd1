#include "solvers/device/keep_largest.hpp"

#include "solvers/device/no_cuda/absent.hpp"
#include "solvers/device/sparse_codes.hpp"

namespace assay::solvers {

template <class D, class T>
void keep_largest(std::size_t, Array<D, T>&) {
    absent();
}
template <class D, class T>
SparseCodes<D, T> largest_entries(std::size_t, const Array<D, T>&) {
    absent();
}

#define ASSAY_INSTANTIATE(T)                                  \
    template void keep_largest(std::size_t, Array<Cuda, T>&); \
    template SparseCodes<Cuda, T> largest_entries(std::size_t, const Array<Cuda, T>&);

ASSAY_INSTANTIATE(double)
ASSAY_INSTANTIATE(float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
