#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "solvers/convolutional/unrolled.hpp"
#include "solvers/convolutional/unrolled_layers.hpp"
#include "solvers/device/convolution_shapes.hpp"
#include "solvers/device/cpu/convolution_layout.hpp"
#include "solvers/device/cpu/growing_entries.hpp"

// Codes as lists of their non-zeros, slot by slot. What a pass over one image touches (its state, the planes
// of the correlation, the lists and patches of one layer) stays near the second-level cache.
//
// Floor of a layer on 129 x 129 pixels with 64 filters of 9 x 9 at stride 4, of whose 61,504 codes one in
// five is not zero: the correlation is 2.6 M multiply-adds (see correlation_kernel.hpp), 50 us at 16 in a
// cycle of 0.3 ns; Phi z, and Phi v, Phi^T q and two sums of patches in the reverse pass, are 12,300 codes
// times nine vectors each, 34 us. Together 0.22 ms, 3.3 ms for a gradient through 15 layers; twice that is
// reached, the sums of patches being bound by their stores.
namespace assay::solvers {

/// List t = 1..T of image i is entries first[i layers + t - 1] to first[i layers + t] of `index` and `value`.
template <class T>
struct ConvolutionalTraceState : GrowingEntries<T> {
    std::size_t layers = 0, images = 0, ld = 1, atoms = 0;
    ImageShape code;
    std::vector<std::uint32_t> position;  ///< of each slot
    std::vector<std::size_t> first{0};
    Array<Cpu, T> residuals;  ///< a canvas and its slack x layers images: Phi z_{t-1} - y

    struct List {
        std::size_t count;
        const std::uint32_t* index;
        const T* value;
    };
    List list(std::size_t image, std::size_t t) const {
        const std::size_t from = first[image * layers + t - 1];
        return {first[image * layers + t] - from, this->index.get() + from, this->value.get() + from};
    }
    const T* residual(std::size_t image, std::size_t t) const {
        return residuals.data() + (image * layers + t - 1) * residuals.rows();
    }
    std::size_t place(std::uint32_t listed) const { return position[listed / ld] * atoms + listed % ld; }
    void begin(const Encoder& encoder, const Geometry& g, const BankLayout<T>& layout, std::size_t count) {
        layers = encoder.layers;
        images = count;
        ld = layout.ld;
        atoms = g.atoms;
        code = g.code;
        position = layout.plan.position;
        first.assign(1, 0);
        const std::size_t rows = g.canvas.size() + kernels::canvas_slack;
        if (residuals.rows() != rows || residuals.cols() != layers * images)
            residuals = Array<Cpu, T>(rows, layers * images);
    }
};

template <>
struct ConvolutionalTrace<Cpu, float>::State : ConvolutionalTraceState<float> {};
template <>
struct ConvolutionalTrace<Cpu, double>::State : ConvolutionalTraceState<double> {};

namespace {

/// The layers of one image after the other, in the memory of `work`.
template <class T>
class Layers {
  public:
    Layers(const Encoder& encoder, const AtomBank<Cpu, T>& atoms)
        : encoder_(encoder),
          g_(atoms.geometry()),
          layout_(atoms.layout()),
          work_(g_, layout_),
          job_{work_.correlation(),   {},      static_cast<T>(encoder.alpha),
               work_.states().data(), nullptr, nullptr} {}

    /// How many entries a list may need.
    std::size_t room() const { return layout_.ld * layout_.slots() + kernels::padding; }
    Workspace<T>& work() { return work_; }

    void start() { std::fill_n(work_.states().data(), work_.states().size(), T(0)); }
    /// The residual of layer t from the codes before it, in the first plane.
    const T* residual(const T* y, std::size_t count, const std::uint32_t* index, const T* value) {
        T* r = work_.canvas();
        std::transform(y, y + g_.canvas.size(), r, [](T pixel) { return -pixel; });
        kernels::best_correlation_kernels<T>().draw(work_.drawing(), T(1), count, index, value, r);
        for (std::size_t i = 0; i < layout_.mask.size(); ++i) r[i] *= layout_.mask[i];
        return r;
    }
    /// The codes of layer t from its residual, as a list.
    std::size_t codes(std::size_t t, std::uint32_t* index, T* value) {
        job_.threshold = layer_threshold<T>(encoder_, t);
        job_.index = index;
        job_.value = value;
        return kernels::best_correlation_kernels<T>().encode_layer(job_);
    }

