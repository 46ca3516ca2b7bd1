#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/device/lasso_descent.hpp"
#include "solvers/device/lasso_problem.hpp"

// The lasso of one sample in Gram form, by greedy coordinate descent and Newton's method in turn. A round is
//
//   1. up to ten exact minimisations over one coordinate each, the one that violates its optimality condition
//      most (the rule of Gauss and Southwell); they find the support S;
//   2. the minimum over S with the signs as they are: with c = b - G z = D^T (x - D z) the Newton step
//      z_S <- z_S + G_SS^-1 (c_S - lambda sign z_S), cut where a coefficient would change its sign, which
//      then leaves S; repeated until none does. What a step makes of c_S is known without G;
//   3. c on all atoms, and with it the duality gap.
//
// Each part lowers the objective, and a round ends at the minimum over a support with signs, so that none
// comes twice. Coordinate descent alone needs some 30 000 coordinates a sample where atoms correlate by 0.9;
// a path that takes one atom at a time (LARS) needs a product with all of G_S for each.
//
// G_SS^-1 is kept and follows S by one rank-one update an atom. Its errors make a Newton step inexact, no
// more; a step that raises the objective is taken back and the inverse made afresh, from the second time on
// that of G_SS + damping I, whose steps cannot raise it when the damping is large enough. An atom that
// depends on S enters by a move along the null vector, on which c stays, to the first coefficient that
// becomes zero.
//
// Multiply-adds for s atoms in S at the end, R rounds and k coordinates: p k for c and as many for the
// violations; at most p s R for c again; 2/3 s^3 for the inverse and s^2 for an atom that leaves. Bytes: the
// k + s R columns of G, of p entries, come from the second-level cache or the third; the inverse is in the
// first or the second. Fashion-MNIST (p = 520, lambda = 0.01): s = 50, R = 10, k = 100, 51 atoms come and 2
// leave.

namespace assay::solvers {

/// `Team` is who works on a sample: a thread with vectors, or a block of a GPU, of which every thread runs
/// this code on equal values. With `n` the length of S it offers
///
///   each(n, f), once(f)       f(i) for every i < n, f(): all see afterwards what they wrote
///   sum(n, f), dot(n, a, b)   in double and in T, in a fixed order
///   smallest(n, limit, f)     the smallest f(i) below `limit`, the first of equals; index n if none is
///   subtract(n)               c <- c - G(:, index) value
///   worst()                   the largest |c - clamp(c + h)|, into [low, lambda]; the first of equals
///   step(j, delta)            c <- c - delta G(:, j), then worst()
///   multiply(n)               product <- inverse right
///   add_outer(n, factor)      inverse <- inverse + factor product product^T
///
/// and may read the inverse and the lists up to the multiple of `Team::padding` beyond n; there the inverse
/// has rows of zeros.
template <class Team>
class LassoSample {
    using T = typename Team::Scalar;

  public:
    /// `b` and `z` have p entries, `length` is ||x||.
    ASSAY_ON_DEVICE LassoSample(const LassoProblem<T>& problem, const LassoMemory<T>& memory, const T* b,
                                double length, T* z)
        : team_(problem, memory), problem_(problem), m_(memory), b_(b), z_(z), length_(length) {}

    ASSAY_ON_DEVICE LassoOutcome solve() {
        start();
        const double enough = problem_.tolerance * 0.5 * length_ * length_;
        for (std::size_t round = 0;; ++round) {
            const bool converged = gap_ <= enough || worst_.size <= rounding_;
            if (converged || round == problem_.max_rounds || stalled_ == most_stalled)
                return {round, objective_, gap_, converged};
            descend();
            follow_support();
            minimise();
            accept();
        }
    }

  private:
    static constexpr std::size_t most_stalled = 4;  ///< rounds in a row without a fall beyond rounding

    ASSAY_ON_DEVICE static T size(T a) { return a < T(0) ? -a : a; }

    ASSAY_ON_DEVICE void start() {
        const std::size_t p = problem_.p, ld = problem_.ld;
        T *c = m_.c, *h = m_.h, *z = z_;
        const T* diagonal = problem_.diagonal;
        if (!problem_.warm) team_.each(p, [=](std::size_t j) { z[j] = T(0); });
        team_.each(p, [=](std::size_t j) { h[j] = diagonal[j] * z[j]; });
        team_.each(ld - p, [=](std::size_t j) { c[p + j] = h[p + j] = T(0); });
        team_.each(p, [place = m_.place](std::size_t j) { place[j] = 0; });
        if (problem_.warm) list_support();
        follow_support();
        correlate();
        measure();
        look();
    }

