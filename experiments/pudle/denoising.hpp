#pragma once

#include <cstddef>
#include <span>

#include "datasets/image.hpp"
#include "solvers/device/random.hpp"

/// What the experiment on denoising does to images.
namespace assay::pudle {

/// 20 log10(max of the clean image) - 10 log10(mean squared error), with the restored pixels clamped to [0,
/// 1] first: the peak is the image's own, which is below 1 for most. Infinite without an error. Throws Error
/// when there are no pixels, not equally many, or the clean image is black.
double psnr(std::span<const double> restored, std::span<const double> clean);

/// A part of side x side pixels at a random place, flipped left to right and top to bottom with probability
/// 1/2 each. Takes four draws.
datasets::Image random_part(const datasets::Image& image, std::size_t side, solvers::Random& random);

}  // namespace assay::pudle
