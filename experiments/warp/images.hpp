#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/device/images.hpp"
#include "solvers/network/layer.hpp"

/// The images of this study's experiments and how they are prepared: each has mean 0 and variance 1 over all
/// its entries while codes are made of it, which is undone before a reconstruction is looked at.
namespace assay::warp {

/// What an image was before: value = mean + deviation * standardised value.
struct Scale {
    double mean = 0.0, deviation = 1.0;
};

/// Images as they are seen, with values in [0, 1], and as they are coded.
template <class Device>
struct ImageSet {
    solvers::Images<solvers::Cpu, float> pixels;
    solvers::Images<Device, float> standardised;
    std::vector<Scale> scales;
    std::vector<std::uint32_t> labels;  ///< of each image, from 0; empty where there are none

    std::size_t count() const { return pixels.count(); }
    ImageSet columns(std::size_t first, std::size_t number) const;
};

/// A constant image, which has no variance, becomes zero.
template <class Device>
ImageSet<Device> standardise(solvers::Images<solvers::Cpu, float> pixels);

/// The pixels of standardised images, clipped to [0, 1].
template <class Device>
solvers::Images<solvers::Cpu, float> seen(const solvers::Images<Device, float>& standardised,
                                          const std::vector<Scale>& scales);

/// Images as a network takes them: samples in columns, one plane a channel after the other.
template <class Device>
solvers::Array<solvers::Cpu, float> planes_of(const solvers::Images<Device, float>& images) {
    return solvers::Array<solvers::Cpu, float>::from_host(images.shape.size(), images.count(),
                                                          to_planes(images));
}
inline solvers::MapShape map_shape(const solvers::ImageShape& shape) {
    return {shape.channels, shape.height, shape.width};
}

/// `data`, `side`, `test_data` and `test_images`.
std::vector<harness::ParamSpec> image_params();

/// Names of the data sets that `data` and `test_data` open, for an experiment's declaration.
std::vector<std::string> image_data(const harness::Params& params);

/// The shape of the training images, 3 x 32 x 32 but for made ones.
solvers::ImageShape image_shape(const harness::Run& run);

/// `count` images drawn by the seed without replacement, off the clock: from the training or from the test
/// part, or from the images that `test_data` names. Of the training part only as many files are opened as
/// hold that many images. Throws Error for more images than there are.
template <class Device>
ImageSet<Device> training_images(harness::Run& run, std::size_t count);
template <class Device>
ImageSet<Device> test_images(harness::Run& run, std::size_t count);

}  // namespace assay::warp
