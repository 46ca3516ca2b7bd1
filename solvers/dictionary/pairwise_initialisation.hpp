#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/device/array.hpp"

/// Pairwise-reweighting initialisation (Arora, Ge, Ma and Moitra, COLT 2015), as PUDLE uses it in its Figure
/// 15. Runs on the host in double.
namespace assay::solvers {

enum class PairwiseTest {
    ratio,    ///< s2 / s1 < ratio: needs no knowledge of the amplitudes
    absolute  ///< s1 >= first and s2 < second, sized for unit-variance amplitudes
};

struct PairwiseOptions {
    PairwiseTest test = PairwiseTest::ratio;
    double ratio = 0.0;   ///< 0 means 1 / log p
    double first = 0.0;   ///< a1, the authors' s / p
    double second = 0.0;  ///< a2, the authors' s / (p log p)
    double separation =
        0.0;  ///< l2 distance, up to sign, below which an atom counts as found already; 0 means 2 / log p
    std::size_t max_pairs = 100000;
};

struct PairwiseResult {
    Array<Cpu, double> atoms;  ///< m x p, unit-norm columns, in the order in which they were found
    std::size_t pairs = 0;     ///< pairs that were tried
};

/// Draws random pairs u, v among the columns of `pairs_from` (m x n1), forms M = mean_x <x,u> <x,v> x x^T
/// over the columns of X (m x n2), and accepts the top singular vector of M when its two largest singular
/// values s1 >= s2 pass the test and the vector is not near an accepted one; until p atoms are found. No true
/// code is looked at. The theory wants independent signs. Throws Error when max_pairs do not yield p atoms.
PairwiseResult pairwise_initialisation(const PairwiseOptions& options, std::size_t p,
                                       const Array<Cpu, double>& pairs_from, const Array<Cpu, double>& X,
                                       std::uint64_t seed);

}  // namespace assay::solvers
