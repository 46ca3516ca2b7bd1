#pragma once

#include <cstdint>

#include "solvers/device/cuda/kernels.cuh"

/// The largest entries of a column, found by one block.
namespace assay::solvers::cuda {

/// The size of a value as an integer that compares as it does.
__device__ inline std::uint64_t size_bits(float value) {
    return static_cast<std::uint64_t>(__float_as_uint(value) & 0x7fffffffu);
}
__device__ inline std::uint64_t size_bits(double value) {
    return static_cast<std::uint64_t>(__double_as_longlong(value)) & 0x7fffffffffffffffull;
}

/// How many threads of the block below this one have the flag; `total` gets the number in the block. All
/// threads must call.
__device__ inline unsigned rank_in_block(bool flag, unsigned& total) {
    __shared__ unsigned of_warp[block_threads / 32];
    const unsigned lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const unsigned set = __ballot_sync(0xffffffffu, flag);
    __syncthreads();  // the counts may still be read from the call before
    if (lane == 0) of_warp[warp] = static_cast<unsigned>(__popc(set));
    __syncthreads();
    unsigned rank = static_cast<unsigned>(__popc(set & ((1u << lane) - 1)));
    total = 0;
    for (unsigned w = 0; w < block_threads / 32; ++w) {
        if (w < warp) rank += of_warp[w];
        total += of_warp[w];
    }
    return rank;
}

/// How many of a[0..n) have at least this size; every thread gets it.
template <class T>
__device__ unsigned count_from(std::size_t n, const T* a, std::uint64_t bound) {
    unsigned count = 0;
    for (std::size_t i = threadIdx.x; i < n; i += block_threads) count += size_bits(a[i]) >= bound;
    return block_sum(count);
}

/// Calls keep(i, s) for the entries of largest size, s = 0, 1, ... in ascending order of i, and drop(i) for
/// the others; zeros are dropped. Equals go to the lower index. Called by all threads of a block.
template <class T, class Keep, class Drop>
__device__ void split_largest(std::size_t n, const T* a, std::size_t count, Keep keep, Drop drop) {
    std::uint64_t cut = 0;  // the largest size that at least `count` entries reach
    for (int bit = 8 * static_cast<int>(sizeof(T)) - 2; bit >= 0; --bit) {
        const std::uint64_t trial = cut | (std::uint64_t{1} << bit);
        if (count_from(n, a, trial) >= count) cut = trial;
    }
    const unsigned above = count == 0 ? 0 : count_from(n, a, cut + 1);
    unsigned ties_left = static_cast<unsigned>(count) - above, kept = 0;
    for (std::size_t first = 0; first < n; first += block_threads) {
        const std::size_t i = first + threadIdx.x;
        const std::uint64_t size = i < n ? size_bits(a[i]) : 0;
        unsigned ties = 0, chosen = 0;
        const bool tie = i < n && size == cut && size != 0;
        const unsigned tie_rank = rank_in_block(tie, ties);
        const bool take = i < n && count != 0 && (size > cut || (tie && tie_rank < ties_left));
        const unsigned rank = rank_in_block(take, chosen);
        if (take) keep(i, kept + rank);
        if (i < n && !take) drop(i);
        ties_left -= ties < ties_left ? ties : ties_left;
        kept += chosen;
    }
}

}  // namespace assay::solvers::cuda
