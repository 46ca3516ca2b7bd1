#pragma once

#include <cstddef>
#include <vector>

#include "solvers/network/loss.hpp"

/// The measures of a segmentation.
namespace assay::l1 {

/// n_ij: how many pixels of class i were given class j.
class Confusion {
  public:
    explicit Confusion(std::size_t classes) : classes_(classes), counts_(classes * classes) {}

    /// Throws Error when the numbers differ or a class is out of range.
    void add(const solvers::Labels& truth, const solvers::Labels& found);
    double count(std::size_t truth, std::size_t found) const { return counts_[truth * classes_ + found]; }

    /// PA = sum_i n_ii / sum_ij n_ij.
    double pixel_accuracy() const;
    /// mPA: mean of n_ii / sum_j n_ij. A class that nowhere is takes no part in the means.
    double mean_pixel_accuracy() const;
    /// mIoU: mean of n_ii / (sum_j n_ij + sum_j n_ji - n_ii). A class that nowhere is or was found takes
    /// none.
    double mean_iou() const;

  private:
    struct Sums {
        double right, truth, found;  ///< n_ii, sum_j n_ij and sum_j n_ji
    };
    Sums sums(std::size_t i) const;

    std::size_t classes_;
    std::vector<double> counts_;
};

}  // namespace assay::l1
