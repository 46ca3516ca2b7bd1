#include "solvers/device/atom_updates.hpp"
#include "solvers/device/keep_largest.hpp"
#include "solvers/device/lasso_descent.hpp"
#include "solvers/device/no_cuda/absent.hpp"
#include "solvers/device/pursuit.hpp"
#include "solvers/device/sparse_codes_shapes.hpp"

namespace assay::solvers {

template <class D, class T>
void keep_largest(std::size_t, Array<D, T>&) {
    absent();
}
template <class D, class T>
SparseCodes<D, T> largest_entries(std::size_t, const Array<D, T>&) {
    absent();
}
template <class D, class T>
SparseCodes<D, T> pursue(const Pursuit&, const Array<D, T>&, const Array<D, T>&, const std::vector<double>&) {
    absent();
}
template <class D, class T>
std::vector<LassoOutcome> lasso_descent(const LassoDescent&, const Array<D, T>&, const Array<D, T>&,
                                        const std::vector<double>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
Array<D, T> to_dense(const SparseCodes<D, T>&) {
    absent();
}
template <class D, class T>
Array<D, T> multiply_codes(const Array<D, T>&, const SparseCodes<D, T>&) {
    absent();
}
template <class D, class T>
void add_times_transposed(T, const Array<D, T>&, const SparseCodes<D, T>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
void add_outer(T, const SparseCodes<D, T>&, const SparseCodes<D, T>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
SparseCodes<D, T> multiply_on_support(const Array<D, T>&, const SparseCodes<D, T>&,
                                      const SparseCodes<D, T>&) {
    absent();
}
template <class D, class T>
SparseCodes<D, T> on_support(const Array<D, T>&, const SparseCodes<D, T>&) {
    absent();
}
template <class D, class T>
Array<D, T> atom_direction(const Array<D, T>&, const AtomUsers<D>&, const SparseCodes<D, T>&,
                           const Array<D, T>&) {
    absent();
}
template <class D, class T>
void exchange_atom(const Array<D, T>&, const Array<D, T>&, const AtomUsers<D>&, SparseCodes<D, T>&,
                   Array<D, T>&) {
    absent();
}

#define ASSAY_INSTANTIATE(T)                                                                            \
    template void keep_largest(std::size_t, Array<Cuda, T>&);                                           \
    template SparseCodes<Cuda, T> largest_entries(std::size_t, const Array<Cuda, T>&);                  \
    template SparseCodes<Cuda, T> pursue(const Pursuit&, const Array<Cuda, T>&, const Array<Cuda, T>&,  \
                                         const std::vector<double>&);                                   \
    template std::vector<LassoOutcome> lasso_descent(const LassoDescent&, const Array<Cuda, T>&,        \
                                                     const Array<Cuda, T>&, const std::vector<double>&, \
                                                     Array<Cuda, T>&);                                  \
    template Array<Cuda, T> atom_direction(const Array<Cuda, T>&, const AtomUsers<Cuda>&,               \
                                           const SparseCodes<Cuda, T>&, const Array<Cuda, T>&);         \
    template void exchange_atom(const Array<Cuda, T>&, const Array<Cuda, T>&, const AtomUsers<Cuda>&,   \
                                SparseCodes<Cuda, T>&, Array<Cuda, T>&);                                \
    ASSAY_INSTANTIATE_SPARSE_CODES(Cuda, T)

ASSAY_INSTANTIATE(double)
ASSAY_INSTANTIATE(float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
