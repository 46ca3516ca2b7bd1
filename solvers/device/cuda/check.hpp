#pragma once

#include <cublas_v2.h>
#include <cuda_runtime_api.h>
#include <cusolverDn.h>

namespace assay::solvers::cuda {

/// Throws Error (OutOfMemory where that is the reason) with the call, its place in the source, CUDA's own
/// text and a hint.
[[noreturn]] void fail(cudaError_t status, const char* call, const char* file, int line);
[[noreturn]] void fail(cublasStatus_t status, const char* call, const char* file, int line);
[[noreturn]] void fail(cusolverStatus_t status, const char* call, const char* file, int line);

template <class Status>
inline void check(Status status, const char* call, const char* file, int line) {
    if (status != Status{}) fail(status, call, file, line);  // success is 0 in all three libraries
}

}  // namespace assay::solvers::cuda

/// Every call to CUDA, cuBLAS and cuSOLVER goes through this.
#define ASSAY_CUDA_CALL(call) ::assay::solvers::cuda::check((call), #call, __FILE__, __LINE__)