  private:
    const Encoder& encoder_;
    const Geometry& g_;
    const BankLayout<T>& layout_;
    Workspace<T> work_;
    kernels::LayerJob<T> job_;
};

/// The reverse pass through one image after the other.
template <class T>
class Reverse {
  public:
    using State = ConvolutionalTraceState<T>;
    using List = typename State::List;

    Reverse(const Encoder& encoder, const AtomBank<Cpu, T>& atoms, const State& state)
        : encoder_(encoder),
          g_(atoms.geometry()),
          layout_(atoms.layout()),
          state_(state),
          drawing_{layout_.ld,          g_.kernel,
                   layout_.row,         g_.canvas.width * g_.image.channels,
                   layout_.rows.data(), layout_.plan.corner.data()},
          canvas_(g_.canvas.size() + kernels::canvas_slack, 1),
          spread_(layout_.ld, layout_.slots()),
          decoder_(layout_.rows.rows(), layout_.rows.cols()),
          encoder_sums_(layout_.rows.rows(), layout_.rows.cols()) {}

    void image(std::size_t i, Gradient gradient, T l1, const T* e) {
        List z = state_.list(i, encoder_.layers);
        std::copy_n(e, g_.canvas.size(), canvas_.data());
        add_patches(z, z.value, canvas_.data(), decoder_);
        if (gradient == Gradient::dec) return;
        u_.resize(z.count);
        kernels_.correlate_listed(drawing_, z.count, z.index, canvas_.data(), u_.data());
        for (std::size_t n = 0; n < z.count; ++n) u_[n] += l1 * sign(z.value[n]);
        for (std::size_t t = encoder_.layers; t >= 1; --t) {
            add_patches(z, u_.data(), state_.residual(i, t), encoder_sums_);
            if (t > 1) z = layer_before(z, state_.list(i, t - 1));
        }
    }

    void finish(Array<Cpu, T>& C) const {
        const std::size_t run = g_.kernel * g_.image.channels;
        const T alpha = static_cast<T>(encoder_.alpha);
        for (std::size_t m = 0; m < g_.atoms; ++m) {
            for (std::size_t k = 0; k < C.rows(); ++k) {
                const std::size_t from = k / run * layout_.row + k % run;
                C(k, m) += decoder_(from, m) - alpha * encoder_sums_(from, m);
            }
        }
    }

  private:
    void add_patches(const List& list, const T* value, const T* canvas, Array<Cpu, T>& sums) {
        kernels_.add_listed_patches(drawing_, list.count, list.index, value, canvas, sums.data());
    }

    /// From u = v_t on the support of z_t to u_{t-1} on that of z_{t-1}, and what Phi v_t adds.
    List layer_before(const List& z, const List& before) {
        std::fill_n(canvas_.data(), canvas_.size(), T(0));
        kernels_.draw(drawing_, T(1), z.count, z.index, u_.data(), canvas_.data());
        for (std::size_t i = 0; i < layout_.mask.size(); ++i) canvas_.data()[i] *= layout_.mask[i];
        add_patches(before, before.value, canvas_.data(), encoder_sums_);
        for (std::size_t n = 0; n < z.count; ++n) spread_.data()[z.index[n]] = u_[n];
        next_.resize(before.count);
        kernels_.correlate_listed(drawing_, before.count, before.index, canvas_.data(), next_.data());
        const T alpha = static_cast<T>(encoder_.alpha);
        for (std::size_t n = 0; n < before.count; ++n)
            next_[n] = spread_.data()[before.index[n]] - alpha * next_[n];
        for (std::size_t n = 0; n < z.count; ++n) spread_.data()[z.index[n]] = T(0);
        u_.swap(next_);
        return before;
    }

    const Encoder& encoder_;
    const Geometry& g_;
    const BankLayout<T>& layout_;
    const State& state_;
    const kernels::CorrelationKernels<T>& kernels_ = kernels::best_correlation_kernels<T>();
    kernels::Drawing<T> drawing_;
    Array<Cpu, T> canvas_, spread_, decoder_, encoder_sums_;
    std::vector<T> u_, next_;
};

}  // namespace

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
    return state_->layers;
}

template <class Device, class T>
std::size_t ConvolutionalTrace<Device, T>::count() const {
    return state_->images;
}

