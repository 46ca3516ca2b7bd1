#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "experiments/harness/claims/expression.hpp"

namespace assay::harness::report {

/// An image, row-major, 0 black to 255 white: grey, or with red, green and blue side by side.
struct Image {
    std::size_t width = 0, height = 0, channels = 1;
    std::vector<std::uint8_t> pixels;
};

/// Tiles side by side on white: the last two axes are a tile's rows and columns, all axes before count the
/// tiles. With `color` one more axis comes last: one channel, or red, green and blue. Each tile is scaled to
/// its own range over all channels (a constant one is mid-grey, NaN white) and enlarged nearest-neighbour by
/// a whole factor. Throws Error where an axis is missing and for another number of channels.
Image mosaic(const Quantity& tiles, std::size_t per_row, bool color = false);

/// Writes an 8-bit PNG. Throws Error when the file cannot be written.
void write_png(const Image& image, const std::filesystem::path& file);

}  // namespace assay::harness::report
