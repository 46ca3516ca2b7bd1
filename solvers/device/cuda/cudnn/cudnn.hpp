#pragma once

#include <cudnn.h>

#include "solvers/device/cuda/layers.hpp"

namespace assay::solvers::cuda {

/// cuDNN's handle on the process's stream, made when it is first needed.
cudnnHandle_t cudnn_handle();

/// Throws Error (OutOfMemory where that is the reason) with the call, its place in the source and cuDNN's
/// text.
void check_cudnn(cudnnStatus_t status, const char* call, const char* file, int line);
#define ASSAY_CUDNN_CALL(call) ::assay::solvers::cuda::check_cudnn((call), #call, __FILE__, __LINE__)

/// A descriptor of cuDNN's that ends with its scope.
template <class T, cudnnStatus_t (*create)(T*), cudnnStatus_t (*destroy)(T)>
class Descriptor {
  public:
    Descriptor() { ASSAY_CUDNN_CALL(create(&descriptor_)); }
    ~Descriptor() { static_cast<void>(destroy(descriptor_)); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    T get() const { return descriptor_; }

  private:
    T descriptor_ = nullptr;
};

/// Floats in the layout of an Array.
class TensorDescriptor
    : public Descriptor<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor> {
  public:
    TensorDescriptor(std::size_t samples, const MapShape& shape);
    explicit TensorDescriptor(const Maps<Cuda>& maps) : TensorDescriptor(maps.samples(), maps.shape()) {}
};

inline constexpr float one = 1.0f, zero = 0.0f;

}  // namespace assay::solvers::cuda
