#pragma once

// Vectors of the instruction set that ASSAY_KERNEL_SET names, and what the encoder's kernels build on them.

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include "solvers/device/cpu/unrolled_kernel.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

#if defined(__AVX512F__)
#define ASSAY_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define ASSAY_VECTOR_BYTES 32
#else
#define ASSAY_VECTOR_BYTES 16
#endif

template <class T>
struct VectorOf;
template <>
struct VectorOf<float> {
    typedef float type __attribute__((vector_size(ASSAY_VECTOR_BYTES), aligned(4), may_alias));
};
template <>
struct VectorOf<double> {
    typedef double type __attribute__((vector_size(ASSAY_VECTOR_BYTES), aligned(8), may_alias));
};
template <class T>
using Vector = typename VectorOf<T>::type;
template <class T>
inline constexpr std::size_t lanes = ASSAY_VECTOR_BYTES / sizeof(T);
#undef ASSAY_VECTOR_BYTES

template <class T>
inline Vector<T>& at(T* p) {
    return *reinterpret_cast<Vector<T>*>(p);
}
template <class T>
inline const Vector<T>& at(const T* p) {
    return *reinterpret_cast<const Vector<T>*>(p);
}

/// a > b ? a : b and a < b ? a : b, entry by entry; masked, with all lanes on, for the reason given below.
#if defined(__AVX512F__)
inline Vector<float> larger(Vector<float> a, Vector<float> b) {
    return _mm512_mask_max_ps(a, 0xffff, a, b);
}
inline Vector<double> larger(Vector<double> a, Vector<double> b) {
    return _mm512_mask_max_pd(a, 0xff, a, b);
}
inline Vector<float> smaller(Vector<float> a, Vector<float> b) {
    return _mm512_mask_min_ps(a, 0xffff, a, b);
}
inline Vector<double> smaller(Vector<double> a, Vector<double> b) {
    return _mm512_mask_min_pd(a, 0xff, a, b);
}
#else
template <class V>
inline V larger(V a, V b) {
    return a > b ? a : b;
}
template <class V>
inline V smaller(V a, V b) {
    return a < b ? a : b;
}
#endif

/// Appends the non-zeros among one vector z[0..lanes) to the lists, ascending; their positions count from
/// `first`. May write a whole vector past what it appends. Returns how many it appended.
inline std::size_t append_nonzeros(const float* z, std::size_t first, std::uint32_t* index, float* value) {
#if defined(__AVX512F__)
    const __m512 all = _mm512_loadu_ps(z);
    const __mmask16 mask = _mm512_cmp_ps_mask(all, _mm512_setzero_ps(), _CMP_NEQ_UQ);
    const __m512i position =
        _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first)),
                         _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    _mm512_storeu_ps(value, _mm512_maskz_compress_ps(mask, all));
    _mm512_storeu_si512(index, _mm512_maskz_compress_epi32(mask, position));
    return static_cast<std::size_t>(__builtin_popcount(mask));
#else
    std::size_t count = 0;
    for (std::size_t k = 0; k < lanes<float>;
         ++k) {  // without a branch: which lanes are zero cannot be predicted
        index[count] = static_cast<std::uint32_t>(first + k);
        value[count] = z[k];
        count += z[k] != 0.0F;
    }
    return count;
#endif
}
inline std::size_t append_nonzeros(const double* z, std::size_t first, std::uint32_t* index, double* value) {
#if defined(__AVX512F__)
    const __m512d all = _mm512_loadu_pd(z);
    const __mmask8 mask = _mm512_cmp_pd_mask(all, _mm512_setzero_pd(), _CMP_NEQ_UQ);
    const __m256i position = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first)),
                                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm512_storeu_pd(value, _mm512_maskz_compress_pd(mask, all));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(index), _mm256_maskz_compress_epi32(mask, position));
    return static_cast<std::size_t>(__builtin_popcount(mask));
#else
    std::size_t count = 0;
    for (std::size_t k = 0; k < lanes<double>; ++k) {
        index[count] = static_cast<std::uint32_t>(first + k);
        value[count] = z[k];
        count += z[k] != 0.0;
    }
    return count;
