#include "experiments/harness/report/mosaic.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>

#include "solvers/error.hpp"

namespace assay::harness::report {

namespace {

constexpr std::size_t gap = 2;          ///< pixels between tiles
constexpr std::size_t least_tile = 56;  ///< a smaller tile is enlarged to at least this many pixels
constexpr std::size_t most_pixels = 100'000'000;

std::uint8_t grey(double value, double low, double high) {
    if (!std::isfinite(value)) return 255;
    if (high <= low) return 128;
    return static_cast<std::uint8_t>(std::lround(255 * (value - low) / (high - low)));
}

void paint(Image& image, const double* tile, std::size_t rows, std::size_t columns, std::size_t scale,
           std::size_t top, std::size_t left) {
    double low = INFINITY, high = -INFINITY;
    for (std::size_t i = 0; i < rows * columns; ++i) {
        if (!std::isfinite(tile[i])) continue;
        low = std::min(low, tile[i]);
        high = std::max(high, tile[i]);
    }
    for (std::size_t y = 0; y < rows * scale; ++y)
        for (std::size_t x = 0; x < columns * scale; ++x)
            image.pixels[(top + y) * image.width + left + x] =
                grey(tile[y / scale * columns + x / scale], low, high);
}

}  // namespace

Image mosaic(const Quantity& tiles, std::size_t per_row) {
    const std::size_t axes = tiles.axis_values.size();
    if (axes < 2)
        throw Error("an image needs two axes, rows and columns; this value has " + std::to_string(axes));
    const std::size_t rows = tiles.axis_values[axes - 2].size(), columns = tiles.axis_values[axes - 1].size();
    if (rows == 0 || columns == 0) throw Error("the image has no pixels");
    const std::size_t count = tiles.values.size() / (rows * columns);
    const std::size_t across =
        std::clamp<std::size_t>(per_row == 0 ? count : per_row, 1, std::max<std::size_t>(count, 1));
    const std::size_t down = (count + across - 1) / across;
    const std::size_t scale = (least_tile + std::min(rows, columns) - 1) / std::min(rows, columns);
    Image image;
    image.width = across * (columns * scale + gap) - gap;
    image.height = down * (rows * scale + gap) - gap;
    if (image.width > most_pixels / image.height) throw Error("the image is too large");
    image.pixels.assign(image.width * image.height, 255);
    for (std::size_t i = 0; i < count; ++i)
        paint(image, tiles.values.data() + i * rows * columns, rows, columns, scale,
              i / across * (rows * scale + gap), i % across * (columns * scale + gap));
    return image;
}

void write_png(const Image& image, const std::filesystem::path& file) {
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    png.width = static_cast<png_uint_32>(image.width);
    png.height = static_cast<png_uint_32>(image.height);
    png.format = PNG_FORMAT_GRAY;
    if (png_image_write_to_file(&png, file.c_str(), 0, image.pixels.data(), 0, nullptr) == 0)
        throw Error(std::string("cannot write the image: ") + png.message, file.string());
}

}  // namespace assay::harness::report
