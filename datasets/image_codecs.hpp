#pragma once

#include "datasets/image.hpp"

/// The two formats behind read_image, through libpng and libjpeg-turbo.
namespace assay::datasets {

/// More pixels than any image of the literature; beyond it a header is taken for damaged.
inline constexpr std::size_t most_pixels = std::size_t{1} << 28;

bool is_png(std::span<const std::uint8_t> content);
bool is_jpeg(std::span<const std::uint8_t> content);

/// Both throw Error as decode_image does.
Image decode_png(std::span<const std::uint8_t> content, const std::string& name);
Image decode_jpeg(std::span<const std::uint8_t> content, const std::string& name);

}  // namespace assay::datasets
