#include <algorithm>

#include "solvers/device/cpu/map_kernels.hpp"
#include "solvers/device/cpu/onednn.hpp"

/// The layers without numbers of their own: activations, sums, joins and shortcuts.
namespace assay::solvers::onednn {
namespace {

/// target <- source, between any two layouts of one shape.
class Transfer {
  public:
    Transfer(const Desc& from, const Desc& to)
        : reorder_(dnnl::memory(from, engine(), nullptr), dnnl::memory(to, engine(), nullptr)) {}
    void operator()(const dnnl::memory& source, const dnnl::memory& target) const {
        run(reorder_, {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, target}});
    }

  private:
    dnnl::reorder reorder_;
};

class ActivationOperation final : public Operation<Cpu> {
  public:
    ActivationOperation(const Activation& layer, const Maps<Cpu>& input)
        : Operation(input.like_this()), layer_(layer), input_(input) {}

    void forward(Mode) override {
        auto& y = output().storage();
        cpu::activate(layer_.kind, slope(), input_.storage().data(), y.data(), y.size());
    }
    void backward(const Maps<Cpu>& output_gradient, std::span<Maps<Cpu>* const> input_gradients) override {
        if (input_gradients[0] == nullptr) return;
        auto& dx = input_gradients[0]->storage();
        cpu::activate_backward(layer_.kind, slope(), input_.storage().data(),
                               output_gradient.storage().data(), dx.data(), dx.size());
    }

  private:
    float slope() const { return static_cast<float>(layer_.slope); }

    Activation layer_;
    Maps<Cpu> input_;
};

class AddOperation final : public Operation<Cpu> {
  public:
    explicit AddOperation(const std::vector<Maps<Cpu>>& inputs)
        : Operation(inputs[0].like_this()), inputs_(inputs) {
        for (const Maps<Cpu>& input : inputs_) {
            changes_.emplace_back(layout_of(input), layout_of(output()));
            returns_.emplace_back(layout_of(output()), layout_of(input));
        }
    }

    void forward(Mode) override {
        auto& sum = output().storage();
        Cpu::copy(sum.data(), inputs_[0].storage().data(), sum.size() * sizeof(float));
        for (std::size_t i = 1; i < inputs_.size(); ++i) {
            const dnnl::memory& term = changes_[i](memory_of(inputs_[i]));
            cpu::add(static_cast<const float*>(term.get_data_handle()), sum.data(), sum.size());
        }
    }
    void backward(const Maps<Cpu>& output_gradient, std::span<Maps<Cpu>* const> input_gradients) override {
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            if (input_gradients[i] != nullptr)
                returns_[i](memory_of(output_gradient), memory_of(*input_gradients[i]));
    }

  private:
    std::vector<Maps<Cpu>> inputs_;
    std::vector<Incoming> changes_;
    std::vector<Transfer> returns_;
};

/// A layout in which the channels of the inputs can be told apart: blocks of channels can only be split
/// between blocks.
Desc joinable(const MapShape& shape, const std::vector<Maps<Cpu>>& inputs) {
    const auto of_blocks = [&](Tag tag, std::size_t block) {
        return std::all_of(inputs.begin(), inputs.end(), [&](const Maps<Cpu>& input) {
            return input.shape().channels % block == 0 &&
                   layout_of(input) == describe_memory(dims_of(input.shape(), input.samples()), tag);
        });
    };
    const Tag tag = of_blocks(Tag::nChw16c, 16) ? Tag::nChw16c
                    : of_blocks(Tag::nChw8c, 8) ? Tag::nChw8c
                                                : Tag::nchw;
    return describe_memory(dims_of(shape, inputs[0].samples()), tag);
}

class ConcatOperation final : public Operation<Cpu> {
  public:
    ConcatOperation(const MapShape& shape, const std::vector<Maps<Cpu>>& inputs)
        : Operation(make_maps(shape, inputs[0].samples(), joinable(shape, inputs))), inputs_(inputs) {
        Dims offset(4, 0);
        for (const Maps<Cpu>& input : inputs_) {
            parts_.push_back(
                layout_of(output()).submemory_desc(dims_of(input.shape(), input.samples()), offset));
            joins_.emplace_back(layout_of(input), parts_.back());
            splits_.emplace_back(parts_.back(), layout_of(input));
            offset[1] += dim(input.shape().channels);
        }
    }

