#include "solvers/device/cuda/context.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include "solvers/device/array.hpp"
#include "solvers/device/cuda/check.hpp"
#include "solvers/device/gpu.hpp"

namespace assay::solvers {
namespace cuda {
namespace {

constexpr int device = 0;  // CUDA_VISIBLE_DEVICES chooses which one that is
const char* const another_device = "run on the CPU with --device cpu";
const char* const less_memory = "use fewer samples, or stop other programs on the GPU";
const char* const again = "run again; if it comes back, check that driver and CUDA toolkit fit together";

struct Diagnosis {
    std::string problem;
    std::string hint;
};

/// What a failed CUDA call means to the user.
Diagnosis diagnose(cudaError_t status) {
    const std::string text = std::string(cudaGetErrorString(status)) + " (CUDA error " +
                             std::to_string(static_cast<int>(status)) + ")";
    switch (status) {
        case cudaErrorInsufficientDriver:
            return {"built with CUDA, but this machine has no usable NVIDIA driver: " + text,
                    "install an NVIDIA driver for CUDA " + std::to_string(CUDART_VERSION / 1000) +
                        " or newer, or " + another_device};
        case cudaErrorNoDevice:
            return {"built with CUDA, but this machine has no usable NVIDIA GPU: " + text,
                    std::string("check nvidia-smi and CUDA_VISIBLE_DEVICES, or ") + another_device};
        case cudaErrorNoKernelImageForDevice:
        case cudaErrorUnsupportedPtxVersion:
            return {"the program holds no machine code for this GPU: " + text,
                    std::string("build with -DCMAKE_CUDA_ARCHITECTURES=<its compute capability>, or ") +
                        another_device};
        case cudaErrorMemoryAllocation:
            return {"the GPU is out of memory: " + text,
                    std::string("use fewer samples or layers, stop other programs on the GPU, or ") +
                        another_device};
        default:
            return {text,
                    "the CUDA context may be lost: run again; if it comes back, compute-sanitizer names the "
                    "access"};
    }
}

std::string place(const char* call, const char* file, int line) {
    std::string path = file;
    const std::size_t root = path.rfind("solvers/");
    if (root != std::string::npos) path.erase(0, root);
    return path + ":" + std::to_string(line) + ": " + call;
}

Context open() {
    int devices = 0;
    ASSAY_CUDA_CALL(cudaGetDeviceCount(&devices));
    ASSAY_CUDA_CALL(cudaSetDevice(device));
    Context opened;
    ASSAY_CUDA_CALL(cudaStreamCreateWithFlags(&opened.stream, cudaStreamNonBlocking));
    ASSAY_CUDA_CALL(cublasCreate(&opened.blas));
    ASSAY_CUDA_CALL(cublasSetStream(opened.blas, opened.stream));
    // The default mode never goes below the precision asked for: no TF32 for float.
    ASSAY_CUDA_CALL(cublasSetMathMode(opened.blas, CUBLAS_DEFAULT_MATH));
    ASSAY_CUDA_CALL(cublasSetAtomicsMode(opened.blas, CUBLAS_ATOMICS_NOT_ALLOWED));

    int pools = 0;
    ASSAY_CUDA_CALL(cudaDeviceGetAttribute(&pools, cudaDevAttrMemoryPoolsSupported, device));
    opened.pooled = pools != 0;
    if (opened.pooled) {  // keep freed memory: an algorithm asks for the same sizes again and again
        cudaMemPool_t pool = nullptr;
        ASSAY_CUDA_CALL(cudaDeviceGetDefaultMemPool(&pool, device));
        std::uint64_t keep = std::numeric_limits<std::uint64_t>::max();
        ASSAY_CUDA_CALL(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep));
    }
    return opened;
}

cusolverDnHandle_t open_solver() {
    cusolverDnHandle_t handle = nullptr;
    ASSAY_CUDA_CALL(cusolverDnCreate(&handle));
    ASSAY_CUDA_CALL(cusolverDnSetStream(handle, context().stream));
    return handle;
}

}  // namespace

void fail(cudaError_t status, const char* call, const char* file, int line) {
    const Diagnosis diagnosis = diagnose(status);
    if (status == cudaErrorMemoryAllocation)
        throw OutOfMemory(diagnosis.problem, place(call, file, line), diagnosis.hint);
    throw Error(diagnosis.problem, place(call, file, line), diagnosis.hint);
}

void fail(cublasStatus_t status, const char* call, const char* file, int line) {
    const std::string problem = std::string("cuBLAS failed: ") + cublasGetStatusString(status);
    if (status == CUBLAS_STATUS_ALLOC_FAILED)
        throw OutOfMemory(problem, place(call, file, line), less_memory);
    throw Error(problem, place(call, file, line),
                status == CUBLAS_STATUS_NOT_INITIALIZED
                    ? std::string("the GPU may be out of memory: ") + less_memory
                    : again);
}

void fail(cusolverStatus_t status, const char* call, const char* file, int line) {
    const std::string problem = "cuSOLVER failed with status " + std::to_string(static_cast<int>(status));
    if (status == CUSOLVER_STATUS_ALLOC_FAILED)
        throw OutOfMemory(problem, place(call, file, line), less_memory);
    throw Error(problem, place(call, file, line), again);
}

// Neither is destroyed at exit: the driver may be unloaded before the program's static objects are.
const Context& context() {
    static const Context* const opened = new Context(open());
    return *opened;
}

cusolverDnHandle_t solver_handle() {
    static const cusolverDnHandle_t handle = open_solver();
    return handle;
}

}  // namespace cuda

