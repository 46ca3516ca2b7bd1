#include "solvers/device/convolution.hpp"

#include "solvers/device/convolution_shapes.hpp"
#include "solvers/device/no_cuda/absent.hpp"

namespace assay::solvers {

template <class D, class T>
struct AtomBank<D, T>::Layout {};

template <class D, class T>
AtomBank<D, T>::AtomBank(const Geometry& geometry, const Array<D, T>&) : geometry_(geometry) {
    absent();
}
template <class D, class T>
AtomBank<D, T>::~AtomBank() = default;
template <class D, class T>
AtomBank<D, T>::AtomBank(AtomBank&&) noexcept = default;
template <class D, class T>
AtomBank<D, T>& AtomBank<D, T>::operator=(AtomBank&&) noexcept = default;

template <class D, class T>
Images<D, T> on_canvas(const Geometry&, const Images<D, T>&) {
    absent();
}
template <class D, class T>
Images<D, T> off_canvas(const Geometry&, const Images<D, T>&) {
    absent();
}
template <class D, class T>
Images<D, T> synthesis(const AtomBank<D, T>&, const Images<D, T>&) {
    absent();
}
template <class D, class T>
Images<D, T> analysis(const AtomBank<D, T>&, const Images<D, T>&) {
    absent();
}
template <class D, class T>
Images<D, T> analysis_on_support(const AtomBank<D, T>&, const Images<D, T>&, const Images<D, T>&) {
    absent();
}
template <class D, class T>
void add_patches(const Geometry&, const Images<D, T>&, const Images<D, T>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
std::vector<std::uint64_t> count_uses(const Images<D, T>&) {
    absent();
}
template <class D, class T>
void threshold_all(const Threshold<T>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
std::vector<double> penalty_sums(const Penalty&, const Array<D, T>&) {
    absent();
}
template <class D, class T>
std::vector<SweepReading> sweep(const AtomBank<D, T>&, const Dynamics&, std::span<const std::uint32_t>,
                                std::span<const double>, SweepBatch<D, T>&) {
    absent();
}

ASSAY_INSTANTIATE_CONVOLUTION(Cuda, double)
ASSAY_INSTANTIATE_CONVOLUTION(Cuda, float)

}  // namespace assay::solvers
