#include "solvers/device/cuda/blas.hpp"
#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/cuda/layers.hpp"

namespace assay::solvers::cuda {

/// y[i, n] += b[i].
void add_bias(const float* b, std::size_t features, const Maps<Cuda>& Y) {
    float* y = data_of(Y);
    each(size_of(Y), [=] __device__(std::size_t i) { y[i] += b[i % features]; });
}
/// db[i] <- sum over samples of dy[i, n], in their order.
void bias_gradient(std::size_t features, const Maps<Cuda>& dY, float* db) {
    const float* dy = data_of(dY);
    const std::size_t samples = dY.samples();
    each(features, [=] __device__(std::size_t i) {
        float sum = 0.0f;
        for (std::size_t n = 0; n < samples; ++n) sum += dy[n * features + i];
        db[i] = sum;
    });
}

/// The weights (features x inputs, row by row) are a column-major W^T, samples are columns.
class LinearOperation final : public LayerOperation {
  public:
    LinearOperation(const MapShape& shape, const Maps<Cuda>& input, const LayerNumbers& numbers)
        : LayerOperation(Maps<Cuda>(shape, input.samples())), input_(input), numbers_(numbers) {}

    void forward(Mode) override {
        multiply(Op::transpose, Op::none, features(), samples(), inputs(), 1.0f, numbers_.weight,
                 data_of(input_), 0.0f, data_of(output()));
        if (numbers_.bias != nullptr) add_bias(numbers_.bias, features(), output());
    }
    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        multiply(Op::none, Op::transpose, inputs(), features(), samples(), 1.0f, data_of(input_), data_of(dY),
                 0.0f, numbers_.weight_gradient);
        if (numbers_.bias != nullptr) bias_gradient(features(), dY, numbers_.bias_gradient);
        if (dX[0] == nullptr) return;
        multiply(Op::none, Op::none, inputs(), samples(), features(), 1.0f, numbers_.weight, data_of(dY),
                 0.0f, data_of(*dX[0]));
    }

  private:
    std::size_t features() const { return output().shape().size(); }
    std::size_t inputs() const { return input_.shape().size(); }
    std::size_t samples() const { return input_.samples(); }

    Maps<Cuda> input_;
    LayerNumbers numbers_;
};

std::unique_ptr<LayerOperation> make_linear(const Linear&, const MapShape& output, const Maps<Cuda>& input,
                                            const LayerNumbers& numbers) {
    return std::make_unique<LinearOperation>(output, input, numbers);
}

}  // namespace assay::solvers::cuda
