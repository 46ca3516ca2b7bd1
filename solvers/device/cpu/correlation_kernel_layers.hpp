#pragma once

// Layers of an unrolled encoder.

#include "solvers/device/cpu/correlation_kernel_sweep.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

template <Form form, class T>
inline std::size_t encode_as(const LayerJob<T>& job) {
    std::size_t count = 0;
    const std::size_t ld = job.correlation.ld;
    for_each_tile(job.correlation, [&](std::size_t first, std::size_t slots, const T* tile) {
        for (std::size_t s = 0; s < slots; ++s, tile += ld) {
            if (!job.correlation.used[first + s]) continue;
            const std::size_t at_slot = (first + s) * ld;
            for (std::size_t i = 0; i < ld; i += lanes<T>) {
                Vector<T>& z = at(job.code + at_slot + i);
                const Vector<T> code = apply<form>(job.threshold, z - job.alpha * at(tile + i));
                z = code;
                if (!any_nonzero<T>(code)) continue;
                T codes[lanes<T>];
                at(codes + 0) = code;
                count += append_nonzeros(codes, at_slot + i, job.index + count, job.value + count);
            }
        }
    });
    return count;
}

template <class T>
std::size_t encode_layer(const LayerJob<T>& job) {
    return job.threshold.nonnegative ? encode_as<Form::nonnegative>(job) : encode_as<Form::either_sign>(job);
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
