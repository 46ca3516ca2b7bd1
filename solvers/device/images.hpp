#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "solvers/device/array.hpp"

namespace assay::solvers {

struct ImageShape {
    std::size_t channels = 1, height = 0, width = 0;

    std::size_t size() const { return channels * height * width; }
    bool operator==(const ImageShape&) const = default;
};

inline std::string shape_text(const ImageShape& shape) {
    return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " +
           std::to_string(shape.width) + " (channels, height, width)";
}

/// A batch of images of one shape, or of the maps that a convolution makes of them: a column an image, the
/// channels of a pixel side by side, the pixels row by row. Entry (c, y, x) of image i is
/// data(c + channels * (x + width * y), i).
template <class Device, class T>
struct Images {
    ImageShape shape;
    Array<Device, T> data;  ///< shape.size() x count()

    Images() = default;
    Images(ImageShape each, std::size_t count) : shape(each), data(each.size(), count) {}
    /// Throws Error when the rows are not as many as an image has entries.
    Images(ImageShape each, Array<Device, T> values) : shape(each), data(std::move(values)) {
        if (data.rows() == shape.size()) return;
        throw Error(
            "columns of " + std::to_string(data.rows()) + " entries hold no images of " + shape_text(shape),
            "images");
    }

    std::size_t count() const { return data.cols(); }
    Images copy() const { return Images(shape, data.copy()); }
    Images columns(std::size_t first, std::size_t number) const {
        return Images(shape, data.columns(first, number));
    }
};

/// From values that hold the channels of an image one after the other, as files do. Throws Error when they
/// are no whole number of images.
template <class Device, class T>
Images<Device, T> from_planes(const ImageShape& shape, const std::vector<T>& planes) {
    const std::size_t size = shape.size(), plane = shape.height * shape.width;
    if (size == 0 || planes.size() % size != 0) {
        throw Error(
            std::to_string(planes.size()) + " values are no whole number of images of " + shape_text(shape),
            "from_planes");
    }
    std::vector<T> mixed(planes.size());
    for (std::size_t k = 0; k < planes.size(); ++k) {
        const std::size_t image = k / size, channel = k % size / plane, pixel = k % plane;
        mixed[image * size + pixel * shape.channels + channel] = planes[k];
    }
    return {shape, Array<Device, T>::from_host(size, planes.size() / size, mixed)};
}

/// The inverse of from_planes.
template <class Device, class T>
std::vector<T> to_planes(const Images<Device, T>& images) {
    const ImageShape& shape = images.shape;
    const std::size_t size = shape.size(), plane = shape.height * shape.width;
    const std::vector<T> mixed = images.data.to_host();
    std::vector<T> planes(mixed.size());
    for (std::size_t k = 0; k < planes.size(); ++k) {
        const std::size_t image = k / size, channel = k % size / plane, pixel = k % plane;
        planes[k] = mixed[image * size + pixel * shape.channels + channel];
    }
    return planes;
}

}  // namespace assay::solvers
