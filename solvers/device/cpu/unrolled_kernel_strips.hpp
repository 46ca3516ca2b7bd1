#pragma once

// C += scale sum_r ((D z_r - x) v_r^T + D v_r z_r^T) without the p x p matrix in the middle. Taking x off
// here, where D z is near it, spares the difference of two large sums at the end.

#include "solvers/device/cpu/unrolled_kernel_vectors.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

/// z_r and v_r, r < layers, are rows `ld` apart over the first `size` members; C and D are m x p.
template <class T>
struct Strips {
    const T* D;
    std::size_t m;
    T* C;
    const T* x;  ///< m
    const std::uint32_t* members;
    std::size_t size, layers;
    const T *z, *v;
    std::size_t ld;
    T scale;
    bool decoder;  ///< without the second term
    T* products;   ///< 2 batch_layers strips: D z_r, D v_r
};

/// `Count` strips of rows i.. of D x_r (less the offset), Width vectors each, for consecutive r.
template <std::size_t Width, std::size_t Count, class T>
inline void multiply_strip(const Strips<T>& job, std::size_t i, const T* offset, T scale, const T* x,
                           T* product) {
    Vector<T> sum[Count][Width] = {};
    if (offset != nullptr) {
        for (std::size_t c = 0; c < Count; ++c) {
            for (std::size_t w = 0; w < Width; ++w) sum[c][w] = -at(offset + i + w * lanes<T>);
        }
    }
    for (std::size_t k = 0; k < job.size; ++k) {
        const T* column = job.D + job.members[k] * job.m + i;
        for (std::size_t c = 0; c < Count; ++c) {
            const T scalar = x[c * job.ld + k];
            for (std::size_t w = 0; w < Width; ++w) sum[c][w] += scalar * at(column + w * lanes<T>);
        }
    }
    for (std::size_t c = 0; c < Count; ++c) {
        for (std::size_t w = 0; w < Width; ++w) {
            at(product + c * strip_rows + w * lanes<T>) = scale * sum[c][w];
        }
    }
}

/// Rows i.. of C, Width vectors of them.
template <std::size_t Width, class T>
inline void add_strip(const Strips<T>& job, std::size_t i) {
    T *Dz = job.products, *Dv = Dz + batch_layers * strip_rows;
    constexpr std::size_t together = 4;
    const T* none = nullptr;
    const T second_scale = job.decoder ? T(0) : job.scale;
    std::size_t r = 0;
    for (; r + together <= job.layers; r += together) {
        multiply_strip<Width, together>(job, i, job.x, job.scale, job.z + r * job.ld, Dz + r * strip_rows);
        multiply_strip<Width, together>(job, i, none, second_scale, job.v + r * job.ld, Dv + r * strip_rows);
    }
    for (; r < job.layers; ++r) {
        multiply_strip<Width, 1>(job, i, job.x, job.scale, job.z + r * job.ld, Dz + r * strip_rows);
        multiply_strip<Width, 1>(job, i, none, second_scale, job.v + r * job.ld, Dv + r * strip_rows);
    }
    for (std::size_t k = 0; k < job.size; ++k) {
        T* column = job.C + job.members[k] * job.m + i;
        Vector<T> first[Width], second[Width] = {};
        for (std::size_t w = 0; w < Width; ++w) first[w] = at(column + w * lanes<T>);
        for (r = 0; r < job.layers; ++r) {
            const T v = job.v[r * job.ld + k], z = job.z[r * job.ld + k];
            for (std::size_t w = 0; w < Width; ++w) {
                first[w] += v * at(Dz + r * strip_rows + w * lanes<T>);
                second[w] += z * at(Dv + r * strip_rows + w * lanes<T>);
            }
        }
        for (std::size_t w = 0; w < Width; ++w) at(column + w * lanes<T>) = first[w] + second[w];
    }
}

/// m must be a multiple of 16.
template <class T>
inline void add_strips(const Strips<T>& job) {
    for_each_panel<T, 4>(job.m, [&](auto width, std::size_t i) { add_strip<width()>(job, i); });
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