#endif
}

/// to[k] = from[index[k]]. (The masked gathers, all lanes on, spare GCC 12 a false warning about the plain
/// ones.)
inline void gather(std::size_t n, const std::uint32_t* index, const float* from, float* to) {
    std::size_t k = 0;
#if defined(__AVX512F__)
    for (; k + 16 <= n; k += 16) {
        _mm512_storeu_ps(
            to + k, _mm512_mask_i32gather_ps(_mm512_setzero_ps(), 0xffff, _mm512_loadu_si512(index + k), from,
                                             sizeof(float)));
    }
#endif
    for (; k < n; ++k) to[k] = from[index[k]];
}
inline void gather(std::size_t n, const std::uint32_t* index, const double* from, double* to) {
    std::size_t k = 0;
#if defined(__AVX512F__)
    for (; k + 8 <= n; k += 8) {
        const __m256i some = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(index + k));
        _mm512_storeu_pd(to + k,
                         _mm512_mask_i32gather_pd(_mm512_setzero_pd(), 0xff, some, from, sizeof(double)));
    }
#endif
    for (; k < n; ++k) to[k] = from[index[k]];
}

template <class T>
inline void clear(std::size_t n, T* z) {  // n is a multiple of the vector
    for (std::size_t i = 0; i < n; i += lanes<T>) at(z + i) = Vector<T>{};
}

/// A panel's width in vectors, as a constant of its type.
template <std::size_t N>
struct Width {
    constexpr std::size_t operator()() const { return N; }
};

template <std::size_t Widest, class F>
inline void last_panel(std::size_t vectors, std::size_t i, const F& f) {
    if constexpr (Widest > 0) {
        if (vectors == Widest) return f(Width<Widest>{}, i);
        last_panel<Widest - 1>(vectors, i, f);
    }
}

/// Calls f(width, i) for the panels that cover `rows` rows (a whole last vector exists): of `Widest` vectors,
/// the last one of as many as are left, each from row i on.
template <class T, std::size_t Widest, class F>
inline void for_each_panel(std::size_t rows, const F& f) {
    constexpr std::size_t step = lanes<T>;
    std::size_t i = 0;
    for (; i + Widest * step <= rows; i += Widest * step) f(Width<Widest>{}, i);
    last_panel<Widest>((rows - i + step - 1) / step, i, f);
}

/// `Width` vectors of sum_k value[k] A(row.., index[k]), held in registers while k runs.
template <std::size_t Width, class T>
inline void combine_panel(const T* A, std::size_t ld, std::size_t count, const std::uint32_t* index,
                          const T* value, T* c) {
    Vector<T> sum[Width] = {};
    for (std::size_t k = 0; k < count; ++k) {
        const T* column = A + index[k] * ld;
        for (std::size_t w = 0; w < Width; ++w) sum[w] += value[k] * at(column + w * lanes<T>);
    }
    for (std::size_t w = 0; w < Width; ++w) at(c + w * lanes<T>) = sum[w];
}

/// c <- A(:, index) value over `rows` rows, of which a whole last vector exists in A and c.
template <class T>
inline void combine_rows(std::size_t rows, std::size_t ld, const T* A, std::size_t count,
                         const std::uint32_t* index, const T* value, T* c) {
    for_each_panel<T, 8>(rows, [&](auto width, std::size_t i) {
        combine_panel<width()>(A + i, ld, count, index, value, c + i);
    });
}

/// As combine_rows for arrays that end at `rows`: the rows beyond the last whole vector are done one by one.
template <class T>
void combine(std::size_t rows, std::size_t ld, const T* A, std::size_t count, const std::uint32_t* index,
             const T* value, T* c) {
    const std::size_t whole = rows / lanes<T> * lanes<T>;
    combine_rows(whole, ld, A, count, index, value, c);
    for (std::size_t i = whole; i < rows; ++i) {
        T sum = 0;
        for (std::size_t k = 0; k < count; ++k) sum += value[k] * A[i + index[k] * ld];
        c[i] = sum;
    }
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
