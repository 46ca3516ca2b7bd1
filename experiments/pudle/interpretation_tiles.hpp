#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "experiments/pudle/interpretation.hpp"

/// The pictures of Figures 7 to 10 as metrics whose last two axes are the rows and columns of a tile.
namespace assay::pudle {

/// What the tiles are cut from; the arrays belong to the caller.
struct TileSource {
    const solvers::Array<solvers::Cpu, double>& test_codes;     ///< p x test images
    const solvers::Array<solvers::Cpu, double>& contributions;  ///< C, training images x p
    const solvers::Array<solvers::Cpu, double>& beta;           ///< training images x test images
    const solvers::Array<solvers::Cpu, double>& similarity;     ///< training images x test images
    const std::vector<std::size_t>& atoms;                      ///< by decreasing use
    const std::vector<std::size_t>& shown;  ///< the test images that are shown, one a digit
};

/// Grey values are in [0, 1]; in an atom 0.5 is zero.
void record_tiles(harness::Run& run, const Exhibits& exhibits, const TileSource& source);

std::vector<harness::MetricSpec> tile_metrics();

/// The sum of weights[k] times column k of X over the first `count` k in `order`.
std::vector<double> weighted_sum(const solvers::Array<solvers::Cpu, double>& X,
                                 std::span<const double> weights, std::span<const std::size_t> order,
                                 std::size_t count);

}  // namespace assay::pudle
