#include <string>
#include <vector>

#include "solvers/device/gpu.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/no_cuda/absent.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/sparse/unrolled.hpp"

/// The stand-in for the CUDA device in a program without it: the same names, so that algorithms and studies
/// are compiled once and know no build options; every use throws.
namespace assay::solvers {

GpuStatus gpu_status() {
    GpuStatus status;
    status.problem = "this program was built without CUDA";
    status.hint =
        "use assay-cuda, which a build with the CUDA toolkit (-DASSAY_CUDA=ON) makes beside assay, or run "
        "on the CPU with --device cpu";
    return status;
}

void absent() {
    const GpuStatus status = gpu_status();
    throw Error(status.problem, "cuda", status.hint);
}

void* Cuda::allocate(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    absent();
}
void Cuda::release(void*) noexcept {}
void Cuda::copy(void*, const void*, std::size_t) {
    absent();
}
void Cuda::upload(void*, const void*, std::size_t) {
    absent();
}
void Cuda::download(void*, const void*, std::size_t) {
    absent();
}
void Cuda::synchronize() {
    absent();
}
std::uint64_t Cuda::peak_bytes() {
    absent();
}

template <class D, class T>
void gemm(Op, Op, T, const Array<D, T>&, const Array<D, T>&, T, Array<D, T>&) {
    absent();
}
template <class D, class T>
Array<D, T> multiply_sparse(const Array<D, T>&, const Array<D, T>&) {
    absent();
}
template <class D, class T>
void add_transpose(Array<D, T>&) {
    absent();
}
template <class D, class T>
Array<D, T> gram(const Array<D, T>&) {
    absent();
}
template <class D, class T>
void axpy(T, const Array<D, T>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
void scale(T, Array<D, T>&) {
    absent();
}
template <class D, class T>
void add_to_diagonal(T, Array<D, T>&) {
    absent();
}
template <class D, class T>
void shrink_all(Shrinkage, T, Array<D, T>&) {
    absent();
}
template <class D, class T>
void keep_where_nonzero(const Array<D, T>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
void add_sign(T, const Array<D, T>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
double distance(const Array<D, T>&, const Array<D, T>&) {
    absent();
}
template <class D, class T>
double norm(const Array<D, T>&) {
    absent();
}
template <class D, class T>
double dot(const Array<D, T>&, const Array<D, T>&) {
    absent();
}
template <class D, class T>
std::vector<double> column_distances(const Array<D, T>&, const Array<D, T>&) {
    absent();
}
template <class D, class T>
std::vector<double> column_dots(const Array<D, T>&, const Array<D, T>&) {
    absent();
}
template <class D, class T>
std::uint64_t count_nonzero(const Array<D, T>&) {
    absent();
}
template <class D, class T>
Array<D, T> gathered(const Array<D, T>&, std::span<const std::size_t>) {
    absent();
}
template <class D, class T>
void normalize_columns(Array<D, T>&) {
    absent();
}
template <class D, class T>
void adam_step(const Adam&, std::uint64_t, const Array<D, T>&, Array<D, T>&, Array<D, T>&, Array<D, T>&) {
    absent();
}
template <class D, class T>
Array<D, T> solve_spd(const Array<D, T>&, const Array<D, T>&) {
    absent();
}
template <class D, class T>
void fill_uniform(std::uint64_t, std::uint64_t, Array<D, T>&) {
    absent();
}

template <>
struct Trace<Cuda, float>::State {};
template <>
struct Trace<Cuda, double>::State {};

template <class D, class T>
Trace<D, T>::Trace() {
    absent();
}
template <class D, class T>
Trace<D, T>::~Trace() = default;
template <class D, class T>
Trace<D, T>::Trace(Trace&&) noexcept = default;
template <class D, class T>
Trace<D, T>& Trace<D, T>::operator=(Trace&&) noexcept = default;
template <class D, class T>
std::size_t Trace<D, T>::layers() const {
    absent();
}
template <class D, class T>
std::size_t Trace<D, T>::samples() const {
    absent();
}
template <class D, class T>
Array<D, T> Trace<D, T>::codes(std::size_t) const {
    absent();
}
template <class D, class T>
std::vector<std::size_t> Trace<D, T>::last_support_change() const {
    absent();
}

template <class D, class T>
void encode_traced(const Encoder&, const Array<D, T>&, const Array<D, T>&, Trace<D, T>&) {
    absent();
}
template <class D, class T>
Array<D, T> encode(const Encoder&, const Array<D, T>&, const Array<D, T>&) {
    absent();
}
template <class D, class T>
void reverse(const Encoder&, Gradient, std::size_t, const Array<D, T>&, const Array<D, T>&,
             const Trace<D, T>&, Array<D, T>&, Array<D, T>&) {
    absent();
}

#define ASSAY_INSTANTIATE(T)                                                                      \
    ASSAY_INSTANTIATE_ENTRYWISE(Cuda, T)                                                          \
    ASSAY_INSTANTIATE_LINEAR_ALGEBRA(Cuda, T)                                                     \
    template Array<Cuda, T> multiply_sparse(const Array<Cuda, T>&, const Array<Cuda, T>&);        \
    template class Trace<Cuda, T>;                                                                \
    template void encode_traced(const Encoder&, const Array<Cuda, T>&, const Array<Cuda, T>&,     \
                                Trace<Cuda, T>&);                                                 \
    template Array<Cuda, T> encode(const Encoder&, const Array<Cuda, T>&, const Array<Cuda, T>&); \
    template void reverse(const Encoder&, Gradient, std::size_t, const Array<Cuda, T>&,           \
                          const Array<Cuda, T>&, const Trace<Cuda, T>&, Array<Cuda, T>&, Array<Cuda, T>&);

ASSAY_INSTANTIATE(double)
ASSAY_INSTANTIATE(float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
