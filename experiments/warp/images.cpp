#include "experiments/warp/images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "datasets/cifar10.hpp"
#include "experiments/warp/other_images.hpp"
#include "solvers/device/random.hpp"

namespace assay::warp {

using namespace solvers;

namespace {

/// Images with values in [0, 1] and their classes.
struct Pictures {
    Images<Cpu, float> pixels;
    std::vector<std::uint32_t> labels;
};

constexpr ImageShape cifar_shape{3, 32, 32};

/// `count` of the images, by the seed.
Pictures drawn(const Pictures& all, std::size_t count, std::uint64_t seed, const char* part) {
    const Images<Cpu, float>& pixels = all.pixels;
    if (count > pixels.count()) {
        throw Error(fmt::format("{} {} images are asked for, there are {}", count, part, pixels.count()),
                    "warp", "lower the number of images");
    }
    const std::vector<std::size_t> order = shuffled(pixels.count(), 0, seed);
    Pictures some{Images<Cpu, float>(pixels.shape, count), {}};
    for (std::size_t i = 0; i < count; ++i) {
        std::ranges::copy(pixels.data.column(order[i]), some.pixels.data.data() + i * pixels.shape.size());
        if (!all.labels.empty()) some.labels.push_back(all.labels[order[i]]);
    }
    return some;
}

Pictures read(harness::Run& run, const std::vector<std::string>& names) {
    std::vector<std::filesystem::path> files;
    for (const std::string& name : names) files.push_back(run.data_file("cifar10", name));
    auto features = datasets::read_cifar10<float>(files);
    return {from_planes<Cpu, float>(cifar_shape, features.values), std::move(features.labels)};
}

/// Something to code without a data set: 24 smooth spots of any colour and place, large in images of class 0
/// and small in those of class 1.
Pictures made(const ImageShape& shape, std::size_t count, std::uint64_t seed, const char* part) {
    constexpr std::size_t spots = 24;
    const double side = static_cast<double>(shape.width);
    Images<Cpu, float> images(shape, count);
    std::vector<std::uint32_t> labels(count);
    Random random(seed, std::string("spots of ") + part + " images");
    for (std::size_t i = 0; i < count; ++i) {
        labels[i] = static_cast<std::uint32_t>(i % 2);
        float* pixel = images.data.data() + i * shape.size();
        std::fill_n(pixel, shape.size(), 0.5F);
        for (std::size_t n = 0; n < spots; ++n) {
            const double top = random.uniform(0, side), left = random.uniform(0, side);
            const double width =
                labels[i] == 0 ? random.uniform(side / 8, side / 4) : random.uniform(1, side / 8);
            std::vector<double> colour(shape.channels);
            for (double& value : colour) value = random.uniform(-0.3, 0.3);
            for (std::size_t e = 0; e < shape.size(); ++e) {
                const std::size_t position = e / shape.channels;
                const double y = static_cast<double>(position / shape.width) - top;
                const double x = static_cast<double>(position % shape.width) - left;
                const double height = std::exp(-(x * x + y * y) / (2 * width * width));
                pixel[e] += static_cast<float>(colour[e % shape.channels] * height);
            }
        }
        for (std::size_t e = 0; e < shape.size(); ++e) pixel[e] = std::clamp(pixel[e], 0.0F, 1.0F);
    }
    return {std::move(images), std::move(labels)};
}

template <class Device>
ImageSet<Device> prepared(Pictures pictures) {
    ImageSet<Device> set = standardise<Device>(std::move(pictures.pixels));
    set.labels = std::move(pictures.labels);
    return set;
}

bool is_made(const harness::Run& run) {
    return run.text("data") == "made";
}

}  // namespace

template <class Device>
ImageSet<Device> ImageSet<Device>::columns(std::size_t first, std::size_t number) const {
    const auto part = [&](const auto& all) {
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(all.empty() ? 0 : first);
        return std::vector(from, all.empty() ? from : from + static_cast<std::ptrdiff_t>(number));
    };
    return {pixels.columns(first, number), standardised.columns(first, number), part(scales), part(labels)};
}

template <class Device>
ImageSet<Device> standardise(Images<Cpu, float> pixels) {
    const std::size_t size = pixels.shape.size();
    std::vector<float> values(pixels.data.size());
    std::vector<Scale> scales(pixels.count());
    for (std::size_t i = 0; i < pixels.count(); ++i) {
        const auto column = pixels.data.column(i);
        double sum = 0.0, squares = 0.0;
        for (const float value : column) sum += static_cast<double>(value);
        const double mean = sum / static_cast<double>(size);
        for (const float value : column) squares += std::pow(static_cast<double>(value) - mean, 2);
        const double deviation = std::sqrt(squares / static_cast<double>(size));
        scales[i] = {mean, deviation > 0.0 ? deviation : 1.0};
        for (std::size_t e = 0; e < size; ++e)
            values[i * size + e] =
                static_cast<float>((static_cast<double>(column[e]) - mean) / scales[i].deviation);
    }
    Images<Device, float> standardised(
        pixels.shape, Array<Device, float>::from_host(pixels.data.rows(), pixels.data.cols(), values));
    return {std::move(pixels), std::move(standardised), std::move(scales), {}};
}

template <class Device>
Images<Cpu, float> seen(const Images<Device, float>& standardised, const std::vector<Scale>& scales) {
    std::vector<float> values = standardised.data.to_host();
    const std::size_t size = standardised.shape.size();
    for (std::size_t k = 0; k < values.size(); ++k) {
        const Scale& scale = scales[k / size];
        const double value = scale.mean + scale.deviation * static_cast<double>(values[k]);
        values[k] = static_cast<float>(std::clamp(value, 0.0, 1.0));
    }
    return {standardised.shape, Array<Cpu, float>::from_host(size, standardised.count(), values)};
}

std::vector<harness::ParamSpec> image_params() {
    return {{.name = "data",
             .fallback = std::string("cifar10"),
             .doc = "the images: CIFAR-10, or made ones, which need no file",
             .choices = {"cifar10", "made"}},
            {.name = "side",
             .fallback = std::int64_t{32},
             .doc = "of the made images, in pixels",
             .min = 11,
             .max = 256},
            {.name = "test_data",
             .fallback = std::string("same"),
             .doc = "where the test images come from: the same data set, or one that nothing is trained on",
             .choices = {"same", "tinyimagenet_subset", "stl10", "oxford_pets"}},
            {.name = "test_images",
             .fallback = std::int64_t{500},
             .doc = "on which everything is measured",
             .min = 1,
             .max = 1e5}};
}

std::vector<std::string> image_data(const harness::Params& params) {
    std::vector<std::string> names;
    if (std::get<std::string>(params.at("data")) != "made") names.push_back("cifar10");
    const std::string& other = std::get<std::string>(params.at("test_data"));
    if (other != "same") names.push_back(other);
    return names;
}

ImageShape image_shape(const harness::Run& run) {
    return is_made(run) ? ImageShape{3, run.count("side"), run.count("side")} : cifar_shape;
}

template <class Device>
ImageSet<Device> training_images(harness::Run& run, std::size_t count) {
    return run.off_clock([&] {
        return prepared<Device>(is_made(run) ? made(image_shape(run), count, run.seed(), "training")
                                             : drawn(read(run, datasets::cifar10_training_files(count)),
                                                     count, run.seed(), "training"));
    });
}

template <class Device>
ImageSet<Device> test_images(harness::Run& run, std::size_t count) {
    return run.off_clock([&] {
        if (run.text("test_data") != "same")
            return prepared<Device>({other_images(run, run.text("test_data"), count), {}});
        return prepared<Device>(
            is_made(run) ? made(image_shape(run), count, run.seed(), "test")
                         : drawn(read(run, {datasets::cifar10_test_file}), count, run.seed(), "test"));
    });
}

#define ASSAY_INSTANTIATE(Device)                                                              \
    template struct ImageSet<Device>;                                                          \
    template ImageSet<Device> standardise(Images<Cpu, float>);                                 \
    template Images<Cpu, float> seen(const Images<Device, float>&, const std::vector<Scale>&); \
    template ImageSet<Device> training_images(harness::Run&, std::size_t);                     \
    template ImageSet<Device> test_images(harness::Run&, std::size_t);

ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::warp
