#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/device/array.hpp"
#include "solvers/sparse/unrolled.hpp"

/// Section 5: what a trained dictionary says about the images that it was trained on.
namespace assay::pudle {

/// Images as columns of X (pixels x count, grey values in [0, 1]) with their classes.
struct ImageSet {
    std::size_t height = 0;
    std::size_t width = 0;
    solvers::Array<solvers::Cpu, double> X;
    std::vector<std::uint8_t> labels;
};

/// What the analysis looks at. None of `test` and `other` was trained on.
struct Exhibits {
    solvers::Encoder encoder;
    solvers::Array<solvers::Cpu, double> D;  ///< the trained dictionary, pixels x p
    ImageSet train;                          ///< training images, with which G is formed
    ImageSet test;
    ImageSet other;  ///< images of another kind
    double omega = 1e-3;
};

/// Records the identities of Theorem 5.1, the contributions of training images to atoms (Figure 8) and to new
/// images (Figure 9), the similarities of codes (Figure 10), and the tiles of Figures 7 to 10.
/// `identity_samples` training images serve the identities, whose cost grows with the cube of their number.
void record_interpretation(harness::Run& run, const Exhibits& exhibits, std::size_t identity_samples);

/// Metrics of `record_interpretation`.
std::vector<harness::MetricSpec> interpretation_metrics();

/// Indices in the order of decreasing magnitude; equal magnitudes keep their order.
std::vector<std::size_t> by_magnitude(std::span<const double> values);

/// <a, b> / (||a|| ||b||), 0 when one of them is zero.
double cosine(std::span<const double> a, std::span<const double> b);

/// The cosine of a and b after their means are taken off.
double correlation(std::span<const double> a, std::span<const double> b);

/// The value that occurs most often; of several, the smallest. Throws Error for an empty list.
std::uint8_t majority(std::span<const std::uint8_t> labels);

}  // namespace assay::pudle
