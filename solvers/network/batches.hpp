#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "solvers/network/layer.hpp"
#include "solvers/network/loss.hpp"

/// Batches from a set of samples in columns, as pure functions: what is random is drawn apart, from numbers
/// that say where the training stands; the order of an epoch is shuffled() of device/random.hpp. Batches are
/// made on the host.
namespace assay::solvers {

/// The chosen samples, or their labels, in the order given. Throw Error for a sample that is not there.
Array<Cpu, float> take(const Array<Cpu, float>& X, std::span<const std::size_t> samples);
Labels take(const Labels& labels, std::span<const std::size_t> samples);

/// Where an image is cut out of its padded self, and whether it is mirrored left to right first.
struct Placement {
    std::size_t top = 0, left = 0;  ///< 0 to twice the padding; the padding itself leaves the image in place
    bool mirrored = false;
};

/// One placement a sample, uniform over all of them; `first` is the number of samples that were drawn before
/// from this seed. Without `mirror` none is mirrored.
std::vector<Placement> draw_placements(std::size_t samples, std::size_t padding, bool mirror,
                                       std::uint64_t seed, std::uint64_t first);

/// Images of `shape` mirrored, padded with zeros on all sides and cut to their size again. Throws Error when
/// the numbers do not fit.
Array<Cpu, float> placed(const Array<Cpu, float>& images, const MapShape& shape, std::size_t padding,
                         std::span<const Placement> placements);

}  // namespace assay::solvers
