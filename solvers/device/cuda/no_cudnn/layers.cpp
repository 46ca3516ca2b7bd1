#include "solvers/device/cuda/layers.hpp"

/// The stand-in for cuDNN in a build of the CUDA device without it.
namespace assay::solvers {
namespace cuda {
namespace {

[[noreturn]] void absent() {
    throw Error("this program was built without cuDNN, which networks on the GPU need", "cuda",
                "install cuDNN beside the CUDA toolkit and build again, or run on the CPU with --device cpu");
}

}  // namespace

std::unique_ptr<LayerOperation> make_convolution(const Convolution&, const MapShape&, const Maps<Cuda>&,
                                                 const LayerNumbers&) {
    absent();
}
std::unique_ptr<LayerOperation> make_transposed_convolution(const TransposedConvolution&, const MapShape&,
                                                            const Maps<Cuda>&, const LayerNumbers&) {
    absent();
}
std::unique_ptr<LayerOperation> make_batch_norm(const BatchNorm&, const Maps<Cuda>&, const LayerNumbers&) {
    absent();
}

}  // namespace cuda

template <>
std::string layer_library<Cuda>() {
    return "none: built without cuDNN";
}

}  // namespace assay::solvers
