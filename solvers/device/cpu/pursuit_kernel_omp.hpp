#pragma once

// Orthogonal matching pursuit of one sample on the Gram matrix G and b = D^T x.
//
// Batch-OMP (Rubinstein, Zibulevsky and Elad, 2008) in the form of a Cholesky factorisation of G whose pivots
// the sample chooses: with q_1, q_2, ... the orthonormalised chosen atoms, column n of Q is D^T q_n (p
// entries). Row k of Q is then what the progressive Cholesky factor's solve would give for atom k, so that a
// step needs no triangular solve:
//   l^2 = G(k,k) - |Q(k,:)|^2,   Q(:,n) = (G(:,k) - Q Q(k,:)^T) / l,   alpha <- alpha - (alpha_k / l) Q(:,n)
// where alpha = D^T (x - D z) all along. Work of a sample with T non-zeros: p T^2 / 2 multiply-adds for Q,
// 2 p T for alpha and its maximum, T^2 for the row gathers and the one back substitution (Batch-OMP: p T^2 /
// 2 and T^3 / 3). The floor is p T^2 / 2 vector multiply-adds with one load each, of Q (p T entries), which
// stays in the second-level cache: at p = 520, T = 50 in float that is 41 000 vectors of 16.

#include "solvers/device/cpu/pursuit_kernel.hpp"
#include "solvers/device/cpu/unrolled_kernel_vectors.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

inline float root(float a) {
    return __builtin_sqrtf(a);
}
inline double root(double a) {
    return __builtin_sqrt(a);
}

template <class T>
inline constexpr T spacing = 0;  ///< of T at 1
template <>
inline constexpr float spacing<float> = __FLT_EPSILON__;
template <>
inline constexpr double spacing<double> = __DBL_EPSILON__;

template <class T>
struct IndexVectorOf {
    typedef Bits<T> type __attribute__((vector_size(sizeof(Vector<T>))));
};

struct Place {
    std::size_t index;
    double size;
};

/// The entry of largest size of alpha (ld entries, a whole number of vectors); the lower index of equals.
template <class T>
inline Place find_largest(std::size_t ld, const T* alpha) {
    using I = typename IndexVectorOf<T>::type;
    constexpr std::size_t width = lanes<T>;
    Vector<T> best = at(alpha), zero = {};
    best = best < zero ? -best : best;
    I where = {}, now = {};
    for (std::size_t i = width; i < ld; i += width) {
        Vector<T> size = at(alpha + i);
        size = size < zero ? -size : size;
        now += static_cast<Bits<T>>(width);
        where = size > best ? now : where;
        best = size > best ? size : best;
    }
    Place place{static_cast<std::size_t>(where[0]), static_cast<double>(best[0])};
    for (std::size_t lane = 1; lane < width; ++lane) {
        const std::size_t index = static_cast<std::size_t>(where[lane]) + lane;
        const double size = static_cast<double>(best[lane]);
        if (size > place.size || (size == place.size && index < place.index)) place = {index, size};
    }
    return place;
}

/// One panel of Q(:,n) and of alpha, `Width` vectors held in registers while the columns before n run.
template <std::size_t Width, class T>
inline void update_panel(std::size_t ld, std::size_t n, const T* row, T inverse, T z, const T* gram_column,
                         T* Q, T* alpha) {
    Vector<T> sum[Width];
    for (std::size_t w = 0; w < Width; ++w) sum[w] = at(gram_column + w * lanes<T>);
    for (std::size_t j = 0; j < n; ++j) {
        const T* column = Q + j * ld;
        for (std::size_t w = 0; w < Width; ++w) sum[w] -= row[j] * at(column + w * lanes<T>);
    }
    for (std::size_t w = 0; w < Width; ++w) {
        sum[w] *= inverse;
        at(Q + n * ld + w * lanes<T>) = sum[w];
        at(alpha + w * lanes<T>) -= z * sum[w];
    }
}

/// All panels, as equal in width as they can be: a narrow one would wait for its own sums.
template <class T>
inline void update_all(std::size_t ld, std::size_t n, const T* row, T inverse, T z, const T* gram_column,
                       T* Q, T* alpha) {
    constexpr std::size_t widest = 12;  // of 16 registers in the smaller sets
    const std::size_t vectors = ld / lanes<T>;
    const std::size_t panels = (vectors + widest - 1) / widest;
    for (std::size_t panel = 0, first = 0; panel < panels; ++panel) {
        const std::size_t next = (panel + 1) * vectors / panels;
        last_panel<widest>(next - first, first * lanes<T>, [&](auto width, std::size_t i) {
            update_panel<width()>(ld, n, row, inverse, z, gram_column + i, Q + i, alpha + i);
        });
        first = next;
    }
}

/// value <- the solution of L^T value = z for the row-major lower triangle L (rows of `most` entries).
template <class T>
inline void back_substitute(std::size_t count, std::size_t most, const T* L, T* z, T* value) {
    for (std::size_t i = count; i-- > 0;) {
        const T* row = L + i * most;
        value[i] = z[i] / row[i];
        for (std::size_t j = 0; j < i; ++j) z[j] -= row[j] * value[i];
    }
}

/// Stops early at the asked residual, when no atom correlates with it beyond rounding, and when the best atom
/// depends on those chosen (a repeated atom, more non-zeros than the rank).
template <class T>
std::size_t pursue(const PursuitJob<T>& job) {
    const std::size_t p = job.p, ld = job.ld, most = job.most;
    T *alpha = job.scratch, *Q = alpha + ld, *L = Q + ld * most, *z = L + most * most;
    for (std::size_t i = 0; i < p; ++i) alpha[i] = job.b[i];
    for (std::size_t i = p; i < ld; ++i) alpha[i] = T(0);
    const double rounding = 32 * static_cast<double>(spacing<T>);
    Place best = find_largest(ld, alpha);
    const double noise = rounding * best.size;
    double energy = job.energy;
    std::size_t n = 0;
    while (best.size > noise && energy > job.small_energy) {
        const std::size_t k = best.index;
        T* row = L + n * most;
        double square = static_cast<double>(job.gram[k + k * ld]);
        const double dependent = rounding * square;
        for (std::size_t j = 0; j < n; ++j) {
            row[j] = Q[k + j * ld];
            square -= static_cast<double>(row[j]) * static_cast<double>(row[j]);
        }
        if (!(square > dependent)) break;
        row[n] = root(static_cast<T>(square));
        z[n] = alpha[k] / row[n];
        energy -= static_cast<double>(z[n]) * static_cast<double>(z[n]);
        job.index[n] = static_cast<std::uint32_t>(k);
        if (n + 1 == most) {
            ++n;
            break;
        }
        update_all(ld, n, row, T(1) / row[n], z[n], job.gram + k * ld, Q, alpha);
        ++n;
        for (std::size_t j = 0; j < n; ++j) alpha[job.index[j]] = T(0);  // but for rounding they are
        best = find_largest(ld, alpha);
    }
    back_substitute(n, most, L, z, job.value);
    return n;
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
