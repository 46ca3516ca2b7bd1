#pragma once

#include <omp.h>

#include <algorithm>
#include <cstddef>

/// A loop is compiled for each instruction set and chosen at run time; `flatten` takes the formulas into it,
/// so that they vectorise. Contraction is off, so the bits are the same in all.
#define ASSAY_CLONES __attribute__((target_clones("avx512f", "avx2", "default"), flatten))

namespace assay::solvers::cpu {

/// Calls loop(first, last) on a part of [0, count) for each of the threads of the calling LibraryThreads: for
/// loops whose entries do not depend on each other.
template <class Loop>
void in_parts(std::size_t count, Loop loop) {
    constexpr std::size_t worth_a_thread = 16384, cache_line = 16;
    const std::size_t threads =
        std::clamp<std::size_t>(count / worth_a_thread, 1, static_cast<std::size_t>(omp_get_max_threads()));
    if (threads == 1) {
        loop(std::size_t{0}, count);
        return;
    }
    const std::size_t part = ((count + threads - 1) / threads + cache_line - 1) / cache_line * cache_line;
#pragma omp parallel for num_threads(int(threads)) schedule(static, 1)
    for (std::size_t t = 0; t < threads; ++t)
        loop(std::min(count, t * part), std::min(count, (t + 1) * part));
}

}  // namespace assay::solvers::cpu