GpuStatus gpu_status() {
    GpuStatus status;
    status.built = true;
    int devices = 0;
    cudaDeviceProp properties{};
    cudaError_t answer = cudaGetDeviceCount(&devices);
    if (answer == cudaSuccess && devices == 0) answer = cudaErrorNoDevice;
    if (answer == cudaSuccess) answer = cudaGetDeviceProperties(&properties, 0);
    if (answer != cudaSuccess) {
        const cuda::Diagnosis diagnosis = cuda::diagnose(answer);
        status.problem = diagnosis.problem;
        status.hint = diagnosis.hint;
        return status;
    }
    status.usable = true;
    status.name = std::string(properties.name) + ", compute capability " + std::to_string(properties.major) +
                  "." + std::to_string(properties.minor) + ", " +
                  std::to_string(properties.totalGlobalMem >> 20) + " MiB";
    return status;
}

void* Cuda::allocate(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    const cuda::Context& gpu = cuda::context();
    void* pointer = nullptr;
    const cudaError_t status =
        gpu.pooled ? cudaMallocAsync(&pointer, bytes, gpu.stream) : cudaMalloc(&pointer, bytes);
    if (status == cudaErrorMemoryAllocation) {
        static_cast<void>(
            cudaGetLastError());  // the failure is dealt with here: later calls must not report it again
        throw OutOfMemory(
            "out of GPU memory: " + std::to_string(bytes >> 20) + " MiB were asked for", "cuda",
            "use fewer samples or layers, stop other programs on the GPU, or run with --device cpu");
    }
    ASSAY_CUDA_CALL(status);
    ASSAY_CUDA_CALL(cudaMemsetAsync(pointer, 0, bytes, gpu.stream));
    return pointer;
}

void Cuda::release(void* pointer) noexcept {
    if (pointer == nullptr) return;
    const cuda::Context& gpu = cuda::context();  // open since the allocation
    // A failure here was caused by earlier work, whose own check reports it.
    static_cast<void>(gpu.pooled ? cudaFreeAsync(pointer, gpu.stream) : cudaFree(pointer));
}

void Cuda::copy(void* to, const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    ASSAY_CUDA_CALL(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, cuda::context().stream));
}

void Cuda::upload(void* to, const void* host, std::size_t bytes) {
    if (bytes == 0) return;
    ASSAY_CUDA_CALL(cudaMemcpyAsync(to, host, bytes, cudaMemcpyHostToDevice, cuda::context().stream));
    synchronize();
}

void Cuda::download(void* host, const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    ASSAY_CUDA_CALL(cudaMemcpyAsync(host, from, bytes, cudaMemcpyDeviceToHost, cuda::context().stream));
    synchronize();
}

void Cuda::synchronize() {
    ASSAY_CUDA_CALL(cudaStreamSynchronize(cuda::context().stream));
}

std::uint64_t Cuda::peak_bytes() {
    std::uint64_t bytes = 0;
    if (!cuda::context().pooled) return bytes;
    cudaMemPool_t pool = nullptr;
    ASSAY_CUDA_CALL(cudaDeviceGetDefaultMemPool(&pool, cuda::device));
    ASSAY_CUDA_CALL(cudaMemPoolGetAttribute(pool, cudaMemPoolAttrUsedMemHigh, &bytes));
    return bytes;
}

}  // namespace assay::solvers
