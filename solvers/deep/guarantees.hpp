#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "solvers/device/array.hpp"

/// What Theorems 1 to 3 promise of one layer, decided without them: every support is tried, so D is small.
namespace assay::solvers {

/// Calls visit(support) for every ascending choice of `size` of the numbers 0 .. count - 1.
void for_each_support(std::size_t count, std::size_t size,
                      const std::function<void(std::span<const std::size_t>)>& visit);

/// How unique x is among the codes with at most `sparsity` non-zeros that D x admits.
struct Rivals {
    std::size_t supports = 0;  ///< that were tried
    std::size_t count = 0;     ///< of other codes that give D x, to 1e-9 of its length
    double closest = 0.0;      ///< the smallest ||D x - D x'|| / ||D x|| over supports without that of x
};
/// Throws Error for a sparsity of 0 or above the number of atoms, and for x = 0.
Rivals find_rivals(const Array<Cpu, double>& D, std::span<const double> x, std::size_t sparsity);

/// min over supports S of `size` atoms of lambda_min(D_S^T D_S): 0 when atoms depend on one another. With
/// unit atoms it is 1 - (size - 1) mu at least (Gershgorin), which makes two eps-feasible codes with lambda
/// non-zeros differ by at most 2 eps / sqrt(1 - (2 lambda - 1) mu).
double smallest_support_eigenvalue(const Array<Cpu, double>& D, std::size_t size);

/// The smallest number of atoms that depend on one another, sought up to `largest`; 0 when there is none.
std::size_t spark(const Array<Cpu, double>& D, std::size_t largest);

/// A code of least l1 norm with D x = y, by linear programming. Throws Error when there is none.
std::vector<double> basis_pursuit(const Array<Cpu, double>& D, std::span<const double> y);

}  // namespace assay::solvers