    /// list <- the atoms that have a coefficient.
    ASSAY_ON_DEVICE void list_support() {
        for (std::size_t j = 0; j < problem_.p; ++j) {
            if (z_[j] != T(0)) note(j);
        }
    }

    ASSAY_ON_DEVICE void note(std::size_t j) {
        team_.once([&] { m_.list[noted_] = static_cast<std::uint32_t>(j); });
        ++noted_;
    }

    ASSAY_ON_DEVICE void descend() {
        const double enough = 0.05 * worst_.size;
        for (std::size_t k = 0; k < lasso_steps && worst_.size > enough && worst_.size > rounding_; ++k) {
            const std::size_t j = worst_.index;
            const T before = z_[j], whole = m_.c[j] + m_.h[j];
            const T above = whole < problem_.low ? problem_.low : whole;
            const T scaled = whole - (above > problem_.lambda ? problem_.lambda : above);
            const T after = scaled / problem_.diagonal[j];
            if (before == T(0)) note(j);
            team_.once([&] {
                z_[j] = after;
                m_.h[j] = scaled;
            });
            worst_ = team_.step(j, after - before);
        }
    }

    /// S and the inverse <- the support of z; the atoms that may be new are listed.
    ASSAY_ON_DEVICE void follow_support() {
        for (std::size_t i = n_; i-- > 0;) {
            if (z_[m_.index[i]] == T(0)) remove(i);
        }
        team_.each(n_, [index = m_.index, value = m_.value, sign = m_.sign, z = z_](std::size_t i) {
            value[i] = z[index[i]];
            sign[i] = value[i] < T(0) ? T(-1) : T(1);
        });
        for (std::size_t k = 0; k < noted_; ++k) {
            const std::size_t j = m_.list[k];
            if (m_.place[j] == 0 && z_[j] != T(0)) append(j);
        }
        noted_ = 0;
    }

    ASSAY_ON_DEVICE void append(std::size_t j) {
        const T* column = problem_.gram + j * problem_.ld;
        const T whole = problem_.diagonal[j] + damping_;
        for (;;) {
            team_.each(n_, [column, index = m_.index, right = m_.right](std::size_t i) {
                right[i] = column[index[i]];
            });
            team_.multiply(n_);
            T left = whole - team_.dot(n_, m_.right, m_.product);
            if (!(left > static_cast<T>(problem_.doubtful) * whole)) left = refined_distance(column, whole);
            if (left > T(0)) return extend(j, T(1) / left);
            if (!move_along_null_vector(j)) return;
        }
    }

    /// The squared distance of an atom to its part D_S product in the span of S; 0 for one within rounding.
    /// Where it is small the inverse is not exact enough, so product is refined by its own residual; what
    /// error is left enters ||d_j - D_S product||^2 with its square.
    ASSAY_ON_DEVICE T refined_distance(const T* column, T whole) {
        const std::size_t n = n_, ld = problem_.ld;
        const T *gram = problem_.gram, damping = damping_;
        const std::uint32_t* index = m_.index;
        T *product = m_.product, *right = m_.right, *kept = m_.slope;
        for (int pass = 0;; ++pass) {
            team_.each(n, [=](std::size_t i) {
                T sum = column[index[i]] - damping * product[i];
                for (std::size_t k = 0; k < n; ++k) sum -= gram[index[i] + index[k] * ld] * product[k];
                right[i] = sum;
                kept[i] = product[i];
            });
            if (pass == 2) break;
            team_.multiply(n);
            team_.each(n, [=](std::size_t i) { product[i] += kept[i]; });
        }
        const double l1 = team_.sum(n, [=](std::size_t i) { return static_cast<double>(size(product[i])); });
        const double within = team_.sum(n, [=](std::size_t i) {
            return static_cast<double>(product[i]) * static_cast<double>(column[index[i]] + right[i]);
        });
        const double left = static_cast<double>(whole) - within, longest = problem_.longest * (1.0 + l1);
        return left > 16 * problem_.epsilon * longest * longest ? static_cast<T>(left) : T(0);
    }

