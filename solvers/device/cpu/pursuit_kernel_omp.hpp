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

/// |a|, entry by entry: without the sign bit.
template <class T>
inline Vector<T> magnitude(Vector<T> a) {
    using I = typename IndexVectorOf<T>::type;
    constexpr Bits<T> without_sign = static_cast<Bits<T>>(~(Bits<T>{1} << (8 * sizeof(T) - 1)));
    return reinterpret_cast<Vector<T>>(reinterpret_cast<I>(a) & without_sign);
}

/// The largest of score(i), score(i + lanes), ... over ld entries, a whole number of vectors; the lower index
/// of equals. score returns a vector of sizes, none negative, and is called once for each i.
template <class T, class Score>
inline Place find_largest(std::size_t ld, const Score& score) {
    using I = typename IndexVectorOf<T>::type;
    constexpr std::size_t width = lanes<T>;
    constexpr std::size_t chains = 4;  // or each comparison would wait for the one before
    Vector<T> best[chains] = {};
    I where[chains] = {}, now = {}, lane;
    for (std::size_t i = 0; i < width; ++i) lane[i] = static_cast<Bits<T>>(i);
    const auto look = [&](std::size_t i, std::size_t chain) {
        const Vector<T> size = score(i);
        where[chain] = size > best[chain] ? now : where[chain];
        best[chain] = larger(size, best[chain]);
        now += static_cast<Bits<T>>(width);
    };
    std::size_t i = 0;
    for (; i + chains * width <= ld; i += chains * width) {
        for (std::size_t chain = 0; chain < chains; ++chain) look(i + chain * width, chain);
    }
    for (; i < ld; i += width) look(i, 0);
    for (std::size_t chain = 1; chain < chains; ++chain) {
        const I better = (best[chain] > best[0]) | ((best[chain] == best[0]) & (where[chain] < where[0]));
        where[0] = better ? where[chain] : where[0];
        best[0] = larger(best[chain], best[0]);
    }
    // Lanes against lanes, without a branch that could be mispredicted: the size, then the first place that
    // has it.
    Vector<T> size = best[0];
    for (std::size_t half = width / 2; half > 0; half /= 2)
        size = larger(size, __builtin_shuffle(size, lane ^ static_cast<Bits<T>>(half)));
    I place = best[0] == size ? where[0] + lane : I{} + static_cast<Bits<T>>(ld);
    for (std::size_t half = width / 2; half > 0; half /= 2) {
        const I other = __builtin_shuffle(place, lane ^ static_cast<Bits<T>>(half));
        place = other < place ? other : place;
    }
    return {static_cast<std::size_t>(place[0]), static_cast<double>(size[0])};
}

template <class T>
inline Place most_correlated(std::size_t ld, const T* alpha) {
    return find_largest<T>(ld, [=](std::size_t i) { return magnitude<T>(at(alpha + i)); });
}

/// Sizes are the falls of the squared residual. Atoms that depend on those taken, and those whose correlation
/// is rounding, count as 0.
template <class T>
inline Place most_reducing(std::size_t ld, const T* alpha, const T* distance, T dependent, T noise) {
    return find_largest<T>(ld, [=](std::size_t i) {
        const Vector<T> value = at(alpha + i), left = at(distance + i), zero = {};
        const Vector<T> fall = value * value / left;
        const Vector<T> free = left > zero + dependent ? fall : zero;
        return (value > zero + noise) | (value < zero - noise) ? free : zero;
    });
}

/// distance <- distance - column^2: the squared distances to the span of one atom more.
template <class T>
inline void shorten(std::size_t ld, const T* column, T* distance) {
    for (std::size_t i = 0; i < ld; i += lanes<T>) at(distance + i) -= at(column + i) * at(column + i);
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

/// Reads atom k's row of Q into row n of the factor; false when the atom depends on those taken.
template <class T>
inline bool cholesky_row(const PursuitJob<T>& job, std::size_t n, std::size_t k, double dependent, const T* Q,
                         T* row) {
    double square = static_cast<double>(job.gram[k + k * job.ld]);
    const double least = dependent * square;
    for (std::size_t j = 0; j < n; ++j) {
        row[j] = Q[k + j * job.ld];
        square -= static_cast<double>(row[j]) * static_cast<double>(row[j]);
    }
    if (!(square > least)) return false;
    row[n] = root(static_cast<T>(square));
    return true;
}

/// Stops early at the asked residual, when no atom correlates with it beyond rounding, and when the atom
/// chosen depends on those taken (a repeated atom, more non-zeros than the rank).
template <class T>
std::size_t pursue(const PursuitJob<T>& job) {
    const std::size_t p = job.p, ld = job.ld, most = job.most;
    T *alpha = job.scratch, *distance = alpha + ld, *Q = distance + ld, *L = Q + ld * most,
      *z = L + most * most;
    for (std::size_t i = 0; i < ld; ++i) alpha[i] = i < p ? job.b[i] : T(0);
    for (std::size_t i = 0; i < ld; ++i) distance[i] = i < p ? job.gram[i + i * ld] : T(0);
    const double rounding = 32 * static_cast<double>(spacing<T>);
    const T noise = static_cast<T>(rounding * most_correlated(ld, alpha).size);
    const auto best = [=, &job] {
        if (!job.by_reduction) return most_correlated(ld, alpha);
        return most_reducing(ld, alpha, distance, static_cast<T>(rounding), noise);
    };
    const double least = job.by_reduction ? 0.0 : static_cast<double>(noise);
    double energy = job.energy;
    std::size_t n = 0;
    for (Place place = best(); place.size > least && energy > job.small_energy; place = best()) {
        const std::size_t k = place.index;
        T* row = L + n * most;
        if (!cholesky_row(job, n, k, rounding, Q, row)) break;
        z[n] = alpha[k] / row[n];
        energy -= static_cast<double>(z[n]) * static_cast<double>(z[n]);
        job.index[n] = static_cast<std::uint32_t>(k);
        if (n + 1 == most) {
            ++n;
            break;
        }
        update_all(ld, n, row, T(1) / row[n], z[n], job.gram + k * ld, Q, alpha);
        if (job.by_reduction) shorten(ld, Q + n * ld, distance);
        ++n;
        for (std::size_t j = 0; j < n; ++j) alpha[job.index[j]] = T(0);  // but for rounding they are
    }
    back_substitute(n, most, L, z, job.value);
    return n;
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