    void forward(Mode) override {
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            joins_[i](memory_of(inputs_[i]), view(parts_[i], memory_of(output())));
    }
    void backward(const Maps<Cpu>& output_gradient, std::span<Maps<Cpu>* const> input_gradients) override {
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            if (input_gradients[i] != nullptr)
                splits_[i](view(parts_[i], memory_of(output_gradient)), memory_of(*input_gradients[i]));
    }

  private:
    std::vector<Maps<Cpu>> inputs_;
    std::vector<Desc> parts_;
    std::vector<Transfer> joins_, splits_;
};

class ShortcutOperation final : public Operation<Cpu> {
  public:
    ShortcutOperation(const IdentityShortcut& layer, const MapShape& shape, const Maps<Cpu>& input)
        : Operation(Maps<Cpu>(shape, input.samples())),
          stride_(layer.stride),
          input_(input),
          change_(layout_of(input), plain_layout(input)),
          result_(plain_layout(input), layout_of(input)) {}

    void forward(Mode) override {
        const auto* from = static_cast<const float*>(change_(memory_of(input_)).get_data_handle());
        float* to = output().storage().data();
        each([=](std::size_t large, std::size_t small) { to[small] = from[large]; });
    }
    void backward(const Maps<Cpu>& output_gradient, std::span<Maps<Cpu>* const> input_gradients) override {
        if (input_gradients[0] == nullptr) return;
        const dnnl::memory& target = memory_of(*input_gradients[0]);
        auto* to = static_cast<float*>(result_.place(target).get_data_handle());
        const float* from = output_gradient.storage().data();
        std::fill(to, to + input_.samples() * input_.shape().size(), 0.0f);
        each([=](std::size_t large, std::size_t small) { to[large] = from[small]; });
        result_.deliver(target);
    }

  private:
    /// f(place in the input, place in the output) for every entry that passes; both in plain layout.
    template <class F>
    void each(F f) const {
        const MapShape &in = input_.shape(), &out = output().shape();
        const std::size_t before = (out.channels - in.channels) / 2;
        for (std::size_t n = 0; n < input_.samples(); ++n)
            for (std::size_t c = 0; c < in.channels; ++c)
                for (std::size_t y = 0; y < out.height; ++y)
                    for (std::size_t x = 0; x < out.width; ++x)
                        f(((n * in.channels + c) * in.height + y * stride_) * in.width + x * stride_,
                          ((n * out.channels + before + c) * out.height + y) * out.width + x);
    }

    std::size_t stride_;
    Maps<Cpu> input_;
    Incoming change_;
    Outgoing result_;
};

}  // namespace

std::unique_ptr<Operation<Cpu>> make_activation(const Activation& layer, const Maps<Cpu>& input) {
    return std::make_unique<ActivationOperation>(layer, input);
}

std::unique_ptr<Operation<Cpu>> make_add(const std::vector<Maps<Cpu>>& inputs) {
    return std::make_unique<AddOperation>(inputs);
}

std::unique_ptr<Operation<Cpu>> make_concat(const MapShape& output, const std::vector<Maps<Cpu>>& inputs) {
    return std::make_unique<ConcatOperation>(output, inputs);
}

std::unique_ptr<Operation<Cpu>> make_shortcut(const IdentityShortcut& layer, const MapShape& output,
                                              const Maps<Cpu>& input) {
    return std::make_unique<ShortcutOperation>(layer, output, input);
}

}  // namespace assay::solvers::onednn
