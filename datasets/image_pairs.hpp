#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "datasets/image.hpp"

/// Photographs with a mask of what stands out in them: the data sets of salient objects.
namespace assay::datasets {

struct ImagePair {
    std::string name;  ///< the stem that both files have
    Image image;       ///< in RGB
    Image mask;        ///< grey, of the image's size: 0 background, 255 object
};

/// Reads photographs and masks that belong together by the stem of their names, in the order of `images`.
/// A mask's value counts as object from 128 on: published masks went through a lossy format, which left other
/// values beside 0 and 255. Throws Error naming the file: a photograph that cannot be read or has no mask; a
/// mask that cannot be read, has no photograph or another size, has labels of another kind (nothing from 128
/// on, or more than a twentieth from 64 to 191, with the first one's row and column); two files of one stem.
std::vector<ImagePair> read_pairs(std::span<const std::filesystem::path> images,
                                  std::span<const std::filesystem::path> masks);

/// The image at another size, without regard to its proportions: an output pixel is the mean of the input
/// over the pixel's own rectangle, rounded to the nearest, halves up. Throws Error for a side of 0.
Image resized(const Image& image, std::size_t height, std::size_t width);

}  // namespace assay::datasets