template <class Device, class T>
Images<Device, T> ConvolutionalTrace<Device, T>::codes(std::size_t t) const {
    require_layer(t, layers());
    Images<Device, T> codes(state_->code, count());
    for (std::size_t i = 0; i < count(); ++i) {
        const auto list = state_->list(i, t);
        for (std::size_t n = 0; n < list.count; ++n)
            codes.data(state_->place(list.index[n]), i) = list.value[n];
    }
    return codes;
}

template <class Device, class T>
Images<Device, T> ConvolutionalTrace<Device, T>::decoded(const AtomBank<Device, T>& atoms) const {
    const Geometry& g = atoms.geometry();
    Layers<T> pass({}, atoms);
    Images<Device, T> canvases(g.canvas, count());
    for (std::size_t i = 0; i < count(); ++i) {
        const auto z = state_->list(i, layers());
        T* canvas = canvases.data.data() + i * g.canvas.size();
        std::copy_n(pass.residual(canvas, z.count, z.index, z.value), g.canvas.size(), canvas);
    }
    return canvases;
}

template <class Device, class T>
double ConvolutionalTrace<Device, T>::l1_norm() const {
    double sum = 0;
    for (std::size_t i = 0; i < count(); ++i) {
        const auto z = state_->list(i, layers());
        for (std::size_t n = 0; n < z.count; ++n) sum += std::abs(static_cast<double>(z.value[n]));
    }
    return sum;
}

template <class Device, class T>
std::uint64_t ConvolutionalTrace<Device, T>::nonzeros() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < count(); ++i) sum += state_->list(i, layers()).count;
    return sum;
}

template <class Device, class T>
void encode_traced(const Encoder& encoder, const AtomBank<Device, T>& atoms, const Images<Device, T>& y,
                   ConvolutionalTrace<Device, T>& trace) {
    const Geometry& g = atoms.geometry();
    encoder.validate();
    require_images("encode_traced", "the canvases", y, g.canvas);
    auto& state = trace.state();
    state.begin(encoder, g, atoms.layout(), y.count());
    Layers<T> pass(encoder, atoms);
    for (std::size_t i = 0; i < y.count(); ++i) {
        pass.start();
        for (std::size_t t = 1; t <= encoder.layers; ++t) {
            state.reserve(state.first.back(), pass.room());
            const auto before =
                t > 1 ? state.list(i, t - 1) : typename ConvolutionalTraceState<T>::List{0, nullptr, nullptr};
            const T* r =
                pass.residual(y.data.data() + i * g.canvas.size(), before.count, before.index, before.value);
            std::copy_n(r, g.canvas.size(),
                        state.residuals.data() + (i * encoder.layers + t - 1) * state.residuals.rows());
            const std::size_t from = state.first.back();
            state.first.push_back(from + pass.codes(t, state.index.get() + from, state.value.get() + from));
        }
    }
}

template <class Device, class T>
Images<Device, T> encode(const Encoder& encoder, const AtomBank<Device, T>& atoms,
                         const Images<Device, T>& y) {
    const Geometry& g = atoms.geometry();
    encoder.validate();
    require_images("encode", "the canvases", y, g.canvas);
    Images<Device, T> codes(g.code, y.count());
    Layers<T> pass(encoder, atoms);
    Workspace<T>& work = pass.work();
    for (std::size_t i = 0; i < y.count(); ++i) {
        pass.start();
        std::size_t count = 0;
        for (std::size_t t = 1; t <= encoder.layers; ++t) {
            pass.residual(y.data.data() + i * g.canvas.size(), count, work.index(), work.value());
            count = pass.codes(t, work.index(), work.value());
        }
        work.scatter(work.states(), codes.data.data() + i * g.code.size());
    }
    return codes;
}

template <class Device, class T>
void reverse(const Encoder& encoder, Gradient gradient, double l1, const AtomBank<Device, T>& atoms,
             const Images<Device, T>& y, const Images<Device, T>& e,
             const ConvolutionalTrace<Device, T>& trace, Array<Device, T>& C) {
    require_reverse(encoder, atoms, y, e, trace, C);
    Reverse<T> pass(encoder, atoms, trace.state());
    const std::size_t size = atoms.geometry().canvas.size();
    for (std::size_t i = 0; i < e.count(); ++i)
        pass.image(i, gradient, static_cast<T>(l1), e.data.data() + i * size);
    pass.finish(C);
}

ASSAY_INSTANTIATE_CONVOLUTIONAL_ENCODER(Cpu, double)
ASSAY_INSTANTIATE_CONVOLUTIONAL_ENCODER(Cpu, float)

}  // namespace assay::solvers
