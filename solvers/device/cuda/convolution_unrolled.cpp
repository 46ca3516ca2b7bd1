#include "solvers/convolutional/unrolled.hpp"
#include "solvers/convolutional/unrolled_layers.hpp"

// Codes are kept dense: a GPU gains nothing from lists of one in six.
namespace assay::solvers {

template <class Device, class T>
struct ConvolutionalTrace<Device, T>::State {
    std::vector<Images<Device, T>> codes;  ///< z_1..z_T
};

template <class Device, class T>
ConvolutionalTrace<Device, T>::ConvolutionalTrace() : state_(std::make_unique<State>()) {}
template <class Device, class T>
ConvolutionalTrace<Device, T>::~ConvolutionalTrace() = default;
template <class Device, class T>
ConvolutionalTrace<Device, T>::ConvolutionalTrace(ConvolutionalTrace&&) noexcept = default;
template <class Device, class T>
ConvolutionalTrace<Device, T>& ConvolutionalTrace<Device, T>::operator=(ConvolutionalTrace&&) noexcept =
    default;

template <class Device, class T>
std::size_t ConvolutionalTrace<Device, T>::layers() const {
    return state_->codes.size();
}

template <class Device, class T>
std::size_t ConvolutionalTrace<Device, T>::count() const {
    return state_->codes.empty() ? 0 : state_->codes.back().count();
}

template <class Device, class T>
Images<Device, T> ConvolutionalTrace<Device, T>::codes(std::size_t t) const {
    require_layer(t, layers());
    return state_->codes[t - 1].copy();
}

template <class Device, class T>
Images<Device, T> ConvolutionalTrace<Device, T>::decoded(const AtomBank<Device, T>& atoms) const {
    require_layer(1, layers());
    return synthesis(atoms, state_->codes.back());
}

template <class Device, class T>
double ConvolutionalTrace<Device, T>::l1_norm() const {
    if (count() == 0) return 0.0;
    const Penalty l1{.kind = PenaltyKind::l1, .lambda = 1.0, .nonnegative = false};
    double sum = 0;
    for (const double image : penalty_sums(l1, state_->codes.back().data)) sum += image;
    return sum;
}

template <class Device, class T>
std::uint64_t ConvolutionalTrace<Device, T>::nonzeros() const {
    return count() == 0 ? 0 : count_nonzero(state_->codes.back().data);
}

template <class Device, class T>
void encode_traced(const Encoder& encoder, const AtomBank<Device, T>& atoms, const Images<Device, T>& y,
                   ConvolutionalTrace<Device, T>& trace) {
    encoder.validate();
    require_images("encode_traced", "the canvases", y, atoms.geometry().canvas);
    trace.state().codes = layers_of_codes(encoder, atoms, y);
}

template <class Device, class T>
Images<Device, T> encode(const Encoder& encoder, const AtomBank<Device, T>& atoms,
                         const Images<Device, T>& y) {
    encoder.validate();
    require_images("encode", "the canvases", y, atoms.geometry().canvas);
    Images<Device, T> z(atoms.geometry().code, y.count());
    for (std::size_t t = 1; t <= encoder.layers; ++t) z = layer_codes(encoder, t, atoms, y, z);
    return z;
}

template <class Device, class T>
void reverse(const Encoder& encoder, Gradient gradient, double l1, const AtomBank<Device, T>& atoms,
             const Images<Device, T>& y, const Images<Device, T>& e,
             const ConvolutionalTrace<Device, T>& trace, Array<Device, T>& C) {
    require_reverse(encoder, atoms, y, e, trace, C);
    reverse_layers(encoder, gradient, l1, atoms, y, e, trace.state().codes, C);
}

ASSAY_INSTANTIATE_CONVOLUTIONAL_ENCODER(Cuda, double)
ASSAY_INSTANTIATE_CONVOLUTIONAL_ENCODER(Cuda, float)

}  // namespace assay::solvers
