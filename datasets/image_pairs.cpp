#include "datasets/image_pairs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

using FilesByStem = std::map<std::string, fs::path>;

FilesByStem by_stem(std::span<const fs::path> files) {
    FilesByStem found;
    for (const fs::path& file : files) {
        const auto [other, fresh] = found.emplace(file.stem().string(), file);
        if (!fresh) throw Error("has the stem of " + other->second.string(), file.string());
    }
    return found;
}

/// Masks are known to be 0 and 255 but for a little; class numbers, or a photograph, are not.
void check_labels(const Image& mask, const fs::path& file) {
    const auto uncertain = [](std::uint8_t value) { return value >= 64 && value < 192; };
    const char* expected = "a mask holds 0 for background and 255 for an object";
    if (20 * std::ranges::count_if(mask.pixels, uncertain) > std::ssize(mask.pixels)) {
        const auto first =
            static_cast<std::size_t>(std::ranges::find_if(mask.pixels, uncertain) - mask.pixels.begin());
        throw Error(fmt::format("has labels that are neither background nor object: {} in row {}, column {} "
                                "(counted from 0), and more",
                                mask.pixels[first], first / mask.width, first % mask.width),
                    file.string(), expected);
    }
    const std::uint8_t largest = std::ranges::max(mask.pixels);
    if (largest < 128)
        throw Error(fmt::format("marks no object: its largest label is {}", largest), file.string(),
                    expected);
}

Image read_mask(const fs::path& file, const Image& image) {
    Image mask = read_image(file, Colours::grey);
    if (mask.height != image.height || mask.width != image.width) {
        throw Error(fmt::format("has {} x {} pixels, and its photograph {} x {}", mask.height, mask.width,
                                image.height, image.width),
                    file.string(), "a mask has the size of its photograph");
    }
    check_labels(mask, file);
    for (std::uint8_t& value : mask.pixels) value = value >= 128 ? 255 : 0;
    return mask;
}

/// What an output pixel takes of the inputs along one side: from `first` on, weights that add up to 1.
struct Taps {
    std::size_t first = 0;
    std::vector<double> weights;
};

std::vector<Taps> taps_of(std::size_t from, std::size_t to) {
    const double length = static_cast<double>(from) / static_cast<double>(to);
    std::vector<Taps> all(to);
    for (std::size_t i = 0; i < to; ++i) {
        const double begin = static_cast<double>(i) * length, end = begin + length;
        all[i].first = std::min(static_cast<std::size_t>(begin), from - 1);
        for (std::size_t k = all[i].first; k < from && static_cast<double>(k) < end; ++k) {
            const double covered =
                std::min(end, static_cast<double>(k + 1)) - std::max(begin, static_cast<double>(k));
            all[i].weights.push_back(std::max(covered, 0.0) / length);
        }
    }
    return all;
}

}  // namespace

std::vector<ImagePair> read_pairs(std::span<const fs::path> images, std::span<const fs::path> masks) {
    FilesByStem open = by_stem(masks);
    by_stem(images);
    std::vector<ImagePair> pairs;
    for (const fs::path& file : images) {
        const std::string name = file.stem().string();
        const auto mask = open.find(name);
        if (mask == open.end())
            throw Error("has no mask", file.string(), fmt::format("its name would be {}.png", name));
        Image image = read_image(file, Colours::rgb);
        Image object = read_mask(mask->second, image);
        pairs.push_back({name, std::move(image), std::move(object)});
        open.erase(mask);
    }
    if (!open.empty()) throw Error("is a mask without a photograph", open.begin()->second.string());
    return pairs;
}

Image resized(const Image& image, std::size_t height, std::size_t width) {
    if (height == 0 || width == 0) throw Error("a side of 0 pixels", "resized");
    const std::vector<Taps> rows = taps_of(image.height, height), columns = taps_of(image.width, width);
    Image result{image.channels, height, width, {}};
    result.pixels.reserve(image.channels * height * width);
    for (const Taps& row : rows) {
        for (const Taps& column : columns) {
            for (std::size_t c = 0; c < image.channels; ++c) {
                double sum = 0.0;
                for (std::size_t y = 0; y < row.weights.size(); ++y) {
                    for (std::size_t x = 0; x < column.weights.size(); ++x) {
                        const std::size_t place = column.first + x + image.width * (row.first + y);
                        sum += row.weights[y] * column.weights[x] *
                               static_cast<double>(image.pixels[c + image.channels * place]);
                    }
                }
                // What rounding leaves of a sum that is exactly half must not decide.
                result.pixels.push_back(static_cast<std::uint8_t>(std::min(sum + 0.5 + 1e-9, 255.0)));
            }
        }
    }
    return result;
}

}  // namespace assay::datasets
