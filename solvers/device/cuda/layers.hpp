#pragma once

#include <memory>
#include <vector>

#include "solvers/network/operation.hpp"

namespace assay::solvers {

/// On the GPU maps lie as in an Array: samples x channels x height x width.
template <>
struct Maps<Cuda>::Storage {
    Array<Cuda, float> values;
};

namespace cuda {

using LayerOperation = Operation<Cuda>;

inline float* data_of(const Maps<Cuda>& maps) {
    return maps.storage().values.data();
}
inline std::size_t size_of(const Maps<Cuda>& maps) {
    return maps.storage().values.size();
}

/// Linear layers, by cuBLAS (linear.cu).
std::unique_ptr<LayerOperation> make_linear(const Linear& layer, const MapShape& output,
                                            const Maps<Cuda>& input, const LayerNumbers& numbers);

/// Poolings by own kernels, which know padding at one side only and sum in a fixed order (pooling.cu).
struct Pooling {
    bool largest;
    std::size_t kernel_height, kernel_width, stride, before;
};
std::unique_ptr<LayerOperation> make_pooling(const Pooling& pooling, const MapShape& output,
                                             const Maps<Cuda>& input);

/// Activations, sums, joins and shortcuts, by own kernels (joins.cu).
std::unique_ptr<LayerOperation> make_activation(const Activation& layer, const Maps<Cuda>& input);
std::unique_ptr<LayerOperation> make_add(const std::vector<Maps<Cuda>>& inputs);
std::unique_ptr<LayerOperation> make_concat(const MapShape& output, const std::vector<Maps<Cuda>>& inputs);
std::unique_ptr<LayerOperation> make_shortcut(const IdentityShortcut& layer, const MapShape& output,
                                              const Maps<Cuda>& input);

/// Convolutions and batch norms, by cuDNN (cudnn/), or in a build without it the Error that says so.
std::unique_ptr<LayerOperation> make_convolution(const Convolution& layer, const MapShape& output,
                                                 const Maps<Cuda>& input, const LayerNumbers& numbers);
std::unique_ptr<LayerOperation> make_transposed_convolution(const TransposedConvolution& layer,
                                                            const MapShape& output, const Maps<Cuda>& input,
                                                            const LayerNumbers& numbers);
std::unique_ptr<LayerOperation> make_batch_norm(const BatchNorm& layer, const Maps<Cuda>& input,
                                                const LayerNumbers& numbers);

/// Places maps in larger ones whose first `before` rows and columns are zeros, as their last ones are; and
/// takes them out again.
void pad(const Maps<Cuda>& small, std::size_t before, Maps<Cuda>& large);
void crop(const Maps<Cuda>& large, std::size_t before, Maps<Cuda>& small);

}  // namespace cuda
}  // namespace assay::solvers
