#include "solvers/device/cpu/onednn.hpp"

/// The layers with a kernel: one operation over three families of oneDNN's primitives. The library chooses
/// all layouts; weights are copied into its own when they have changed, which is once a step.
namespace assay::solvers::onednn {
namespace {

Desc any(const Dims& dims) {
    return describe_memory(dims, Tag::any);
}

/// What the three families tell the operation: how to describe their primitives, and what the weights are
/// like as the network keeps them. This one is of both convolutions.
template <class ForwardPrimitive, class DataPrimitive, class WeightsPrimitive, dnnl::algorithm algorithm>
struct StridedFamily {
    using Forward = ForwardPrimitive;
    using BackwardData = DataPrimitive;
    using BackwardWeights = WeightsPrimitive;

    Desc src, weights, any_weights, bias, dst;
    Dims stride, before, after;

    typename Forward::primitive_desc forward() const {
        return describe<Forward>(dnnl::prop_kind::forward_training, algorithm, src, any_weights, bias, dst,
                                 stride, before, after);
    }
    typename BackwardData::primitive_desc data(const typename Forward::primitive_desc& hint) const {
        return describe_backward<BackwardData>(hint, algorithm, src, any_weights, dst, stride, before, after);
    }
    typename BackwardWeights::primitive_desc gradient(const typename Forward::primitive_desc& hint) const {
        return describe_backward<BackwardWeights>(hint, algorithm, src, any_weights, bias, dst, stride,
                                                  before, after);
    }
    Desc maps_layout(const typename Forward::primitive_desc& forward) const { return forward.dst_desc(); }
};

using ConvolutionFamily =
    StridedFamily<dnnl::convolution_forward, dnnl::convolution_backward_data,
                  dnnl::convolution_backward_weights, dnnl::algorithm::convolution_direct>;
using TransposedFamily =
    StridedFamily<dnnl::deconvolution_forward, dnnl::deconvolution_backward_data,
                  dnnl::deconvolution_backward_weights, dnnl::algorithm::deconvolution_direct>;

Desc bias_of(bool bias, std::size_t channels) {
    return bias ? describe_memory({dim(channels)}, Tag::x) : Desc();
}

struct LinearFamily {
    using Forward = dnnl::inner_product_forward;
    using BackwardData = dnnl::inner_product_backward_data;
    using BackwardWeights = dnnl::inner_product_backward_weights;

    Desc src, weights, any_weights, bias, dst, maps;

    LinearFamily(const Linear& l, const MapShape& output, const Maps<Cpu>& input)
        : src(any(dims_of(input.shape(), input.samples()))),
          weights(describe_memory(dims_of(input.shape(), l.features), Tag::oihw)),
          any_weights(any(dims_of(input.shape(), l.features))),
          bias(bias_of(l.bias, l.features)),
          dst(describe_memory({dim(input.samples()), dim(l.features)}, Tag::nc)),
          maps(describe_memory(dims_of(output, input.samples()), Tag::nchw)) {}

    Forward::primitive_desc forward() const {
        return describe<Forward>(dnnl::prop_kind::forward_training, src, any_weights, bias, dst);
    }
    BackwardData::primitive_desc data(const Forward::primitive_desc& hint) const {
        return describe_backward<BackwardData>(hint, src, any_weights, dst);
    }
    BackwardWeights::primitive_desc gradient(const Forward::primitive_desc& hint) const {
        return describe_backward<BackwardWeights>(hint, src, any_weights, bias, dst);
    }
    /// The same memory as dst, with its two extents of one.
    Desc maps_layout(const Forward::primitive_desc&) const { return maps; }
};

template <class Family>
class KernelOperation final : public Operation<Cpu> {
  public:
    KernelOperation(const Family& family, const MapShape& output, const Maps<Cpu>& input,
                    const LayerNumbers& numbers)
        : KernelOperation(family, family.forward(), output, input, numbers) {}

    void forward(Mode) override {
        Arguments arguments = {{DNNL_ARG_SRC, source_(memory_of(input_))},
                               {DNNL_ARG_WEIGHTS, weights_(stored(numbers_.weight), *numbers_.version)},
                               {DNNL_ARG_DST, view(description_.dst_desc(), memory_of(output()))}};
        if (numbers_.bias != nullptr) arguments[DNNL_ARG_BIAS] = view(family_.bias, numbers_.bias);
        run(forward_, arguments);
    }

    void backward(const Maps<Cpu>& output_gradient, std::span<Maps<Cpu>* const> input_gradients) override {
        const dnnl::memory gradient = view(description_.dst_desc(), memory_of(output_gradient));
        if (input_gradients[0] != nullptr) input_gradient(gradient, memory_of(*input_gradients[0]));
        weight_gradient(gradient);
    }

  private:
    struct Data {
        typename Family::BackwardData::primitive_desc description;
        typename Family::BackwardData primitive;
        Incoming weights, gradient;
        Outgoing result;
    };
    struct Weights {
        typename Family::BackwardWeights::primitive_desc description;
        typename Family::BackwardWeights primitive;
        std::optional<Incoming> source;  ///< none where the forward pass has left the input as it is wanted
        Incoming gradient;
        Outgoing result;
    };

