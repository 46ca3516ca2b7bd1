#include "solvers/device/cpu/onednn.hpp"

/// Batch normalisation and pooling, in the layout in which their input comes.
namespace assay::solvers::onednn {
namespace {

const dnnl::normalization_flags affine =
    dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
#if DNNL_VERSION_MAJOR >= 3
const Dims no_dilation = {0, 0};
#endif

class BatchNormOperation final : public Operation<Cpu> {
  public:
    BatchNormOperation(const BatchNorm& layer, const Maps<Cpu>& input, const LayerNumbers& numbers)
        : Operation(input.like_this()),
          layer_(layer),
          input_(input),
          numbers_(numbers),
          channels_(describe_memory({dim(input.shape().channels)}, Tag::x)),
          training_(forward_description(dnnl::prop_kind::forward_training, affine)),
          forward_(training_),
          evaluation_(forward_description(dnnl::prop_kind::forward_inference,
                                          affine | dnnl::normalization_flags::use_global_stats)),
          mean_(channels_),
          variance_(channels_) {}

    void forward(Mode mode) override {
        const bool training = mode == Mode::training;
        run(training ? forward_ : evaluation_,
            {{DNNL_ARG_SRC, memory_of(input_)},
             {DNNL_ARG_SCALE, view(channels_, numbers_.weight)},
             {DNNL_ARG_SHIFT, view(channels_, numbers_.bias)},
             {DNNL_ARG_MEAN, training ? mean_.memory : view(channels_, numbers_.mean)},
             {DNNL_ARG_VARIANCE, training ? variance_.memory : view(channels_, numbers_.variance)},
             {DNNL_ARG_DST, memory_of(output())}});
        if (training) move_running_statistics();
    }

    void backward(const Maps<Cpu>& output_gradient, std::span<Maps<Cpu>* const> input_gradients) override {
        if (!backward_) {
            backward_.emplace(describe_backward<dnnl::batch_normalization_backward>(
                training_, dnnl::prop_kind::backward, layout_of(input_), layout_of(input_),
#if DNNL_VERSION_MAJOR >= 3
                layout_of(input_),
#endif
                epsilon(), affine));
        }
        if (input_gradients[0] == nullptr && !unwanted_) unwanted_.emplace(input_.like_this());
        const Maps<Cpu>& input_gradient = input_gradients[0] != nullptr ? *input_gradients[0] : *unwanted_;
        Arguments arguments = {{DNNL_ARG_SRC, memory_of(input_)},
                               {DNNL_ARG_MEAN, mean_.memory},
                               {DNNL_ARG_VARIANCE, variance_.memory},
                               {DNNL_ARG_DIFF_DST, memory_of(output_gradient)},
                               {DNNL_ARG_SCALE, view(channels_, numbers_.weight)},
                               {DNNL_ARG_DIFF_SRC, memory_of(input_gradient)},
                               {DNNL_ARG_DIFF_SCALE, view(channels_, numbers_.weight_gradient)},
                               {DNNL_ARG_DIFF_SHIFT, view(channels_, numbers_.bias_gradient)}};
#if DNNL_VERSION_MAJOR < 3  // it asks for what it does not need
        arguments[DNNL_ARG_SHIFT] = view(channels_, numbers_.bias);
#endif
        run(*backward_, arguments);
    }

  private:
    float epsilon() const {
        return static_cast<float>(layer_.epsilon);
    }
    dnnl::batch_normalization_forward::primitive_desc forward_description(
        dnnl::prop_kind kind, dnnl::normalization_flags flags) const {
        return describe<dnnl::batch_normalization_forward>(kind, layout_of(input_),
#if DNNL_VERSION_MAJOR >= 3
                                                           layout_of(input_),
#endif
                                                           epsilon(), flags);
    }

