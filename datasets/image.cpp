#include "datasets/image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/image_codecs.hpp"
#include "datasets/packed.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

/// 0.299, 0.587 and 0.114 in units of 2^-16; they add up to 1.
constexpr std::uint32_t kRed = 19595, kGreen = 38470, kBlue = 7471, kHalf = 1U << 15;
static_assert(kRed + kGreen + kBlue == 1U << 16);

Image to_rgb(const Image& image) {
    if (image.channels == 3) return image;
    Image result{3, image.height, image.width, {}};
    result.pixels.reserve(3 * image.pixels.size());
    for (const std::uint8_t grey : image.pixels) result.pixels.insert(result.pixels.end(), 3, grey);
    return result;
}

/// A place between two neighbouring pixels of a line: the value there is (1 - share) low + share high.
struct Between {
    std::size_t low, high;
    double share;
};

/// Where the centres of `to` pixels lie on a line of `from`.
std::vector<Between> places(std::size_t from, std::size_t to) {
    std::vector<Between> result(to);
    for (std::size_t i = 0; i < to; ++i) {
        const double at =
            (static_cast<double>(i) + 0.5) * static_cast<double>(from) / static_cast<double>(to) - 0.5;
        const double low = std::clamp(std::floor(at), 0.0, static_cast<double>(from - 1));
        result[i].low = static_cast<std::size_t>(low);
        result[i].high = std::min(result[i].low + 1, from - 1);
        result[i].share = std::max(at - low, 0.0);
    }
    return result;
}

}  // namespace

Image decode_image(std::span<const std::uint8_t> content, const std::string& name, Colours colours) {
    if (content.empty()) throw Error("is empty", name, "delete it and get it again");
    if (!is_png(content) && !is_jpeg(content)) {
        throw Error(fmt::format("is neither a PNG nor a JPEG: it begins with the bytes {:02x}",
                                fmt::join(content.first(std::min<std::size_t>(content.size(), 4)), " ")),
                    name, "convert the image to one of these formats");
    }
    Image image = is_png(content) ? decode_png(content, name) : decode_jpeg(content, name);
    if (colours == Colours::grey) return to_grey(image);
    if (colours == Colours::rgb) return to_rgb(image);
    return image;
}

Image read_image(const fs::path& file, Colours colours) {
    return decode_image(whole_content(file), file.string(), colours);
}

Image to_grey(const Image& image) {
    if (image.channels == 1) return image;
    Image result{1, image.height, image.width, {}};
    result.pixels.reserve(image.pixels.size() / 3);
    for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
        const std::uint32_t luma =
            kRed * image.pixels[i] + kGreen * image.pixels[i + 1] + kBlue * image.pixels[i + 2];
        result.pixels.push_back(static_cast<std::uint8_t>((luma + kHalf) >> 16));
    }
    return result;
}

Image cropped(const Image& image, std::size_t top, std::size_t left, std::size_t height, std::size_t width) {
    const auto fits = [](std::size_t first, std::size_t side, std::size_t whole) {
        return side > 0 && side <= whole && first <= whole - side;
    };
    if (!fits(top, height, image.height) || !fits(left, width, image.width)) {
        throw Error(fmt::format("{} x {} pixels from row {} and column {} on are not in an image of {} x {}",
                                height, width, top, left, image.height, image.width),
                    "cropped");
    }
    Image result{image.channels, height, width, {}};
    result.pixels.reserve(image.channels * height * width);
    for (std::size_t y = top; y < top + height; ++y) {
        const auto row =
            image.pixels.begin() + static_cast<std::ptrdiff_t>(image.channels * (left + image.width * y));
        result.pixels.insert(result.pixels.end(), row,
                             row + static_cast<std::ptrdiff_t>(image.channels * width));
    }
    return result;
}

std::vector<float> enlarged(const Image& image, std::size_t height, std::size_t width) {
    if (height < image.height || width < image.width || image.pixels.empty()) {
        throw Error(fmt::format("an image of {} x {} cannot be enlarged to {} x {}", image.height,
                                image.width, height, width),
                    "enlarged");
    }
    const std::vector<Between> rows = places(image.height, height), columns = places(image.width, width);
    std::vector<float> planes;
    planes.reserve(image.channels * height * width);
    for (std::size_t c = 0; c < image.channels; ++c) {
        const auto at = [&](std::size_t y, std::size_t x) {
            return static_cast<double>(image.pixels[c + image.channels * (x + image.width * y)]);
        };
        for (const Between& y : rows)
            for (const Between& x : columns)
                planes.push_back(static_cast<float>(
                    (1 - y.share) * ((1 - x.share) * at(y.low, x.low) + x.share * at(y.low, x.high)) +
                    y.share * ((1 - x.share) * at(y.high, x.low) + x.share * at(y.high, x.high))));
    }
    return planes;
}

}  // namespace assay::datasets
