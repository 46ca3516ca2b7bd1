#pragma once

#include <algorithm>
#include <cstddef>

#include "solvers/device/array.hpp"
#include "solvers/device/cuda/check.hpp"
#include "solvers/device/cuda/context.hpp"

/// The shapes that the project's own kernels come in: one thread an entry, a sum over all entries, one block
/// a column.
namespace assay::solvers::cuda {

constexpr unsigned block_threads = 256;

template <class F>
__global__ void __launch_bounds__(block_threads) each_kernel(std::size_t count, F f) {
    const std::size_t stride = static_cast<std::size_t>(gridDim.x) * block_threads;
    for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * block_threads + threadIdx.x; i < count;
         i += stride) {
        f(i);
    }
}

/// f(i) for every i < count, in any order.
template <class F>
void each(std::size_t count, F f) {
    if (count == 0) return;
    constexpr std::size_t most_blocks = 4096;  // several waves on the largest GPU; the rest is looped over
    const std::size_t blocks = std::min((count + block_threads - 1) / block_threads, most_blocks);
    each_kernel<<<static_cast<unsigned>(blocks), block_threads, 0, context().stream>>>(count, f);
    ASSAY_CUDA_CALL(cudaGetLastError());
}

/// The sum of `value` over the block's threads, by a tree of fixed shape; every thread gets it. All threads
/// must call.
template <class S>
__device__ S block_sum(S value) {
    __shared__ S cache[block_threads];
    __syncthreads();  // the cache may still be read from the call before
    cache[threadIdx.x] = value;
    __syncthreads();
    for (unsigned half = block_threads / 2; half > 0; half /= 2) {
        if (threadIdx.x < half) cache[threadIdx.x] += cache[threadIdx.x + half];
        __syncthreads();
    }
    return cache[0];
}

template <class S, class F>
__global__ void __launch_bounds__(block_threads) partial_sums_kernel(std::size_t count, F f, S* partial) {
    S sum = 0;
    const std::size_t stride = static_cast<std::size_t>(gridDim.x) * block_threads;
    for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * block_threads + threadIdx.x; i < count;
         i += stride) {
        sum += f(i);
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

/// The sum of f(i) over i < count as an S. The number of blocks depends on nothing but `count`, so the order
/// of the sum is the same on every GPU.
template <class S, class F>
S sum_of(std::size_t count, F f) {
    if (count == 0) return 0;
    constexpr std::size_t most_blocks = 512;
    const std::size_t blocks = std::min((count + block_threads - 1) / block_threads, most_blocks);
    Array<Cuda, S> partial(blocks, 1);
    partial_sums_kernel<<<static_cast<unsigned>(blocks), block_threads, 0, context().stream>>>(
        count, f, partial.data());
    ASSAY_CUDA_CALL(cudaGetLastError());
    S sum = 0;
    for (const S part : partial.to_host()) sum += part;
    return sum;
}

template <class F>
__global__ void __launch_bounds__(block_threads) each_column_kernel(F f) {
    f(static_cast<std::size_t>(blockIdx.x));
}

/// f(j) for every column j < cols, called by all threads of one block.
template <class F>
void each_column(std::size_t cols, F f) {
    if (cols == 0) return;
    each_column_kernel<<<static_cast<unsigned>(cols), block_threads, 0, context().stream>>>(f);
    ASSAY_CUDA_CALL(cudaGetLastError());
}

/// The sum of f(i) over i < rows by the calling block; every thread gets it.
template <class F>
__device__ double column_sum(std::size_t rows, F f) {
    double sum = 0;
    for (std::size_t i = threadIdx.x; i < rows; i += block_threads) sum += f(i);
    return block_sum(sum);
}

}  // namespace assay::solvers::cuda
