#include "solvers/convolutional/unrolled.hpp"
#include "solvers/convolutional/unrolled_layers.hpp"
#include "solvers/device/no_cuda/absent.hpp"

namespace assay::solvers {

template <class D, class T>
struct ConvolutionalTrace<D, T>::State {};

template <class D, class T>
ConvolutionalTrace<D, T>::ConvolutionalTrace() {
    absent();
}
template <class D, class T>
ConvolutionalTrace<D, T>::~ConvolutionalTrace() = default;
template <class D, class T>
ConvolutionalTrace<D, T>::ConvolutionalTrace(ConvolutionalTrace&&) noexcept = default;
template <class D, class T>
ConvolutionalTrace<D, T>& ConvolutionalTrace<D, T>::operator=(ConvolutionalTrace&&) noexcept = default;

template <class D, class T>
std::size_t ConvolutionalTrace<D, T>::layers() const {
    absent();
}
template <class D, class T>
std::size_t ConvolutionalTrace<D, T>::count() const {
    absent();
}
template <class D, class T>
Images<D, T> ConvolutionalTrace<D, T>::codes(std::size_t) const {
    absent();
}
template <class D, class T>
Images<D, T> ConvolutionalTrace<D, T>::decoded(const AtomBank<D, T>&) const {
    absent();
}
template <class D, class T>
double ConvolutionalTrace<D, T>::l1_norm() const {
    absent();
}
template <class D, class T>
std::uint64_t ConvolutionalTrace<D, T>::nonzeros() const {
    absent();
}

template <class D, class T>
void encode_traced(const Encoder&, const AtomBank<D, T>&, const Images<D, T>&, ConvolutionalTrace<D, T>&) {
    absent();
}
template <class D, class T>
Images<D, T> encode(const Encoder&, const AtomBank<D, T>&, const Images<D, T>&) {
    absent();
}
template <class D, class T>
void reverse(const Encoder&, Gradient, double, const AtomBank<D, T>&, const Images<D, T>&,
             const Images<D, T>&, const ConvolutionalTrace<D, T>&, Array<D, T>&) {
    absent();
}

ASSAY_INSTANTIATE_CONVOLUTIONAL_ENCODER(Cuda, double)
ASSAY_INSTANTIATE_CONVOLUTIONAL_ENCODER(Cuda, float)

}  // namespace assay::solvers
