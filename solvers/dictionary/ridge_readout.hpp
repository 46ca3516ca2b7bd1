#pragma once

#include <cstdint>
#include <vector>

#include "solvers/dictionary/supervised_objective.hpp"

/// Classes read off codes, or off the samples themselves, by ridge regression on one-hot labels.
namespace assay::solvers {

/// What a ridge regression on the columns of G (K x N) needs of them: sums, so that columns may come in
/// blocks.
template <class Device, class T>
class RidgeReadout {
  public:
    RidgeReadout(std::size_t rows, std::size_t classes) : S_(rows, rows), B_(classes, rows) {}

    /// Adds columns with their labels (C x count): (K + C) nnz multiply-adds.
    void add(const Array<Device, T>& columns, const Array<Device, T>& targets);

    /// argmin_W ||W G - H||^2 + ridge ||W||^2 (C x K). With `dropout` = p every entry of G is lost with that
    /// chance and the others are divided by 1 - p; its expectation adds p / (1 - p) sum_k S_kk ||w_k||^2
    /// (Wager, Wang and Liang, 2013). Throws Error for a ridge that is not positive and p outside [0, 1).
    Array<Device, T> classifier(double ridge, double dropout = 0.0) const;

    const Array<Device, T>& second_moment() const { return S_; }  ///< S = G G^T

  private:
    Array<Device, T> S_, B_;
};

/// The row of the largest entry of every column; the lower one of equals.
template <class Device, class T>
std::vector<std::uint32_t> largest_rows(const Array<Device, T>& scores);

}  // namespace assay::solvers
