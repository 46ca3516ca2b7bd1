#include "solvers/device/no_cuda/absent.hpp"
#include "solvers/device/sgd.hpp"
#include "solvers/network/loss.hpp"
#include "solvers/network/operation.hpp"

namespace assay::solvers {

template <>
struct Maps<Cuda>::Storage {};

template <>
Maps<Cuda>::Maps(const MapShape&, std::size_t) {
    absent();
}
template <>
Maps<Cuda> Maps<Cuda>::like_this() const {
    absent();
}
template <>
void Maps<Cuda>::read(const Array<Cuda, float>&) {
    absent();
}
template <>
void Maps<Cuda>::write(Array<Cuda, float>&) const {
    absent();
}
template <>
void add(const Maps<Cuda>&, Maps<Cuda>&) {
    absent();
}
template <>
double l1_norm(const Maps<Cuda>&) {
    absent();
}
template <>
void add_sign(float, const Maps<Cuda>&, Maps<Cuda>&) {
    absent();
}
template <>
std::unique_ptr<Operation<Cuda>> make_operation(const Layer&, const MapShape&, const std::vector<Maps<Cuda>>&,
                                                const LayerNumbers&) {
    absent();
}
template <>
LibraryThreads<Cuda>::LibraryThreads(unsigned) {}
template <>
LibraryThreads<Cuda>::~LibraryThreads() {}
template <>
std::string layer_library<Cuda>() {
    absent();
}
template <>
double cross_entropy_sum(const Array<Cuda, float>&, std::size_t, const Labels&, float, Array<Cuda, float>&) {
    absent();
}
template <>
double regression_sum(const RegressionTerm<float>&, const Array<Cuda, float>&, const Array<Cuda, float>&,
                      float, Array<Cuda, float>&) {
    absent();
}

template <class Device, class T>
void sgd_step(const Sgd&, const Array<Device, T>&, Array<Device, T>&, Array<Device, T>&) {
    absent();
}
template void sgd_step(const Sgd&, const Array<Cuda, double>&, Array<Cuda, double>&, Array<Cuda, double>&);
template void sgd_step(const Sgd&, const Array<Cuda, float>&, Array<Cuda, float>&, Array<Cuda, float>&);

}  // namespace assay::solvers
