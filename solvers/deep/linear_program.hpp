#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace assay::solvers {

/// min c^T x  subject to  low_k <= a_k^T x <= high_k  and  x >= 0 but for free unknowns; by Clp's dual
/// simplex.
class LinearProgram {
  public:
    static constexpr double infinity = std::numeric_limits<double>::infinity();

    explicit LinearProgram(std::size_t unknowns);

    void cost(std::size_t unknown, double value) { cost_[unknown] = value; }
    void free(std::size_t unknown) { low_[unknown] = -infinity; }
    /// Adds a row; an infinite end is none. Throws Error when its length is not the number of unknowns.
    void constrain(std::span<const double> row, double low, double high);

    /// An optimal x; throws Error when there is none.
    std::vector<double> solve() const;

  private:
    std::vector<double> cost_, low_;
    std::vector<double> values_;  ///< rows one after the other, zeros left out
    std::vector<int> places_;
    std::vector<int> starts_{0};
    std::vector<double> row_low_, row_high_;
};

}  // namespace assay::solvers
