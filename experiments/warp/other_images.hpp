#pragma once

#include <cstddef>
#include <string>

#include "experiments/harness/run_context.hpp"
#include "solvers/device/images.hpp"

/// Images of other data sets than the one that dictionary and network learn from.
namespace assay::warp {

/// `count` images with values in [0, 1], drawn by the seed: validation images of tinyimagenet_subset (64 x
/// 64), test images of stl10 (96 x 96), or the middle 224 x 224 of those photographs of oxford_pets that are
/// as large. Throws Error for more images than there are.
solvers::Images<solvers::Cpu, float> other_images(harness::Run& run, const std::string& data,
                                                  std::size_t count);

}  // namespace assay::warp
