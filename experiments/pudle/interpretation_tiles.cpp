#include "experiments/pudle/interpretation_tiles.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/pudle/common.hpp"

namespace assay::pudle {

std::vector<double> weighted_sum(const solvers::Array<solvers::Cpu, double>& X,
                                 std::span<const double> weights, std::span<const std::size_t> order,
                                 std::size_t count) {
    std::vector<double> sum(X.rows(), 0.0);
    for (std::size_t k = 0; k < std::min(count, order.size()); ++k) {
        for (std::size_t r = 0; r < X.rows(); ++r) sum[r] += weights[order[k]] * X(r, order[k]);
    }
    return sum;
}

namespace {

constexpr std::size_t shown_atoms = 196, told_atoms = 4, contributors = 4, neighbours = 6, partial = 200;

/// Tiles of one metric, in the order in which they are added.
class Mosaic {
  public:
    void grey(std::span<const double> image) {
        for (const double value : image) values_.push_back(std::clamp(value, 0.0, 1.0));
        ++tiles_;
    }
    /// Zero becomes 0.5 and the largest magnitude 0 or 1.
    void signed_image(std::span<const double> image) {
        double largest = 0;
        for (const double value : image) largest = std::max(largest, std::abs(value));
        for (const double value : image)
            values_.push_back(largest == 0.0 ? 0.5 : 0.5 + 0.5 * value / largest);
        ++tiles_;
    }
    void record(harness::Run& run, const char* metric, const char* axis) const {
        run.axis(axis, harness::counted(1, tiles_), "", "tile, row after row");
        run.record(metric, values_);
    }

  private:
    std::vector<double> values_;
    std::size_t tiles_ = 0;
};

/// The training images at the `count` first and the `count` last places of `order`.
void add_extremes(const ImageSet& train, const std::vector<std::size_t>& order, std::size_t count,
                  Mosaic& mosaic) {
    for (std::size_t k = 0; k < count; ++k) mosaic.grey(train.X.column(order[k]));
    for (std::size_t k = 0; k < count; ++k) mosaic.grey(train.X.column(order[order.size() - 1 - k]));
}

Mosaic atoms(const Exhibits& e, const TileSource& source) {
    Mosaic mosaic;
    for (std::size_t k = 0; k < shown_atoms; ++k) mosaic.signed_image(e.D.column(source.atoms[k]));
    return mosaic;
}

Mosaic atoms_and_contributors(const Exhibits& e, const TileSource& source) {
    Mosaic mosaic;
    for (std::size_t k = 0; k < told_atoms; ++k) {
        const auto c = source.contributions.column(source.atoms[k]);
        const std::vector<std::size_t> order = by_magnitude(c);
        mosaic.signed_image(e.D.column(source.atoms[k]));
        mosaic.signed_image(weighted_sum(e.train.X, c, order, partial));
        add_extremes(e.train, order, contributors, mosaic);
    }
    return mosaic;
}

/// Test image, D z, the estimate from the training images with the largest weights, and those with the most
/// and the least.
Mosaic images_and_neighbours(const Exhibits& e, const TileSource& source) {
    Mosaic mosaic;
    std::vector<std::size_t> all(e.D.cols());
    for (std::size_t j = 0; j < all.size(); ++j) all[j] = j;
    for (const std::size_t i : source.shown) {
        const auto z = source.test_codes.column(i);
        const auto beta = source.beta.column(i);
        const std::vector<std::size_t> order = by_magnitude(beta);
        mosaic.grey(e.test.X.column(i));
        mosaic.grey(weighted_sum(e.D, z, all, all.size()));
        std::vector<double> estimate = weighted_sum(e.train.X, beta, order, partial);
        // beta stems from codes of unit length: only the shape of the estimate means anything.
        const double largest = *std::max_element(estimate.begin(), estimate.end());
        for (double& value : estimate) value = largest > 0.0 ? value / largest : value;
        mosaic.grey(estimate);
        add_extremes(e.train, order, neighbours, mosaic);
    }
    return mosaic;
}

Mosaic images_and_lookalikes(const Exhibits& e, const TileSource& source) {
    Mosaic mosaic;
    for (const std::size_t i : source.shown) {
        mosaic.grey(e.test.X.column(i));
        add_extremes(e.train, by_magnitude(source.similarity.column(i)), contributors, mosaic);
    }
    return mosaic;
}

}  // namespace

void record_tiles(harness::Run& run, const Exhibits& e, const TileSource& source) {
    run.axis("row", harness::counted(1, e.train.height), "pixel");
    run.axis("column", harness::counted(1, e.train.width), "pixel");
    atoms(e, source).record(run, "atom_images", "atom_tile");
    atoms_and_contributors(e, source).record(run, "contributor_images", "contributor_tile");
    images_and_neighbours(e, source).record(run, "neighbour_images", "neighbour_tile");
    images_and_lookalikes(e, source).record(run, "lookalike_images", "lookalike_tile");
}

std::vector<harness::MetricSpec> tile_metrics() {
    return {
        {"atom_images", "", "the 196 most used atoms; 0.5 is zero", {"atom_tile", "row", "column"}},
        {"contributor_images",
         "",
         "for each of 4 atoms: the atom, its estimate, 4 largest and 4 smallest contributors",
         {"contributor_tile", "row", "column"}},
        {"neighbour_images",
         "",
         "for each of 5 test images: image, reconstruction, estimate, 6 largest and 6 smallest contributors",
         {"neighbour_tile", "row", "column"}},
        {"lookalike_images",
         "",
         "for each of 5 test images: image, 4 most and 4 least similar training images",
         {"lookalike_tile", "row", "column"}}};
}

}  // namespace assay::pudle
