#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "solvers/device/images.hpp"

/// Images in files: PNG and JPEG.
namespace assay::datasets {

/// Pixels of 8 bits a channel. Entry (c, y, x) is pixels[c + channels * (x + width * y)], the order of
/// solvers::Images; 0 is black.
struct Image {
    std::size_t channels = 1;  ///< 1: grey; 3: red, green, blue
    std::size_t height = 0;
    std::size_t width = 0;
    std::vector<std::uint8_t> pixels;

    bool operator==(const Image&) const = default;
};

/// What an image's channels become when it is read.
enum class Colours {
    as_stored,
    grey,  ///< by to_grey
    rgb    ///< grey three times
};

/// Reads a PNG or a JPEG, known by its first bytes and not by its name, packed or plain: 8-bit grey or RGB,
/// and PNGs of fewer bits or with a palette. Values are the file's own; gamma and colour profiles are not
/// applied. JPEGs are decoded by the exact integer transform, as most readers do.
///
/// Throws Error naming the file: when it is unreadable, empty, no PNG or JPEG, damaged or cut off; when it
/// has no pixels or more than 2^28; when it has transparency, 16 bits a channel or CMYK colours.
Image read_image(const std::filesystem::path& file, Colours colours = Colours::as_stored);

/// As read_image, from the content of a file that messages call `name`.
Image decode_image(std::span<const std::uint8_t> content, const std::string& name,
                   Colours colours = Colours::as_stored);

/// The luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, rounded to the nearest integer, halves up, in
/// integer arithmetic. A grey image stays as it is.
Image to_grey(const Image& image);

/// Throws Error when the upper left corner or a side leads out of the image, or a side is 0.
Image cropped(const Image& image, std::size_t top, std::size_t left, std::size_t height, std::size_t width);

/// The channels of the image as planes of height x width, one after the other, each row by row, from 0 to
/// 255: enlarged by bilinear interpolation between the centres of the pixels, the outermost of which go on to
/// the border. Throws Error for a size below the image's own, which this would not smooth.
std::vector<float> enlarged(const Image& image, std::size_t height, std::size_t width);

/// One batch of all the images, from 0 (black) to 1. Throws Error when there are none or their shapes differ.
template <class Device, class T>
solvers::Images<Device, T> batch_of(std::span<const Image> images) {
    if (images.empty()) throw Error("a batch needs at least one image", "batch_of");
    const solvers::ImageShape shape{images[0].channels, images[0].height, images[0].width};
    std::vector<T> values;
    values.reserve(shape.size() * images.size());
    for (const Image& image : images) {
        const solvers::ImageShape other{image.channels, image.height, image.width};
        if (other != shape) {
            throw Error("images of " + shape_text(shape) + " and of " + shape_text(other) +
                            " do not go into one batch",
                        "batch_of", "crop them to one shape");
        }
        for (const std::uint8_t pixel : image.pixels) values.push_back(static_cast<T>(pixel) / T(255));
    }
    return {shape, solvers::Array<Device, T>::from_host(shape.size(), images.size(), values)};
}

}  // namespace assay::datasets