    /// The inverse of G_SS with atom j, whose Schur complement is 1 / q: the old one with a row and a column
    /// of zeros, and q w w^T with w = (product, -1).
    ASSAY_ON_DEVICE void extend(std::size_t j, T q) {
        constexpr std::size_t padding = Team::padding;
        const std::size_t n = n_, stride = m_.stride;
        T *inverse = m_.inverse, *product = m_.product;
        if (n % padding == 0) {  // its rows may be what another sample left
            team_.each(n * padding,
                       [=](std::size_t k) { inverse[n + k % padding + k / padding * stride] = T(0); });
        }
        team_.each(n / padding * padding + padding, [=](std::size_t k) {
            inverse[k + n * stride] = T(0);
            if (k >= n) product[k] = k == n ? T(-1) : T(0);
        });
        team_.once([&] {
            m_.index[n] = static_cast<std::uint32_t>(j);
            m_.place[j] = static_cast<std::uint32_t>(n + 1);
            m_.value[n] = z_[j];
            m_.sign[n] = z_[j] < T(0) ? T(-1) : T(1);
        });
        ++n_;
        team_.add_outer(n_, q);
    }

    /// d_j = D_S product, so z_S - t product and z_j + t leave the same residual for every t. Moves to where
    /// the l1 norm is least, at which a coefficient is zero. Returns whether j still has one; another left S
    /// then.
    ASSAY_ON_DEVICE bool move_along_null_vector(std::size_t j) {
        const T own = z_[j], side = own < T(0) ? T(-1) : T(1);
        const T *product = m_.product, *sign = m_.sign;
        T* value = m_.value;
        const double others = team_.sum(n_, [=](std::size_t i) {
            return static_cast<double>(product[i]) * static_cast<double>(sign[i]);
        });
        const bool grows = static_cast<double>(side) * others > 1.0;
        const T way = grows ? side : -side;
        const LassoEntry<T> first = team_.smallest(n_, grows ? largest : size(own), [=](std::size_t i) {
            const T speed = way * product[i] * sign[i];  // of |z_i| towards zero
            const T reach = size(value[i]) / speed;
            return speed > T(0) ? reach : largest;
        });
        const bool stays = first.index < n_;
        const T moved = stays ? way * first.size : -own;
        team_.each(n_, [=, this](std::size_t i) {
            value[i] = i == first.index ? T(0) : value[i] - moved * product[i];
            put(m_.index[i], value[i]);
        });
        team_.once([&] { put(j, stays ? own + moved : T(0)); });
        if (stays) remove(first.index);
        return stays;
    }

    /// Takes the i-th atom out of S and of the inverse; the last takes its place.
    ASSAY_ON_DEVICE void remove(std::size_t i) {
        constexpr std::size_t padding = Team::padding;
        const std::size_t last = n_ - 1, stride = m_.stride;
        T *inverse = m_.inverse, *product = m_.product;
        team_.each(last / padding * padding + padding,
                   [=](std::size_t k) { product[k] = inverse[k + i * stride]; });
        team_.add_outer(n_, T(-1) / product[i]);
        team_.each(n_, [=](std::size_t k) { inverse[k + i * stride] = inverse[k + last * stride]; });
        team_.each(n_, [=](std::size_t k) {
            inverse[i + k * stride] = inverse[last + k * stride];
            inverse[last + k * stride] = T(0);
        });
        team_.once([&] {
            m_.place[m_.index[last]] = static_cast<std::uint32_t>(i + 1);
            m_.place[m_.index[i]] = 0;
            m_.index[i] = m_.index[last];
            m_.value[i] = m_.value[last];
            m_.sign[i] = m_.sign[last];
            m_.slope[i] = m_.slope[last];
        });
        n_ = last;
    }

    /// value <- the minimum over S with the signs kept; the atoms that leave are listed.
    ASSAY_ON_DEVICE void minimise() {
        T *value = m_.value, *slope = m_.slope, *right = m_.right;
        const T *sign = m_.sign, *product = m_.product;
        const T lambda = problem_.lambda, damping = damping_;
        team_.each(n_, [slope, c = m_.c, index = m_.index](std::size_t i) { slope[i] = c[index[i]]; });
        while (n_ > 0) {
            team_.each(n_, [=](std::size_t i) { right[i] = slope[i] - lambda * sign[i]; });
            team_.multiply(n_);
            const LassoEntry<T> first = team_.smallest(n_, T(1), [=](std::size_t i) {
                const T step = product[i] * sign[i], from = value[i] * sign[i], cut = -from / step;
                return (step < T(0)) & (from + step <= T(0)) ? (cut > T(0) ? cut : T(0)) : T(1);
            });
            const T t = first.size;
            team_.each(n_, [=](std::size_t i) {
                value[i] += t * product[i];
                slope[i] -= t * (right[i] - damping * product[i]);
            });
            if (first.index == n_) return;
            note(m_.index[first.index]);
            remove(first.index);
        }
    }

