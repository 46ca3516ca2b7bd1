#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "solvers/network/optimiser.hpp"

namespace assay::solvers {

using Bytes = std::vector<std::byte>;

/// Where a training stands. Its random draws (order of samples, augmentation) are functions of these numbers,
/// so they are the whole state of its random generator.
struct Progress {
    std::uint64_t seed = 0, epoch = 0, step = 0;
    bool operator==(const Progress&) const = default;
};

/// Parameters and statistics of a network, with the names and extents that they belong to and a checksum.
template <class Device>
Bytes network_bytes(const Network<Device>& network);
/// Gives them to a network with the same parameters; the size of its images may differ, and the device.
/// Throws Error for bytes of another network, and for cut or damaged bytes, and then leaves it as it was.
template <class Device>
void restore_network(std::span<const std::byte> bytes, Network<Device>& network);

/// The same with the optimiser's state: a training that goes on from these bytes gives the bits of one that
/// was never interrupted.
template <class Device>
Bytes checkpoint_bytes(const Network<Device>& network, const Optimiser<Device>& optimiser,
                       const Progress& progress);
template <class Device>
Progress restore_checkpoint(std::span<const std::byte> bytes, Network<Device>& network,
                            Optimiser<Device>& optimiser);

}  // namespace assay::solvers
