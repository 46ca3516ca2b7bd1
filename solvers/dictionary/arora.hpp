#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "solvers/device/array.hpp"

/// Pairwise-reweighting initialisation (Arora, Ge, Ma and Moitra, COLT 2015), as PUDLE uses it in its Figure
/// 15, and the matching of atoms that its error measure then needs. Runs on the host in double.
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

/// The permutation `order` of least total cost: row i is assigned column order[i]. `cost` holds p x p values,
/// cost[i * p + j]. Kuhn-Munkres with potentials, O(p^3). Throws Error on a wrong size or a value that is not
/// finite.
std::vector<std::size_t> assign(std::size_t p, std::span<const double> cost);

/// Which atom of a dictionary stands for which true atom.
struct AtomMatch {
    std::vector<std::size_t> order;  ///< true atom i is the dictionary's atom order[i] ...
    std::vector<double> sign;        ///< ... times sign[i]
    double cost = 0.0;               ///< sum of min(||d - d*||^2, ||d + d*||^2)
};

/// Matches the columns of D to those of `truth` (both m x p) by assignment on min(||d_i - d*_j||^2, ||d_i +
/// d*_j||^2).
AtomMatch match_atoms(const Array<Cpu, double>& D, const Array<Cpu, double>& truth);

/// D with its atoms in the matched order and sign, ready for relative_error against the truth.
Array<Cpu, double> matched(const Array<Cpu, double>& D, const AtomMatch& match);

}  // namespace assay::solvers
