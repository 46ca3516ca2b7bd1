#pragma once

#include <cstdint>

#include "experiments/warp/images.hpp"

/// Images with noise.
namespace assay::warp {

/// White noise of this deviation on images with values in [0, 1], not clipped, drawn from the seed; `part`
/// names the draw. The result's `pixels` are the clean images, its scales those of the noisy ones, so that
/// reconstructions are judged by what was there before the noise.
template <class Device>
ImageSet<Device> noisy(const solvers::Images<solvers::Cpu, float>& clean, double deviation,
                       std::uint64_t seed, const char* part);

}  // namespace assay::warp
