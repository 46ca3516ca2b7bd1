#include <vector>

#include "solvers/device/cuda/blas.hpp"
#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"
#include "solvers/sparse/unrolled.hpp"

/// The GPU's passes are dense: one cuBLAS product and one kernel a layer for the whole block of samples. A
/// sparse product would save arithmetic, but at 1-10 % of non-zeros the dense one already moves few bytes
/// more.
namespace assay::solvers {

/// All layers side by side: z_t is column t - 1 of `codes`, t = 1..layers; z_0 = 0 is not kept. Columns start
/// on 256-byte boundaries, as fresh arrays do, so that cuBLAS may load in its widest units.
template <class T>
struct DenseTrace {
    std::size_t atoms = 0, samples = 0, layers = 0;
    Array<Cuda, T> codes;

    void allocate() { codes = Array<Cuda, T>((atoms * samples + 63) / 64 * 64, layers); }
    const T* layer(std::size_t t) const { return codes.data() + (t - 1) * codes.rows(); }
    T* layer(std::size_t t) { return codes.data() + (t - 1) * codes.rows(); }
};

template <>
struct Trace<Cuda, float>::State : DenseTrace<float> {};
template <>
struct Trace<Cuda, double>::State : DenseTrace<double> {};

template <class Device, class T>
Trace<Device, T>::Trace() : state_(std::make_unique<State>()) {}
template <class Device, class T>
Trace<Device, T>::~Trace() = default;
template <class Device, class T>
Trace<Device, T>::Trace(Trace&&) noexcept = default;
template <class Device, class T>
Trace<Device, T>& Trace<Device, T>::operator=(Trace&&) noexcept = default;

template <class Device, class T>
std::size_t Trace<Device, T>::layers() const {
    return state_->layers;
}

template <class Device, class T>
std::size_t Trace<Device, T>::samples() const {
    return state_->samples;
}

namespace {

template <class T>
void require_gram_shapes(const Array<Cuda, T>& G, const Array<Cuda, T>& B) {
    if (G.rows() != G.cols() || G.rows() != B.rows()) {
        throw Error("shapes do not match: G is " + shape_text(G) + ", B is " + shape_text(B), "encoder");
    }
}

/// next <- shrink(z - alpha (gz - b), threshold), where gz = G z; `next` may be `z`. Without z the layer
/// before is zero.
template <class T>
void layer_step(const Encoder& encoder, std::size_t t, std::size_t size, const T* z, const T* gz, const T* b,
                T* next) {
    const T alpha = static_cast<T>(encoder.alpha), threshold = static_cast<T>(encoder.threshold(t));
    const Shrinkage shrinkage = encoder.shrinkage;
    if (t == 1) {
        cuda::each(size,
                   [=] __device__(std::size_t i) { next[i] = shrink(shrinkage, alpha * b[i], threshold); });
    } else {
        cuda::each(size, [=] __device__(std::size_t i) {
            next[i] = shrink(shrinkage, z[i] + alpha * (b[i] - gz[i]), threshold);
        });
    }
}

/// The seed of the reverse pass in one sweep: v = u_t on the support of z, y = z - alpha v. `lambda` is 0 for
/// ae_ls.
template <class T>
void seed_step(T alpha, T lambda, std::size_t size, const T* z, const T* gz, const T* b, T* v, T* y) {
    cuda::each(size, [=] __device__(std::size_t i) {
        const T code = z[i];
        const T masked = code != T(0) ? gz[i] - b[i] + lambda * sign(code) : T(0);
        v[i] = masked;
        y[i] = code - alpha * masked;
    });
}

/// One layer back in one sweep: v <- (v - alpha gv) on the support of z, y <- y - alpha v, where gv = G v.
template <class T>
void back_step(T alpha, std::size_t size, const T* z, const T* gv, T* v, T* y) {
    cuda::each(size, [=] __device__(std::size_t i) {
        const T masked = z[i] != T(0) ? v[i] - alpha * gv[i] : T(0);
        v[i] = masked;
        y[i] -= alpha * masked;
    });
}

}  // namespace

template <class Device, class T>
Array<Device, T> Trace<Device, T>::codes(std::size_t t) const {
    const State& state = *state_;
    if (t > state.layers) {
        throw Error("layer " + std::to_string(t) + " of " + std::to_string(state.layers), "Trace::codes");
    }
    Array<Device, T> Z(state.atoms, state.samples);
    if (t != 0) Device::copy(Z.data(), state.layer(t), Z.size() * sizeof(T));
    return Z;
}

template <class Device, class T>
std::vector<std::size_t> Trace<Device, T>::last_support_change() const {
    const State& state = *state_;
    Array<Device, std::size_t> last(state.samples, 1);
    std::size_t* out = last.data();
    const T* codes = state.codes.data();
    const std::size_t atoms = state.atoms, stride = state.codes.rows(), layers = state.layers;
    cuda::each_column(state.samples, [=] __device__(std::size_t j) {
        for (std::size_t t = layers; t > 0; --t) {
            const T* now = codes + (t - 1) * stride + j * atoms;
            int changed = 0;
            for (std::size_t i = threadIdx.x; i < atoms; i += cuda::block_threads) {
                const bool before = t > 1 && (now - stride)[i] != T(0);
                changed |= (now[i] != T(0)) != before;
            }
            if (__syncthreads_or(changed) == 0) continue;
            if (threadIdx.x == 0) out[j] = t;
            return;
        }
    });
    return last.to_host();
}

template <class Device, class T>
void encode_traced(const Encoder& encoder, const Array<Device, T>& G, const Array<Device, T>& B,
                   Trace<Device, T>& trace) {
    require_gram_shapes(G, B);
    encoder.validate();
    trace = Trace<Device, T>();  // before the new one, so that the GPU never holds two
    auto& state = trace.state();
    state.atoms = B.rows();
    state.samples = B.cols();
    state.layers = encoder.layers;
    if (B.size() == 0) return;
    state.allocate();
    Array<Device, T> product(B.rows(), B.cols());
    layer_step<T>(encoder, 1, B.size(), nullptr, nullptr, B.data(), state.layer(1));
    for (std::size_t t = 2; t <= encoder.layers; ++t) {
        const T* z = state.layer(t - 1);
        cuda::multiply(Op::none, Op::none, B.rows(), B.cols(), B.rows(), T(1), G.data(), z, T(0),
                       product.data());
        layer_step<T>(encoder, t, B.size(), z, product.data(), B.data(), state.layer(t));
    }
}

template <class Device, class T>
Array<Device, T> encode(const Encoder& encoder, const Array<Device, T>& G, const Array<Device, T>& B) {
    require_gram_shapes(G, B);
    encoder.validate();
    Array<Device, T> Z(B.rows(), B.cols());
    if (B.size() == 0) return Z;
    Array<Device, T> product(B.rows(), B.cols());
    layer_step<T>(encoder, 1, B.size(), nullptr, nullptr, B.data(), Z.data());
    for (std::size_t t = 2; t <= encoder.layers; ++t) {
        cuda::multiply(Op::none, Op::none, B.rows(), B.cols(), B.rows(), T(1), G.data(), Z.data(), T(0),
                       product.data());
        layer_step<T>(encoder, t, B.size(), Z.data(), product.data(), B.data(), Z.data());
    }
    return Z;
}

template <class Device, class T>
void reverse(const Encoder& encoder, Gradient gradient, std::size_t t, const Array<Device, T>& G,
             const Array<Device, T>& B, const Trace<Device, T>& trace, Array<Device, T>& H,
             Array<Device, T>& Y) {
    require_gram_shapes(G, B);
    require_same_shape("reverse", G, H);
    require_same_shape("reverse", B, Y);
    const auto& state = trace.state();
    if (t == 0 || t > state.layers || state.samples != B.cols() || state.atoms != B.rows()) {
        throw Error("the trace does not belong to these arrays, or has no layer " + std::to_string(t),
                    "reverse");
    }
    if (B.size() == 0) return;
    const std::size_t p = B.rows(), n = B.cols();
    cuda::multiply(Op::none, Op::transpose, p, p, n, T(0.5), state.layer(t), state.layer(t), T(1), H.data());
    if (gradient == Gradient::dec) return Device::copy(Y.data(), state.layer(t), Y.size() * sizeof(T));

    const T alpha = static_cast<T>(encoder.alpha);
    const T lambda = static_cast<T>(encoder.l1_weight(gradient));
    Array<Device, T> product(p, n), V(p, n);
    cuda::multiply(Op::none, Op::none, p, n, p, T(1), G.data(), state.layer(t), T(0), product.data());
    seed_step(alpha, lambda, B.size(), state.layer(t), product.data(), B.data(), V.data(), Y.data());
    for (std::size_t i = t; i > 1; --i) {  // V is v_i here; z_0 = 0 adds nothing to H
        cuda::multiply(Op::none, Op::transpose, p, p, n, -alpha, state.layer(i - 1), V.data(), T(1),
                       H.data());
        cuda::multiply(Op::none, Op::none, p, n, p, T(1), G.data(), V.data(), T(0), product.data());
        back_step(alpha, B.size(), state.layer(i - 1), product.data(), V.data(), Y.data());
    }
}

#define ASSAY_INSTANTIATE(T)                                                                      \
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
