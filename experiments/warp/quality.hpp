#pragma once

#include <span>

#include "solvers/device/images.hpp"

/// How close an image is to another, for values in [0, 1].
namespace assay::warp {

/// 10 log10(1 / mean squared difference), in dB; infinite for equal images. Throws Error for no values or
/// spans of different lengths.
double psnr(std::span<const float> reference, std::span<const float> image);

/// The structural similarity of Wang et al. (2004): windows of 11 x 11 with Gaussian weights of deviation
/// 1.5, wherever they fit, K1 = 0.01, K2 = 0.03, mean over windows and channels. Values are laid out as in
/// Images. Throws Error for an image smaller than the window or values that are no image of that shape.
double ssim(const solvers::ImageShape& shape, std::span<const float> reference, std::span<const float> image);

}  // namespace assay::warp
