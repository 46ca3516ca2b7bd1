#pragma once

// Sweeps of the dynamics on one image: the residual from the codes that are not zero, and the update of each
// tile of states while its sums are in the first-level cache.

#include "solvers/device/cpu/correlation_kernel_listed.hpp"
#include "solvers/device/cpu/correlation_kernel_tile.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

template <class T>
inline bool any_nonzero(const Vector<T>& a) {
#if defined(__AVX512F__)
    if constexpr (sizeof(T) == 4) {
        return _mm512_cmp_ps_mask(a, _mm512_setzero_ps(), _CMP_NEQ_UQ) != 0;
    } else {
        return _mm512_cmp_pd_mask(a, _mm512_setzero_pd(), _CMP_NEQ_UQ) != 0;
    }
#elif defined(__AVX2__)
    if constexpr (sizeof(T) == 4) {
        return _mm256_movemask_ps(_mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_NEQ_UQ)) != 0;
    } else {
        return _mm256_movemask_pd(_mm256_cmp_pd(a, _mm256_setzero_pd(), _CMP_NEQ_UQ)) != 0;
    }
#else
    bool any = false;
    for (std::size_t k = 0; k < lanes<T>; ++k) any |= a[k] != T(0);
    return any;
#endif
}

enum class Form { nonnegative, either_sign, half };

/// Threshold's operator for a vector.
template <Form form, class T>
inline Vector<T> apply(const Threshold<T>& threshold, const Vector<T>& u) {
    const Vector<T> zero = {};
    const Vector<T> size = form == Form::nonnegative ? u : (u < zero ? -u : u);
    if constexpr (form == Form::half) {
        Vector<T> a = size > zero + threshold.threshold ? u : zero;
        if (!any_nonzero<T>(a)) return zero;
        for (std::size_t k = 0; k < lanes<T>; ++k) a[k] = a[k] != T(0) ? threshold(a[k]) : T(0);
        return a;
    } else {
        const Vector<T> line = threshold.slope * (size - threshold.shift);
        const Vector<T> value = line < size ? line : size;
        const Vector<T> a = form == Form::either_sign ? (u < zero ? -value : value) : value;
        return size > zero + threshold.threshold ? a : zero;
    }
}

/// Squares of changes and states, 16 interleaved sums each: the same order whatever a vector holds.
template <class T>
struct Squares {
    double change[padding] = {}, size[padding] = {};

    void add(const Vector<T>& moved, const Vector<T>& u, std::size_t first) {
        for (std::size_t k = 0; k < lanes<T>; ++k) {
            const double c = static_cast<double>(moved[k]), s = static_cast<double>(u[k]);
            change[first + k] += c * c;
            size[first + k] += s * s;
        }
    }
    static double total(const double* sums) {
        double sum = 0;
        for (std::size_t k = 0; k < padding; ++k) sum += sums[k];
        return sum;
    }
};

/// The slot's states after one step, and its codes' non-zeros at the end of the list.
template <Form form, bool measured, class T>
inline std::size_t update_slot(const SweepJob<T>& job, std::size_t slot, const T* drive, std::size_t count,
                               Squares<T>& squares) {
    const std::size_t ld = job.correlation.ld, at_slot = slot * ld;
    for (std::size_t i = 0; i < ld; i += lanes<T>) {
        Vector<T>& u = at(job.state + at_slot + i);
        const Vector<T> before = u, a = apply<form>(job.threshold, before);
        const Vector<T> force = job.gain * at(drive + i) + (a - before);
        if (job.velocity == nullptr) {
            u = before + job.rate * force;
        } else {
            Vector<T>& velocity = at(job.velocity + at_slot + i);
            velocity = job.momentum * velocity + job.rate * force;
            u = before + velocity;
        }
        const Vector<T> now = u;
        if constexpr (measured) squares.add(now - before, now, i % padding);
        const Vector<T> code = apply<form>(job.threshold, now);
        if (!any_nonzero<T>(code)) continue;
        T codes[lanes<T>];
        at(codes + 0) = code;
        count += append_nonzeros(codes, at_slot + i, job.index + count, job.value + count);
    }
    return count;
}

/// The list of the codes that are not zero, from the states.
template <Form form, class T>
inline std::size_t list_codes(const SweepJob<T>& job) {
    const std::size_t entries = job.correlation.ld * job.correlation.blocks * slots_of_block(job.correlation);
    std::size_t count = 0;
    for (std::size_t i = 0; i < entries; i += lanes<T>) {
        const Vector<T> code = apply<form>(job.threshold, at(job.state + i));
        if (!any_nonzero<T>(code)) continue;
        T codes[lanes<T>];
        at(codes + 0) = code;
        count += append_nonzeros(codes, i, job.index + count, job.value + count);
    }
    return count;
}

/// r = x - Phi a into the first plane.
template <class T>
inline void residual(const SweepJob<T>& job, std::size_t count) {
    T* r = job.correlation.planes;
    for (std::size_t i = 0; i < job.canvas_entries; ++i) r[i] = job.target[i];
    draw(job.drawing, T(-1), count, job.index, job.value, r);
    if (job.mask == nullptr) return;
    for (std::size_t i = 0; i < job.canvas_entries; ++i) r[i] *= job.mask[i];
}

template <Form form, bool measured, class T>
inline std::size_t sweep_once(const SweepJob<T>& job, Squares<T>& squares) {
    std::size_t count = 0;
    for_each_tile(job.correlation, [&](std::size_t first, std::size_t slots, const T* tile) {
        for (std::size_t s = 0; s < slots; ++s) {
            if (!job.correlation.used[first + s]) continue;
            count =
                update_slot<form, measured>(job, first + s, tile + s * job.correlation.ld, count, squares);
        }
    });
    return count;
}

template <class T>
inline double squared_norm(std::size_t n, const T* r) {
    double sums[4] = {};
    for (std::size_t i = 0; i < n; ++i) sums[i % 4] += static_cast<double>(r[i]) * static_cast<double>(r[i]);
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <class T>
inline SweepResult conclude(const SweepJob<T>& job, std::size_t count, const Squares<T>& squares) {
    residual(job, count);
    return {count, squared_norm(job.canvas_entries, job.correlation.planes),
            Squares<T>::total(squares.change), Squares<T>::total(squares.size)};
}

template <Form form, class T>
inline SweepResult sweep_as(const SweepJob<T>& job) {
    Squares<T> squares;
    std::size_t count = list_codes<form>(job);
    for (std::size_t t = 1; t <= job.sweeps; ++t) {
        residual(job, count);
        count = t < job.sweeps ? sweep_once<form, false>(job, squares) : sweep_once<form, true>(job, squares);
    }
    return conclude(job, count, squares);
}

template <class T>
SweepResult sweep(const SweepJob<T>& job) {
    if (job.threshold.half) return sweep_as<Form::half>(job);
    return job.threshold.nonnegative ? sweep_as<Form::nonnegative>(job) : sweep_as<Form::either_sign>(job);
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
