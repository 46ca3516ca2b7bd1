#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/cuda/layers.hpp"

namespace assay::solvers::cuda {

void activate(const Activation& layer, const Maps<Cuda>& X, const Maps<Cuda>& Y) {
    const float* x = data_of(X);
    float* y = data_of(Y);
    const ActivationKind kind = layer.kind;
    const auto slope = static_cast<float>(layer.slope);
    each(size_of(Y), [=] __device__(std::size_t i) { y[i] = solvers::activate(kind, slope, x[i]); });
}
void activate_backward(const Activation& layer, const Maps<Cuda>& X, const Maps<Cuda>& dY,
                       const Maps<Cuda>& dX) {
    const float *x = data_of(X), *dy = data_of(dY);
    float* dx = data_of(dX);
    const ActivationKind kind = layer.kind;
    const auto slope = static_cast<float>(layer.slope);
    each(size_of(dX),
         [=] __device__(std::size_t i) { dx[i] = activation_derivative(kind, slope, x[i]) * dy[i]; });
}

class ActivationOperation final : public LayerOperation {
  public:
    ActivationOperation(const Activation& layer, const Maps<Cuda>& input)
        : LayerOperation(input.like_this()), layer_(layer), input_(input) {}
    void forward(Mode) override { activate(layer_, input_, output()); }
    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        if (dX[0] != nullptr) activate_backward(layer_, input_, dY, *dX[0]);
    }

  private:
    Activation layer_;
    Maps<Cuda> input_;
};

class AddOperation final : public LayerOperation {
  public:
    explicit AddOperation(const std::vector<Maps<Cuda>>& inputs)
        : LayerOperation(inputs[0].like_this()), inputs_(inputs) {}
    void forward(Mode) override {
        Maps<Cuda> sum = output();
        sum.read(inputs_[0].storage().values);
        for (std::size_t i = 1; i < inputs_.size(); ++i) add(inputs_[i], sum);
    }
    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        for (Maps<Cuda>* gradient : dX)
            if (gradient != nullptr) gradient->read(dY.storage().values);
    }

  private:
    std::vector<Maps<Cuda>> inputs_;
};

/// Entry i of the part with `channels` of `all` channels, from channel `first` on, in the whole.
struct Part {
    std::size_t channels, all, first, pixels;
    __device__ std::size_t place(std::size_t i) const {
        const std::size_t sample = i / (channels * pixels), rest = i % (channels * pixels);
        return (sample * all + first) * pixels + rest;
    }
};

void put_part(const Part& part, const Maps<Cuda>& from, const Maps<Cuda>& whole) {
    const float* x = data_of(from);
    float* y = data_of(whole);
    each(size_of(from), [=] __device__(std::size_t i) { y[part.place(i)] = x[i]; });
}
void take_part(const Part& part, const Maps<Cuda>& whole, const Maps<Cuda>& to) {
    const float* y = data_of(whole);
    float* x = data_of(to);
    each(size_of(to), [=] __device__(std::size_t i) { x[i] = y[part.place(i)]; });
}

class ConcatOperation final : public LayerOperation {
  public:
    ConcatOperation(const MapShape& shape, const std::vector<Maps<Cuda>>& inputs)
        : LayerOperation(Maps<Cuda>(shape, inputs[0].samples())), inputs_(inputs) {
        std::size_t first = 0;
        for (const Maps<Cuda>& input : inputs_) {
            parts_.push_back({input.shape().channels, shape.channels, first, shape.pixels()});
            first += input.shape().channels;
        }
    }
    void forward(Mode) override {
        for (std::size_t i = 0; i < inputs_.size(); ++i) put_part(parts_[i], inputs_[i], output());
    }
    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            if (dX[i] != nullptr) take_part(parts_[i], dY, *dX[i]);
    }

  private:
    std::vector<Maps<Cuda>> inputs_;
    std::vector<Part> parts_;
};

