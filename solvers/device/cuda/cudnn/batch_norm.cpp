#include <optional>

#include "solvers/device/cuda/cudnn/cudnn.hpp"

namespace assay::solvers::cuda {
namespace {

constexpr auto mode_of_maps = CUDNN_BATCHNORM_SPATIAL;

class BatchNormOperation final : public LayerOperation {
  public:
    BatchNormOperation(const BatchNorm& layer, const Maps<Cuda>& input, const LayerNumbers& numbers)
        : LayerOperation(input.like_this()),
          layer_(layer),
          input_(input),
          numbers_(numbers),
          maps_(input),
          channels_(1, MapShape{input.shape().channels, 1, 1}),
          mean_(input.shape().channels, 1),
          inverse_deviation_(input.shape().channels, 1) {}

    void forward(Mode mode) override {
        if (mode == Mode::evaluation) {
            ASSAY_CUDNN_CALL(cudnnBatchNormalizationForwardInference(
                cudnn_handle(), mode_of_maps, &one, &zero, maps_.get(), data_of(input_), maps_.get(),
                data_of(output()), channels_.get(), numbers_.weight, numbers_.bias, numbers_.mean,
                numbers_.variance, layer_.epsilon));
            return;
        }
        ASSAY_CUDNN_CALL(cudnnBatchNormalizationForwardTraining(
            cudnn_handle(), mode_of_maps, &one, &zero, maps_.get(), data_of(input_), maps_.get(),
            data_of(output()), channels_.get(), numbers_.weight, numbers_.bias, layer_.momentum,
            numbers_.mean, numbers_.variance, layer_.epsilon, mean_.data(), inverse_deviation_.data()));
    }

    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        if (dX[0] == nullptr && !unwanted_) unwanted_ = input_.like_this();
        const Maps<Cuda>& target = dX[0] != nullptr ? *dX[0] : *unwanted_;
        ASSAY_CUDNN_CALL(cudnnBatchNormalizationBackward(
            cudnn_handle(), mode_of_maps, &one, &zero, &one, &zero, maps_.get(), data_of(input_), maps_.get(),
            data_of(dY), maps_.get(), data_of(target), channels_.get(), numbers_.weight,
            numbers_.weight_gradient, numbers_.bias_gradient, layer_.epsilon, mean_.data(),
            inverse_deviation_.data()));
    }

  private:
    BatchNorm layer_;
    Maps<Cuda> input_;
    LayerNumbers numbers_;
    TensorDescriptor maps_, channels_;
    Array<Cuda, float> mean_, inverse_deviation_;  ///< of the batch
    std::optional<Maps<Cuda>> unwanted_;
};

}  // namespace

std::unique_ptr<LayerOperation> make_batch_norm(const BatchNorm& layer, const Maps<Cuda>& input,
                                                const LayerNumbers& numbers) {
    return std::make_unique<BatchNormOperation>(layer, input, numbers);
}

}  // namespace assay::solvers::cuda
