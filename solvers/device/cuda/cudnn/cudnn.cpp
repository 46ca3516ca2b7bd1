#include "solvers/device/cuda/cudnn/cudnn.hpp"

#include <string>

#include "solvers/device/cuda/context.hpp"

namespace assay::solvers {
namespace cuda {

void check_cudnn(cudnnStatus_t status, const char* call, const char* file, int line) {
    if (status == CUDNN_STATUS_SUCCESS) return;
    std::string path = file;
    const std::size_t root = path.rfind("solvers/");
    if (root != std::string::npos) path.erase(0, root);
    const std::string where = path + ":" + std::to_string(line) + ": " + call;
    const std::string problem = std::string("cuDNN: ") + cudnnGetErrorString(status);
    if (status == CUDNN_STATUS_ALLOC_FAILED) throw OutOfMemory(problem, where, "use smaller batches");
    throw Error(problem, where, "check that cuDNN and the CUDA toolkit fit together");
}

cudnnHandle_t cudnn_handle() {
    static const cudnnHandle_t handle = [] {
        cudnnHandle_t made = nullptr;
        ASSAY_CUDNN_CALL(cudnnCreate(&made));
        ASSAY_CUDNN_CALL(cudnnSetStream(made, context().stream));
        return made;
    }();
    return handle;
}

TensorDescriptor::TensorDescriptor(std::size_t samples, const MapShape& shape) {
    ASSAY_CUDNN_CALL(cudnnSetTensor4dDescriptor(
        get(), CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, static_cast<int>(samples),
        static_cast<int>(shape.channels), static_cast<int>(shape.height), static_cast<int>(shape.width)));
}

}  // namespace cuda

template <>
std::string layer_library<Cuda>() {
    return "cuDNN " + std::to_string(cudnnGetVersion());
}

}  // namespace assay::solvers
