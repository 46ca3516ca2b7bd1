#pragma once

#include <cstdint>

#include "solvers/network/network.hpp"

namespace assay::solvers {

/// How weights begin; biases and shifts begin at 0, scales at 1.
enum class Initialisation {
    he,     ///< normal of variance 2 / fan_in (He et al., 2015): for ReLU and its kin
    xavier  ///< uniform of variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010): for linear outputs
};

/// Draws every weight from a stream of its own name, so a block's numbers depend on the seed and its name
/// alone.
template <class Device>
void initialise(Network<Device>& network, Initialisation initialisation, std::uint64_t seed);

}  // namespace assay::solvers
