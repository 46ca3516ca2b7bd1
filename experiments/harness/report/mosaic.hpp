#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "experiments/harness/claims/expression.hpp"

namespace assay::harness::report {

/// A grey image, row-major, 0 black to 255 white.
struct Image {
    std::size_t width = 0, height = 0;
    std::vector<std::uint8_t> pixels;
};

/// Tiles side by side on white: the last two axes are a tile's rows and columns, all axes before count the
/// tiles. Each tile is scaled to its own range (a constant one is mid-grey, NaN white) and enlarged
/// nearest-neighbour by a whole factor. Throws Error for fewer than two axes.
Image mosaic(const Quantity& tiles, std::size_t per_row);

/// Writes an 8-bit grey PNG. Throws Error when the file cannot be written.
void write_png(const Image& image, const std::filesystem::path& file);

}  // namespace assay::harness::report
