#pragma once

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cusolverDn.h>

namespace assay::solvers::cuda {

/// The process's one stream and its library handles. All work of the CUDA device is queued on this stream, so
/// one operation sees what the one before it wrote, and cuBLAS gives equal bits from run to run.
struct Context {
    cudaStream_t stream = nullptr;
    cublasHandle_t blas = nullptr;
    bool pooled = false;  ///< memory comes from the stream-ordered pool
};

/// Opens the GPU at the first call; throws Error when there is none that can be used.
const Context& context();

/// cuSOLVER's handle on the same stream, made when it is first needed.
cusolverDnHandle_t solver_handle();

}  // namespace assay::solvers::cuda
