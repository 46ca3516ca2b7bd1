#pragma once

#include <immintrin.h>

#include <algorithm>

#include "scripts/peers/cpu_clock.hpp"

namespace assay::peers {

// Twelve independent chains keep two pipes of latency five busy.
#define ASSAY_TWELVE(F) F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11)
#define ASSAY_ADD(i) sum += a##i[0];

__attribute__((target("avx512f"))) inline float chains_avx512(long rounds) {
    const __m512 factor = _mm512_set1_ps(0.999F), summand = _mm512_set1_ps(1e-3F);
#define ASSAY_DECLARE(i) __m512 a##i = _mm512_set1_ps(1.0F + i);
#define ASSAY_STEP(i) a##i = _mm512_fmadd_ps(a##i, factor, summand);
    ASSAY_TWELVE(ASSAY_DECLARE)
    for (long n = 0; n < rounds; ++n) {
        ASSAY_TWELVE(ASSAY_STEP)
    }
    float sum = 0;
    ASSAY_TWELVE(ASSAY_ADD)
    return sum;
#undef ASSAY_DECLARE
#undef ASSAY_STEP
}

__attribute__((target("avx2,fma"))) inline float chains_avx2(long rounds) {
    const __m256 factor = _mm256_set1_ps(0.999F), summand = _mm256_set1_ps(1e-3F);
#define ASSAY_DECLARE(i) __m256 a##i = _mm256_set1_ps(1.0F + i);
#define ASSAY_STEP(i) a##i = _mm256_fmadd_ps(a##i, factor, summand);
    ASSAY_TWELVE(ASSAY_DECLARE)
    for (long n = 0; n < rounds; ++n) {
        ASSAY_TWELVE(ASSAY_STEP)
    }
    float sum = 0;
    ASSAY_TWELVE(ASSAY_ADD)
    return sum;
#undef ASSAY_DECLARE
#undef ASSAY_STEP
}
#undef ASSAY_ADD
#undef ASSAY_TWELVE

/// Operations a CPU second of float32 multiply-adds in registers, the best of three tries.
inline double fma_peak() {
    const bool wide = __builtin_cpu_supports("avx512f");
    const long rounds = 2000000;
    double best = 1e9;
    volatile float sink = 0;
    for (int i = 0; i < 3; ++i) {
        best = std::min(best,
                        cpu_seconds_of([&] { sink = wide ? chains_avx512(rounds) : chains_avx2(rounds); }));
    }
    return 2.0 * 12 * (wide ? 16 : 8) * static_cast<double>(rounds) / best;
}

}  // namespace assay::peers