    void move_running_statistics() {
        const auto count = static_cast<double>(input_.samples() * input_.shape().pixels());
        const auto share = static_cast<float>(layer_.momentum);
        const auto unbiased = static_cast<float>(layer_.momentum * count / (count - 1));
        for (std::size_t c = 0; c < input_.shape().channels; ++c) {
            float& mean = numbers_.mean[c];
            float& variance = numbers_.variance[c];
            mean = (1.0f - share) * mean + share * mean_.values.data()[c];
            variance = (1.0f - share) * variance + unbiased * variance_.values.data()[c];
        }
    }

    BatchNorm layer_;
    Maps<Cpu> input_;
    LayerNumbers numbers_;
    Desc channels_;
    dnnl::batch_normalization_forward::primitive_desc training_;
    dnnl::batch_normalization_forward forward_, evaluation_;
    Buffer mean_, variance_;  ///< of the batch
    std::optional<dnnl::batch_normalization_backward> backward_;
    std::optional<Maps<Cpu>> unwanted_;
};

class PoolingOperation final : public Operation<Cpu> {
  public:
    using Description = dnnl::pooling_forward::primitive_desc;

    PoolingOperation(const Pooling& pooling, const MapShape& output, const Maps<Cpu>& input)
        : PoolingOperation(pooling, output, input, describe_forward(pooling, output, input)) {}

    void forward(Mode) override {
        Arguments arguments = {{DNNL_ARG_SRC, memory_of(input_)}, {DNNL_ARG_DST, memory_of(output())}};
        if (workspace_) arguments[DNNL_ARG_WORKSPACE] = workspace_->memory;
        run(forward_, arguments);
    }

    void backward(const Maps<Cpu>& output_gradient, std::span<Maps<Cpu>* const> input_gradients) override {
        if (input_gradients[0] == nullptr) return;
        if (!backward_) {
            backward_.emplace(describe_backward<dnnl::pooling_backward>(
                description_, pooling_.algorithm, layout_of(input_), layout_of(output()), pooling_.stride,
                pooling_.kernel,
#if DNNL_VERSION_MAJOR >= 3
                no_dilation,
#endif
                pooling_.before, pooling_.after));
        }
        Arguments arguments = {{DNNL_ARG_DIFF_DST, memory_of(output_gradient)},
                               {DNNL_ARG_DIFF_SRC, memory_of(*input_gradients[0])}};
        if (workspace_) arguments[DNNL_ARG_WORKSPACE] = workspace_->memory;
        run(*backward_, arguments);
    }

  private:
    PoolingOperation(const Pooling& pooling, const MapShape& output, const Maps<Cpu>& input,
                     const Description& description)
        : Operation(make_maps(output, input.samples(), description.dst_desc())),
          pooling_(pooling),
          input_(input),
          description_(description),
          forward_(description) {
        // Which pixel was the largest is kept for the reverse pass.
        if (pooling.algorithm == dnnl::algorithm::pooling_max)
            workspace_.emplace(description.workspace_desc());
    }

    static Description describe_forward(const Pooling& pooling, const MapShape& output,
                                        const Maps<Cpu>& input) {
        return describe<dnnl::pooling_forward>(
            dnnl::prop_kind::forward_training, pooling.algorithm, layout_of(input),
            describe_memory(dims_of(output, input.samples()), Tag::any), pooling.stride, pooling.kernel,
#if DNNL_VERSION_MAJOR >= 3
            no_dilation,
#endif
            pooling.before, pooling.after);
    }

    Pooling pooling_;
    Maps<Cpu> input_;
    Description description_;
    dnnl::pooling_forward forward_;
    std::optional<Buffer> workspace_;
    std::optional<dnnl::pooling_backward> backward_;
};

}  // namespace

std::unique_ptr<Operation<Cpu>> make_batch_norm(const BatchNorm& layer, const Maps<Cpu>& input,
                                                const LayerNumbers& numbers) {
    return std::make_unique<BatchNormOperation>(layer, input, numbers);
}

std::unique_ptr<Operation<Cpu>> make_pooling(const Pooling& pooling, const MapShape& output,
                                             const Maps<Cpu>& input) {
    return std::make_unique<PoolingOperation>(pooling, output, input);
}

}  // namespace assay::solvers::onednn
