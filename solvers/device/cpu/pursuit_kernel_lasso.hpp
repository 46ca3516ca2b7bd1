#pragma once

// The lasso of one sample: one thread's part of solvers/device/lasso_sample.hpp, in vectors. The order of
// every sum is the same for all vector lengths.

#include "solvers/device/cpu/pursuit_kernel.hpp"
#include "solvers/device/cpu/pursuit_kernel_omp.hpp"
#include "solvers/device/cpu/unrolled_kernel_vectors.hpp"
#include "solvers/device/lasso_sample.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

template <class T>
inline constexpr T largest_number = 0;
template <>
inline constexpr float largest_number<float> = __FLT_MAX__;
template <>
inline constexpr double largest_number<double> = __DBL_MAX__;

/// y <- y + sum_k weight[k] A(:, k) for one panel of `Width` vectors, held in registers while k runs.
template <std::size_t Width, class T, class Column>
inline void add_columns(std::size_t count, const T* weight, const Column& column, T* y) {
    Vector<T> sum[Width];
    for (std::size_t w = 0; w < Width; ++w) sum[w] = at(y + w * lanes<T>);
    for (std::size_t k = 0; k < count; ++k) {
        const T* a = column(k);
        for (std::size_t w = 0; w < Width; ++w) sum[w] += weight[k] * at(a + w * lanes<T>);
    }
    for (std::size_t w = 0; w < Width; ++w) at(y + w * lanes<T>) = sum[w];
}

template <class T>
class OneThread {
  public:
    using Scalar = T;
    static constexpr std::size_t padding = kernels::padding;
    static constexpr T largest = largest_number<T>;

    OneThread(const LassoProblem<T>& problem, const LassoMemory<T>& memory)
        : problem_(problem), memory_(memory) {}

    template <class F>
    void each(std::size_t n, const F& f) const {
#pragma GCC ivdep
        for (std::size_t i = 0; i < n; ++i) f(i);
    }
    template <class F>
    void once(const F& f) const {
        f();
    }

    template <class F>
    double sum(std::size_t n, const F& f) const {
        double partial[4] = {};
        std::size_t i = 0;
        for (; i + 4 <= n; i += 4) {
            for (std::size_t k = 0; k < 4; ++k) partial[k] += f(i + k);
        }
        for (; i < n; ++i) partial[0] += f(i);
        return (partial[0] + partial[1]) + (partial[2] + partial[3]);
    }
    T dot(std::size_t n, const T* a, const T* b) const {
        T partial[padding] = {};
        std::size_t i = 0;
        for (; i + padding <= n; i += padding) {
            for (std::size_t k = 0; k < padding; ++k) partial[k] += a[i + k] * b[i + k];
        }
        for (std::size_t k = 0; i + k < n; ++k) partial[k] += a[i + k] * b[i + k];
        for (std::size_t half = padding / 2; half > 0; half /= 2) {
            for (std::size_t k = 0; k < half; ++k) partial[k] += partial[k + half];
        }
        return partial[0];
    }
    /// The least value first, in vectors; where it stands is asked for only when it is below the limit.
    template <class F>
    LassoEntry<T> smallest(std::size_t n, T limit, const F& f) const {
        T least[padding];
        for (std::size_t k = 0; k < padding; ++k) least[k] = limit;
        std::size_t i = 0;
        for (; i + padding <= n; i += padding) {
            for (std::size_t k = 0; k < padding; ++k) {
                const T value = f(i + k);
                least[k] = value < least[k] ? value : least[k];
            }
        }
        LassoEntry<T> entry{n, limit};
        for (; i < n; ++i) {
            const T value = f(i);
            least[0] = value < least[0] ? value : least[0];
        }
        for (const T value : least) entry.size = value < entry.size ? value : entry.size;
        if (entry.size < limit) {
            for (entry.index = 0; f(entry.index) != entry.size;) ++entry.index;
        }
        return entry;
    }

    void subtract(std::size_t n) const {
        const LassoMemory<T>& m = memory_;
        for (std::size_t k = 0; k < n; ++k) m.right[k] = -m.value[k];
        panels(problem_.ld, [&](auto width, std::size_t i) {
            add_columns<width()>(
                n, m.right, [&](std::size_t k) { return problem_.gram + m.index[k] * problem_.ld + i; },
                m.c + i);
        });
    }
    void multiply(std::size_t n) const {
        const LassoMemory<T>& m = memory_;
        panels(padded(n), [&](auto width, std::size_t i) {
            for (std::size_t w = 0; w < width(); ++w) at(m.product + i + w * lanes<T>) = Vector<T>{};
            add_columns<width()>(
                n, m.right, [&](std::size_t k) { return m.inverse + k * m.stride + i; }, m.product + i);
        });
    }
    void add_outer(std::size_t n, T factor) const {
        const LassoMemory<T>& m = memory_;
        for (std::size_t k = 0; k < n; ++k) {
            const T weight = factor * m.product[k];
            T* column = m.inverse + k * m.stride;
            for (std::size_t i = 0; i < padded(n); i += lanes<T>)
                at(column + i) += weight * at(m.product + i);
        }
    }

    LassoEntry<double> step(std::size_t j, T delta) const {
        T* c = memory_.c;
        const T* column = problem_.gram + j * problem_.ld;
        return most_violated([=](std::size_t i) { return at(c + i) -= delta * at(column + i); });
    }
    LassoEntry<double> worst() const {
        const T* c = memory_.c;
        return most_violated([=](std::size_t i) { return at(c + i); });
    }

  private:
    /// Panels of rows as equal in width as they can be, 12 vectors at most.
    template <class F>
    static void panels(std::size_t rows, const F& f) {
        constexpr std::size_t widest = 12;  // of 16 registers in the smaller sets
        const std::size_t vectors = rows / lanes<T>, count = (vectors + widest - 1) / widest;
        for (std::size_t panel = 0, first = 0; panel < count; ++panel) {
            const std::size_t next = (panel + 1) * vectors / count;
            last_panel<widest>(next - first, first * lanes<T>, f);
            first = next;
        }
    }

    template <class Correlations>
    LassoEntry<double> most_violated(const Correlations& c) const {
        const T* h = memory_.h;
        const Vector<T> zero = {}, low = zero + problem_.low, high = zero + problem_.lambda;
        const Place place = find_largest<T>(problem_.ld, [=](std::size_t i) {
            const Vector<T> value = c(i);
            return magnitude<T>(value - smaller(larger(value + at(h + i), low), high));
        });
        return {place.index, place.size};
    }

    const LassoProblem<T>& problem_;
    const LassoMemory<T>& memory_;
};

template <class T>
LassoOutcome solve_lasso(const LassoProblem<T>& problem, const LassoMemory<T>& memory, const T* b,
                         double length, T* z) {
    return LassoSample<OneThread<T>>(problem, memory, b, length, z).solve();
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
