#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "solvers/device/array.hpp"

/// Which learned atom stands for which true one, when order and signs are free. Runs on the host in double.
namespace assay::solvers {

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
