#pragma once

#include <string>
#include <utility>
#include <vector>

#include "solvers/convolutional/unrolled.hpp"
#include "solvers/device/convolution_shapes.hpp"
#include "solvers/device/primitives.hpp"

/// The encoder and its reverse pass on dense codes, layer by layer from the operators Phi and Phi^T: what the
/// GPU runs, and what the CPU's passes over lists of non-zeros are tested against.
namespace assay::solvers {

inline void require_layer(std::size_t t, std::size_t layers) {
    if (t >= 1 && t <= layers) return;
    throw Error("layer " + std::to_string(t) + " is not one of the trace's 1 to " + std::to_string(layers),
                "convolutional trace");
}

/// The checks of `reverse` on both devices.
template <class Device, class T>
void require_reverse(const Encoder& encoder, const AtomBank<Device, T>& atoms, const Images<Device, T>& y,
                     const Images<Device, T>& e, const ConvolutionalTrace<Device, T>& trace,
                     const Array<Device, T>& C) {
    const Geometry& g = atoms.geometry();
    require_images("reverse", "the canvases y", y, g.canvas);
    require_images("reverse", "the canvases e", e, g.canvas);
    require_same_count("reverse", y, e);
    require_atoms("reverse", g, C);
    if (trace.layers() == encoder.layers && trace.count() == y.count()) return;
    throw Error("the trace has " + std::to_string(trace.layers()) + " layers of " +
                    std::to_string(trace.count()) + " images, not " + std::to_string(encoder.layers) +
                    " of " + std::to_string(y.count()),
                "reverse", "pass the trace that encode_traced left for this encoder and these images");
}

/// The map of layer t = 1..T.
template <class T>
Threshold<T> layer_threshold(const Encoder& encoder, std::size_t t) {
    const T b = static_cast<T>(encoder.threshold(t));
    const bool hard = encoder.shrinkage == Shrinkage::hard;
    return {b, hard ? T(0) : b, T(1), false, encoder.shrinkage == Shrinkage::soft_one_sided};
}

/// Phi z - y.
template <class Device, class T>
Images<Device, T> layer_residual(const AtomBank<Device, T>& atoms, const Images<Device, T>& z,
                                 const Images<Device, T>& y) {
    Images<Device, T> r = synthesis(atoms, z);
    axpy(T(-1), y.data, r.data);
    return r;
}

/// z_t from z = z_{t-1}.
template <class Device, class T>
Images<Device, T> layer_codes(const Encoder& encoder, std::size_t t, const AtomBank<Device, T>& atoms,
                              const Images<Device, T>& y, const Images<Device, T>& z) {
    Images<Device, T> next = analysis(atoms, layer_residual(atoms, z, y));
    scale(static_cast<T>(-encoder.alpha), next.data);
    axpy(T(1), z.data, next.data);
    threshold_all(layer_threshold<T>(encoder, t), next.data);
    return next;
}

/// z_1..z_T.
template <class Device, class T>
std::vector<Images<Device, T>> layers_of_codes(const Encoder& encoder, const AtomBank<Device, T>& atoms,
                                               const Images<Device, T>& y) {
    std::vector<Images<Device, T>> codes;
    Images<Device, T> z(atoms.geometry().code, y.count());
    for (std::size_t t = 1; t <= encoder.layers; ++t) {
        codes.push_back(layer_codes(encoder, t, atoms, y, z));
        z = codes.back().copy();
    }
    return codes;
}

/// `reverse`, from codes = z_1..z_T.
template <class Device, class T>
void reverse_layers(const Encoder& encoder, Gradient gradient, double l1, const AtomBank<Device, T>& atoms,
                    const Images<Device, T>& y, const Images<Device, T>& e,
                    const std::vector<Images<Device, T>>& codes, Array<Device, T>& C) {
    const Geometry& g = atoms.geometry();
    const std::size_t depth = encoder.layers;
    const T minus_alpha = static_cast<T>(-encoder.alpha);
    add_patches(g, e, codes[depth - 1], C);
    if (gradient == Gradient::dec) return;
    Images<Device, T> u = analysis_on_support(atoms, e, codes[depth - 1]);
    add_sign(static_cast<T>(l1), codes[depth - 1].data, u.data);
    const Images<Device, T> zero(g.code, y.count());
    Array<Device, T> sum(C.rows(), C.cols());
    for (std::size_t t = depth; t >= 1; --t) {
        const Images<Device, T>& before = t > 1 ? codes[t - 2] : zero;
        const Images<Device, T> q = synthesis(atoms, u);  // u is v_t: zero off the support of z_t
        add_patches(g, layer_residual(atoms, before, y), u, sum);
        add_patches(g, q, before, sum);
        keep_where_nonzero(before.data, u.data);
        axpy(minus_alpha, analysis_on_support(atoms, q, before).data, u.data);
    }
    axpy(minus_alpha, sum, C);
}

}  // namespace assay::solvers

#define ASSAY_INSTANTIATE_CONVOLUTIONAL_ENCODER(Device, T)                                                   \
    template class ConvolutionalTrace<Device, T>;                                                            \
    template void encode_traced(const Encoder&, const AtomBank<Device, T>&, const Images<Device, T>&,        \
                                ConvolutionalTrace<Device, T>&);                                             \
    template Images<Device, T> encode(const Encoder&, const AtomBank<Device, T>&, const Images<Device, T>&); \
    template void reverse(const Encoder&, Gradient, double, const AtomBank<Device, T>&,                      \
                          const Images<Device, T>&, const Images<Device, T>&,                                \
                          const ConvolutionalTrace<Device, T>&, Array<Device, T>&);