    /// Makes `value` the code unless the objective is higher there.
    ASSAY_ON_DEVICE void accept() {
        correlate();
        const double before = objective_, rounding = 4 * problem_.epsilon * length_ * length_;
        measure();
        if (objective_ > before + rounding) return take_back();
        stalled_ = objective_ > before - rounding ? stalled_ + 1 : 0;
        team_.each(n_, [=, this](std::size_t i) { put(m_.index[i], m_.value[i]); });
        team_.each(noted_, [=, this](std::size_t k) { put(m_.list[k], T(0)); });
        noted_ = 0;
        look();
    }

    /// Returns to the code as the coordinate steps left it, with an inverse made afresh, from the second time
    /// on a damped one.
    ASSAY_ON_DEVICE void take_back() {
        const double least = 64 * problem_.epsilon * problem_.longest * problem_.longest;
        if (taken_back_++ > 0) damping_ = damping_ > T(0) ? 8 * damping_ : static_cast<T>(least);
        team_.each(n_, [=, this](std::size_t i) { m_.place[m_.index[i]] = 0; });
        n_ = noted_ = 0;
        list_support();
        follow_support();
        correlate();
        measure();
        look();
    }

    ASSAY_ON_DEVICE void put(std::size_t j, T coefficient) const {
        z_[j] = coefficient;
        m_.h[j] = problem_.diagonal[j] * coefficient;
    }

    /// c <- b - G z.
    ASSAY_ON_DEVICE void correlate() {
        team_.each(problem_.p, [c = m_.c, b = b_](std::size_t j) { c[j] = b[j]; });
        team_.subtract(n_);
    }

    /// With r = x - D z: ||r||^2 = ||x||^2 - <z, b> - <z, c> and <r, x> = ||x||^2 - <z, b>.
    ASSAY_ON_DEVICE void measure() {
        const std::uint32_t* index = m_.index;
        const T *value = m_.value, *b = b_, *c = m_.c, *norm = problem_.norm;
        l1_ = team_.sum(n_, [=](std::size_t i) { return static_cast<double>(size(value[i])); });
        extent_ = team_.sum(
            n_, [=](std::size_t i) { return static_cast<double>(size(value[i]) * norm[index[i]]); });
        r_x_ = length_ * length_ - team_.sum(n_, [=](std::size_t i) {
            return static_cast<double>(value[i]) * static_cast<double>(b[index[i]]);
        });
        r_r_ = r_x_ - team_.sum(n_, [=](std::size_t i) {
            return static_cast<double>(value[i]) * static_cast<double>(c[index[i]]);
        });
        objective_ = 0.5 * r_r_ + static_cast<double>(problem_.lambda) * l1_;
    }

    /// The worst violation, which bounds max |c| - lambda, and from it the gap to the dual objective at s r.
    ASSAY_ON_DEVICE void look() {
        worst_ = team_.worst();
        rounding_ = problem_.epsilon * problem_.longest * (length_ + extent_);
        const double lambda = static_cast<double>(problem_.lambda), most = lambda + worst_.size;
        double s = r_r_ > 0.0 && r_x_ > 0.0 ? r_x_ / r_r_ : 0.0;
        if (s * most > lambda) s = lambda / most;
        gap_ = objective_ - s * r_x_ + 0.5 * s * s * r_r_;
    }

    static constexpr T largest = Team::largest;  ///< of all numbers

    Team team_;
    const LassoProblem<T>& problem_;
    const LassoMemory<T>& m_;
    const T* b_;
    T* z_;
    double length_;
    std::size_t n_ = 0;      ///< atoms in S
    std::size_t noted_ = 0;  ///< atoms in the list
    std::size_t stalled_ = 0;
    std::size_t taken_back_ = 0;
    T damping_ = T(0);
    LassoEntry<double> worst_{0, 0.0};
    double rounding_ = 0.0;  ///< what it leaves of a violation that is none
    double extent_ = 0.0;    ///< sum of |z_j| ||d_j||
    double l1_ = 0.0, r_x_ = 0.0, r_r_ = 0.0, objective_ = 0.0, gap_ = 0.0;
};

}  // namespace assay::solvers
