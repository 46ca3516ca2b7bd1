#include "experiments/harness/report/mosaic.hpp"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <cmath>

#include "solvers/error.hpp"

namespace assay::harness::report {

namespace {

constexpr std::size_t gap = 2;          ///< pixels between tiles
constexpr std::size_t least_tile = 56;  ///< a smaller tile is enlarged to at least this many pixels
constexpr std::size_t most_pixels = 100'000'000;

std::uint8_t brightness(double value, double low, double high) {
    if (!std::isfinite(value)) return 255;
    if (high <= low) return 128;
    return static_cast<std::uint8_t>(std::lround(255 * (value - low) / (high - low)));
}

void paint(Image& image, const double* tile, std::size_t rows, std::size_t columns, std::size_t scale,
           std::size_t top, std::size_t left) {
    const std::size_t channels = image.channels;
    double low = INFINITY, high = -INFINITY;
    for (std::size_t i = 0; i < rows * columns * channels; ++i) {
        if (!std::isfinite(tile[i])) continue;
        low = std::min(low, tile[i]);
        high = std::max(high, tile[i]);
    }
    for (std::size_t y = 0; y < rows * scale; ++y)
        for (std::size_t x = 0; x < columns * scale; ++x)
            for (std::size_t c = 0; c < channels; ++c)
                image.pixels[((top + y) * image.width + left + x) * channels + c] =
                    brightness(tile[(y / scale * columns + x / scale) * channels + c], low, high);
}

}  // namespace

Image mosaic(const Quantity& tiles, std::size_t per_row, bool color) {
    std::size_t axes = tiles.axis_values.size();
    const std::size_t needed = color ? 3 : 2;
    if (axes < needed)
        throw Error(fmt::format(
            "an image needs {}; this value has {} axes",
            color ? "three axes, rows, columns and channels" : "two axes, rows and columns", axes));
    Image image;
    if (color) image.channels = tiles.axis_values[--axes].size();
    if (image.channels != 1 && image.channels != 3)
        throw Error(fmt::format("an image has one channel or three, its last axis has {}", image.channels));
    const std::size_t rows = tiles.axis_values[axes - 2].size(), columns = tiles.axis_values[axes - 1].size();
    if (rows == 0 || columns == 0) throw Error("the image has no pixels");
    const std::size_t count = tiles.values.size() / (rows * columns * image.channels);
    const std::size_t across =
        std::clamp<std::size_t>(per_row == 0 ? count : per_row, 1, std::max<std::size_t>(count, 1));
    const std::size_t down = (count + across - 1) / across;
    const std::size_t scale = (least_tile + std::min(rows, columns) - 1) / std::min(rows, columns);
    image.width = across * (columns * scale + gap) - gap;
    image.height = down * (rows * scale + gap) - gap;
    if (image.width > most_pixels / image.height) throw Error("the image is too large");
    image.pixels.assign(image.width * image.height * image.channels, 255);
    for (std::size_t i = 0; i < count; ++i)
        paint(image, tiles.values.data() + i * rows * columns * image.channels, rows, columns, scale,
              i / across * (rows * scale + gap), i % across * (columns * scale + gap));
    return image;
}

void write_png(const Image& image, const std::filesystem::path& file) {
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    png.width = static_cast<png_uint_32>(image.width);
    png.height = static_cast<png_uint_32>(image.height);
    png.format = image.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
    if (png_image_write_to_file(&png, file.c_str(), 0, image.pixels.data(), 0, nullptr) == 0)
        throw Error(std::string("cannot write the image: ") + png.message, file.string());
}

}  // namespace assay::harness::report