/// Large maps onto small ones and back: the small entry (c, y, x) lies at (c + channel, top + stride y,
/// left + stride x) of the large maps, where that exists; channels may be more or fewer.
struct Lattice {
    MapShape large, small;
    std::size_t stride, before;   ///< pixels of `large` before the first one
    std::size_t channels_before;  ///< channels of `small` before the first one of `large`

    /// The place in `large` of entry i of `small`, or false.
    __device__ bool in_large(std::size_t i, std::size_t& place) const {
        const std::size_t x = i % small.width, y = i / small.width % small.height,
                          c = i / (small.width * small.height) % small.channels,
                          n = i / (small.width * small.height * small.channels);
        if (c < channels_before || c - channels_before >= large.channels) return false;
        place =
            ((n * large.channels + c - channels_before) * large.height + before + y * stride) * large.width +
            before + x * stride;
        return true;
    }
    /// The place in `small` of entry i of `large`, or false.
    __device__ bool in_small(std::size_t i, std::size_t& place) const {
        const std::size_t x = i % large.width, y = i / large.width % large.height,
                          c = i / (large.width * large.height) % large.channels,
                          n = i / (large.width * large.height * large.channels);
        if (x < before || y < before || (x - before) % stride != 0 || (y - before) % stride != 0)
            return false;
        const std::size_t column = (x - before) / stride, row = (y - before) / stride;
        if (column >= small.width || row >= small.height) return false;
        place = ((n * small.channels + c + channels_before) * small.height + row) * small.width + column;
        return true;
    }
};

void to_small(const Lattice& lattice, const Maps<Cuda>& large, const Maps<Cuda>& small) {
    const float* x = data_of(large);
    float* y = data_of(small);
    each(size_of(small), [=] __device__(std::size_t i) {
        std::size_t place = 0;
        y[i] = lattice.in_large(i, place) ? x[place] : 0.0f;
    });
}
void to_large(const Lattice& lattice, const Maps<Cuda>& small, const Maps<Cuda>& large) {
    const float* y = data_of(small);
    float* x = data_of(large);
    each(size_of(large), [=] __device__(std::size_t i) {
        std::size_t place = 0;
        x[i] = lattice.in_small(i, place) ? y[place] : 0.0f;
    });
}

class ShortcutOperation final : public LayerOperation {
  public:
    ShortcutOperation(const IdentityShortcut& layer, const MapShape& shape, const Maps<Cuda>& input)
        : LayerOperation(Maps<Cuda>(shape, input.samples())),
          input_(input),
          lattice_{input.shape(), shape, layer.stride, 0, (shape.channels - input.shape().channels) / 2} {}
    void forward(Mode) override { to_small(lattice_, input_, output()); }
    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        if (dX[0] != nullptr) to_large(lattice_, dY, *dX[0]);
    }

  private:
    Maps<Cuda> input_;
    Lattice lattice_;
};

std::unique_ptr<LayerOperation> make_activation(const Activation& layer, const Maps<Cuda>& input) {
    return std::make_unique<ActivationOperation>(layer, input);
}
std::unique_ptr<LayerOperation> make_add(const std::vector<Maps<Cuda>>& inputs) {
    return std::make_unique<AddOperation>(inputs);
}
std::unique_ptr<LayerOperation> make_concat(const MapShape& output, const std::vector<Maps<Cuda>>& inputs) {
    return std::make_unique<ConcatOperation>(output, inputs);
}
std::unique_ptr<LayerOperation> make_shortcut(const IdentityShortcut& layer, const MapShape& output,
                                              const Maps<Cuda>& input) {
    return std::make_unique<ShortcutOperation>(layer, output, input);
}

void pad(const Maps<Cuda>& small, std::size_t before, Maps<Cuda>& large) {
    to_large({large.shape(), small.shape(), 1, before, 0}, small, large);
}
void crop(const Maps<Cuda>& large, std::size_t before, Maps<Cuda>& small) {
    to_small({large.shape(), small.shape(), 1, before, 0}, large, small);
}

}  // namespace assay::solvers::cuda