    KernelOperation(const Family& family, const typename Family::Forward::primitive_desc& description,
                    const MapShape& output, const Maps<Cpu>& input, const LayerNumbers& numbers)
        : Operation(make_maps(output, input.samples(), family.maps_layout(description))),
          family_(family),
          description_(description),
          forward_(description),
          input_(input),
          numbers_(numbers),
          source_(layout_of(input), description.src_desc()),
          weights_(family.weights, description.weights_desc()) {}

    dnnl::memory stored(const float* weights) const { return view(family_.weights, weights); }

    void input_gradient(const dnnl::memory& gradient, const dnnl::memory& target) {
        if (!data_) {
            const auto d = family_.data(description_);
            data_.emplace(Data{d, typename Family::BackwardData(d),
                               Incoming(family_.weights, d.weights_desc()),
                               Incoming(description_.dst_desc(), d.diff_dst_desc()),
                               Outgoing(d.diff_src_desc(), layout_of(input_))});
        }
        run(data_->primitive, {{DNNL_ARG_DIFF_DST, data_->gradient(gradient)},
                               {DNNL_ARG_WEIGHTS, data_->weights(stored(numbers_.weight), *numbers_.version)},
                               {DNNL_ARG_DIFF_SRC, data_->result.place(target)}});
        data_->result.deliver(target);
    }

    void weight_gradient(const dnnl::memory& gradient) {
        if (!weight_) {
            const auto d = family_.gradient(description_);
            weight_.emplace(Weights{d,
                                    typename Family::BackwardWeights(d),
                                    {},
                                    Incoming(description_.dst_desc(), d.diff_dst_desc()),
                                    Outgoing(d.diff_weights_desc(), family_.weights)});
            if (d.src_desc() != description_.src_desc())
                weight_->source.emplace(layout_of(input_), d.src_desc());
        }
        const dnnl::memory target = stored(numbers_.weight_gradient);
        Arguments arguments = {
            {DNNL_ARG_SRC, weight_->source ? (*weight_->source)(memory_of(input_)) : source_.last()},
            {DNNL_ARG_DIFF_DST, weight_->gradient(gradient)},
            {DNNL_ARG_DIFF_WEIGHTS, weight_->result.place(target)}};
        if (numbers_.bias != nullptr)
            arguments[DNNL_ARG_DIFF_BIAS] = view(family_.bias, numbers_.bias_gradient);
        run(weight_->primitive, arguments);
        weight_->result.deliver(target);
    }

    Family family_;
    typename Family::Forward::primitive_desc description_;
    typename Family::Forward forward_;
    Maps<Cpu> input_;
    LayerNumbers numbers_;
    Incoming source_, weights_;
    std::optional<Data> data_;  ///< made when first wanted: evaluation needs none
    std::optional<Weights> weight_;
};

}  // namespace

std::unique_ptr<Operation<Cpu>> make_convolution(const Convolution& layer, const MapShape& output,
                                                 const Maps<Cpu>& input, const LayerNumbers& numbers) {
    const auto k = dim(layer.kernel), g = dim(layer.groups), out = dim(layer.channels),
               in = dim(input.shape().channels);
    const bool grouped = layer.groups > 1;
    const Dims kernels = grouped ? Dims{g, out / g, in / g, k, k} : Dims{out, in, k, k};
    const ConvolutionFamily family{.src = any(dims_of(input.shape(), input.samples())),
                                   .weights = describe_memory(kernels, grouped ? Tag::goihw : Tag::oihw),
                                   .any_weights = any(kernels),
                                   .bias = bias_of(layer.bias, layer.channels),
                                   .dst = any(dims_of(output, input.samples())),
                                   .stride = both(layer.stride),
                                   .before = both(layer.padding.before),
                                   .after = both(layer.padding.after)};
    return std::make_unique<KernelOperation<ConvolutionFamily>>(family, output, input, numbers);
}

std::unique_ptr<Operation<Cpu>> make_transposed_convolution(const TransposedConvolution& layer,
                                                            const MapShape& output, const Maps<Cpu>& input,
                                                            const LayerNumbers& numbers) {
    const Dims kernels = {dim(layer.channels), dim(input.shape().channels), dim(layer.kernel),
                          dim(layer.kernel)};
    const TransposedFamily family{.src = any(dims_of(input.shape(), input.samples())),
                                  .weights = describe_memory(kernels, Tag::iohw),
                                  .any_weights = any(kernels),
                                  .bias = bias_of(layer.bias, layer.channels),
                                  .dst = any(dims_of(output, input.samples())),
                                  .stride = both(layer.stride),
                                  .before = both(layer.padding),
                                  .after = both(layer.padding - layer.output_padding)};
    return std::make_unique<KernelOperation<TransposedFamily>>(family, output, input, numbers);
}

std::unique_ptr<Operation<Cpu>> make_linear(const Linear& layer, const MapShape& output,
                                            const Maps<Cpu>& input, const LayerNumbers& numbers) {
    return std::make_unique<KernelOperation<LinearFamily>>(LinearFamily(layer, output, input), output, input,
                                                           numbers);
}

}  // namespace assay::solvers::onednn
