#pragma once

#include <algorithm>
#include <cmath>

#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/sparse/unrolled.hpp"

/// An encoder's input on the host, the same to the bit on every machine: uniform entries only, no libm but
/// sqrt.
namespace assay::solvers::parity {

template <class T>
struct Problem {
    Array<Cpu, T> D, X, G, B;

    /// Unit-norm atoms but atom 3, which is zero; samples of four atoms each but sample 5, which is zero.
    Problem(std::size_t m, std::size_t p, std::size_t n, std::uint64_t seed) : D(m, p), X(m, n) {
        Random random(seed, "problem");
        for (std::size_t i = 0; i < D.size(); ++i) D.data()[i] = static_cast<T>(random.uniform(-1, 1));
        std::fill_n(D.data() + 3 * m, m, T(0));
        normalize_columns(D);
        Array<Cpu, T> Z(p, n);
        for (std::size_t i = 0; i < n; ++i) {
            for (int k = 0; k < 4 && i != 5; ++k) {
                Z(random.below(p), i) = static_cast<T>(random.sign() * random.uniform(1, 2));
            }
        }
        gemm(Op::none, Op::none, T(1), D, Z, T(0), X);
        G = gram(D);
        B = Array<Cpu, T>(p, n);
        gemm(Op::transpose, Op::none, T(1), D, X, T(0), B);
    }

    /// The smallest distance of a pre-activation to its threshold over all layers. Rounding differs between
    /// devices; as long as it stays below this, both see the same supports, and the comparison is one of
    /// continuous functions.
    double margin(const Encoder& encoder) const {
        double smallest = std::numeric_limits<double>::infinity();
        Array<Cpu, T> Z(B.rows(), B.cols());
        for (std::size_t t = 1; t <= encoder.layers; ++t) {
            Array<Cpu, T> A = B.copy();  // Z - alpha (G Z - B)
            gemm(Op::none, Op::none, static_cast<T>(-encoder.alpha), G, Z, static_cast<T>(encoder.alpha), A);
            axpy(T(1), Z, A);
            const double threshold = encoder.threshold(t);
            for (std::size_t i = 0; i < A.size(); ++i) {
                const double a = static_cast<double>(A.data()[i]);
                const double size = encoder.shrinkage == Shrinkage::soft_one_sided ? a : std::abs(a);
                smallest = std::min(smallest, std::abs(size - threshold));
            }
            shrink_all(encoder.shrinkage, static_cast<T>(threshold), A);
            Z = std::move(A);
        }
        return smallest;
    }
};

}  // namespace assay::solvers::parity
