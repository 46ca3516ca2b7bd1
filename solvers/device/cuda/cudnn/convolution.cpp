#include <algorithm>
#include <optional>

#include "solvers/device/cuda/cudnn/cudnn.hpp"

namespace assay::solvers::cuda {
namespace {

// Of cuDNN's algorithms those that give equal bits on every run.
constexpr auto forward_algorithm = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
constexpr auto data_algorithm = CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
constexpr auto filter_algorithm = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;

/// A convolution from `image` to `maps`, and its two adjoints. The workspace is that of the largest of the
/// three.
class Correlation {
  public:
    Correlation(const Maps<Cuda>& image, const Maps<Cuda>& maps, std::size_t kernel, std::size_t stride,
                std::size_t padding, std::size_t groups)
        : image_(image), maps_(maps) {
        const auto k = static_cast<int>(kernel), s = static_cast<int>(stride), p = static_cast<int>(padding);
        ASSAY_CUDNN_CALL(cudnnSetFilter4dDescriptor(filter_.get(), CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW,
                                                    static_cast<int>(maps.shape().channels),
                                                    static_cast<int>(image.shape().channels / groups), k, k));
        ASSAY_CUDNN_CALL(cudnnSetConvolution2dDescriptor(convolution_.get(), p, p, s, s, 1, 1,
                                                         CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
        ASSAY_CUDNN_CALL(cudnnSetConvolutionGroupCount(convolution_.get(), static_cast<int>(groups)));
        // Floats stay floats: no TF32, as in the project's use of cuBLAS.
        ASSAY_CUDNN_CALL(cudnnSetConvolutionMathType(convolution_.get(), CUDNN_FMA_MATH));
        std::size_t sizes[3] = {};
        ASSAY_CUDNN_CALL(cudnnGetConvolutionForwardWorkspaceSize(cudnn_handle(), image_.get(), filter_.get(),
                                                                 convolution_.get(), maps_.get(),
                                                                 forward_algorithm, &sizes[0]));
        ASSAY_CUDNN_CALL(cudnnGetConvolutionBackwardDataWorkspaceSize(
            cudnn_handle(), filter_.get(), maps_.get(), convolution_.get(), image_.get(), data_algorithm,
            &sizes[1]));
        ASSAY_CUDNN_CALL(cudnnGetConvolutionBackwardFilterWorkspaceSize(
            cudnn_handle(), image_.get(), maps_.get(), convolution_.get(), filter_.get(), filter_algorithm,
            &sizes[2]));
        workspace_ = Array<Cuda, unsigned char>(*std::max_element(sizes, sizes + 3), 1);
    }

    void forward(const float* image, const float* weights, float* maps) {
        ASSAY_CUDNN_CALL(cudnnConvolutionForward(
            cudnn_handle(), &one, image_.get(), image, filter_.get(), weights, convolution_.get(),
            forward_algorithm, workspace_.data(), workspace_.size(), &zero, maps_.get(), maps));
    }
    void adjoint(const float* maps, const float* weights, float* image) {
        ASSAY_CUDNN_CALL(cudnnConvolutionBackwardData(
            cudnn_handle(), &one, filter_.get(), weights, maps_.get(), maps, convolution_.get(),
            data_algorithm, workspace_.data(), workspace_.size(), &zero, image_.get(), image));
    }
    void filter_gradient(const float* image, const float* maps, float* gradient) {
        ASSAY_CUDNN_CALL(cudnnConvolutionBackwardFilter(
            cudnn_handle(), &one, image_.get(), image, maps_.get(), maps, convolution_.get(),
            filter_algorithm, workspace_.data(), workspace_.size(), &zero, filter_.get(), gradient));
    }

  private:
    TensorDescriptor image_, maps_;
    Descriptor<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor> filter_;
    Descriptor<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor,
               cudnnDestroyConvolutionDescriptor>
        convolution_;
    Array<Cuda, unsigned char> workspace_;
};

/// One number a channel of an output.
class Bias {
  public:
    Bias(const Maps<Cuda>& output, const LayerNumbers& numbers)
        : output_(output), bias_(1, MapShape{output.shape().channels, 1, 1}), numbers_(numbers) {}

    void add_to(const Maps<Cuda>& Y) {
        if (numbers_.bias == nullptr) return;
        ASSAY_CUDNN_CALL(cudnnAddTensor(cudnn_handle(), &one, bias_.get(), numbers_.bias, &one, output_.get(),
                                        data_of(Y)));
    }
    void gradient(const Maps<Cuda>& dY) {
        if (numbers_.bias == nullptr) return;
        ASSAY_CUDNN_CALL(cudnnConvolutionBackwardBias(cudnn_handle(), &one, output_.get(), data_of(dY), &zero,
                                                      bias_.get(), numbers_.bias_gradient));
    }

  private:
    TensorDescriptor output_, bias_;
    LayerNumbers numbers_;
};

/// cuDNN pads both sides alike; where the layer does not, a padded copy of its input is convolved.
class ConvolutionOperation final : public LayerOperation {
  public:
    ConvolutionOperation(const Convolution& layer, const MapShape& shape, const Maps<Cuda>& input,
                         const LayerNumbers& numbers)
        : LayerOperation(Maps<Cuda>(shape, input.samples())),
          before_(layer.padding.before),
          padded_(layer.padding.before == layer.padding.after ? std::nullopt : padded_like(layer, input)),
          input_(input),
          numbers_(numbers),
          correlation_(padded_ ? *padded_ : input, output(), layer.kernel, layer.stride,
                       padded_ ? 0 : layer.padding.before, layer.groups),
          bias_(output(), numbers) {}

    void forward(Mode) override {
        if (padded_) pad(input_, before_, *padded_);
        correlation_.forward(data_of(convolved()), numbers_.weight, data_of(output()));
        bias_.add_to(output());
    }
    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        correlation_.filter_gradient(data_of(convolved()), data_of(dY), numbers_.weight_gradient);
        bias_.gradient(dY);
        if (dX[0] == nullptr) return;
        if (padded_ && !padded_gradient_) padded_gradient_ = padded_->like_this();
        correlation_.adjoint(data_of(dY), numbers_.weight, data_of(padded_ ? *padded_gradient_ : *dX[0]));
        if (padded_) crop(*padded_gradient_, before_, *dX[0]);
    }

  private:
    static std::optional<Maps<Cuda>> padded_like(const Convolution& layer, const Maps<Cuda>& input) {
        MapShape shape = input.shape();
        shape.height += layer.padding.before + layer.padding.after;
        shape.width += layer.padding.before + layer.padding.after;
        return Maps<Cuda>(shape, input.samples());
    }
    const Maps<Cuda>& convolved() const { return padded_ ? *padded_ : input_; }

    std::size_t before_;
    std::optional<Maps<Cuda>> padded_, padded_gradient_;
    Maps<Cuda> input_;
    LayerNumbers numbers_;
    Correlation correlation_;
    Bias bias_;
};

/// The adjoint of the convolution from its output to its input.
class TransposedOperation final : public LayerOperation {
  public:
    TransposedOperation(const TransposedConvolution& layer, const MapShape& shape, const Maps<Cuda>& input,
                        const LayerNumbers& numbers)
        : LayerOperation(Maps<Cuda>(shape, input.samples())),
          input_(input),
          numbers_(numbers),
          correlation_(output(), input, layer.kernel, layer.stride, layer.padding, 1),
          bias_(output(), numbers) {}

    void forward(Mode) override {
        correlation_.adjoint(data_of(input_), numbers_.weight, data_of(output()));
        bias_.add_to(output());
    }
    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        correlation_.filter_gradient(data_of(dY), data_of(input_), numbers_.weight_gradient);
        bias_.gradient(dY);
        if (dX[0] != nullptr) correlation_.forward(data_of(dY), numbers_.weight, data_of(*dX[0]));
    }

  private:
    Maps<Cuda> input_;
    LayerNumbers numbers_;
    Correlation correlation_;
    Bias bias_;
};

}  // namespace

std::unique_ptr<LayerOperation> make_convolution(const Convolution& layer, const MapShape& output,
                                                 const Maps<Cuda>& input, const LayerNumbers& numbers) {
    return std::make_unique<ConvolutionOperation>(layer, output, input, numbers);
}

std::unique_ptr<LayerOperation> make_transposed_convolution(const TransposedConvolution& layer,
                                                            const MapShape& output, const Maps<Cuda>& input,
                                                            const LayerNumbers& numbers) {
    return std::make_unique<TransposedOperation>(layer, output, input, numbers);
}

}  // namespace assay::solvers::cuda
