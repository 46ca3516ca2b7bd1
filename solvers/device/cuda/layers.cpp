#include "solvers/device/cuda/layers.hpp"

namespace assay::solvers {
namespace {

using Result = std::unique_ptr<Operation<Cuda>>;

template <class Pool>
cuda::Pooling pooling_of(const Pool& pool, bool largest) {
    return {largest, pool.kernel, pool.kernel, pool.stride, pool.padding.before};
}

struct Maker {
    const MapShape& output;
    const std::vector<Maps<Cuda>>& inputs;
    const LayerNumbers& numbers;

    Result operator()(const Convolution& l) { return cuda::make_convolution(l, output, inputs[0], numbers); }
    Result operator()(const TransposedConvolution& l) {
        return cuda::make_transposed_convolution(l, output, inputs[0], numbers);
    }
    Result operator()(const Linear& l) { return cuda::make_linear(l, output, inputs[0], numbers); }
    Result operator()(const BatchNorm& l) { return cuda::make_batch_norm(l, inputs[0], numbers); }
    Result operator()(const Activation& l) { return cuda::make_activation(l, inputs[0]); }
    Result operator()(const MaxPool& l) { return cuda::make_pooling(pooling_of(l, true), output, inputs[0]); }
    Result operator()(const AveragePool& l) {
        return cuda::make_pooling(pooling_of(l, false), output, inputs[0]);
    }
    Result operator()(const GlobalAveragePool&) {
        const MapShape& all = inputs[0].shape();
        return cuda::make_pooling({false, all.height, all.width, 1, 0}, output, inputs[0]);
    }
    Result operator()(const Add&) { return cuda::make_add(inputs); }
    Result operator()(const Concat&) { return cuda::make_concat(output, inputs); }
    Result operator()(const IdentityShortcut& l) { return cuda::make_shortcut(l, output, inputs[0]); }
};

}  // namespace

template <>
std::unique_ptr<Operation<Cuda>> make_operation(const Layer& layer, const MapShape& output,
                                                const std::vector<Maps<Cuda>>& inputs,
                                                const LayerNumbers& numbers) {
    return std::visit(Maker{output, inputs, numbers}, layer);
}

}  // namespace assay::solvers
