#include "experiments/l1/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "datasets/cifar10.hpp"
#include "solvers/device/random.hpp"
#include "solvers/network/batches.hpp"

namespace assay::l1 {

using namespace solvers;
using harness::ParamSpec;

namespace {

constexpr std::size_t training_images = 50'000, tested_images = 9827;
constexpr MapShape cifar_shape{3, 32, 32};
constexpr std::array means{0.4914, 0.4822, 0.4465}, deviations{0.2023, 0.1994, 0.2010};
constexpr MapShape made_shape{1, 16, 16};
constexpr std::size_t made_classes = 4;

Samples empty_samples(const MapShape& shape, std::size_t classes, std::size_t count) {
    return {shape, classes, Array<Cpu, float>(shape.size(), count), Labels(count)};
}

float standardised(std::uint8_t byte, std::size_t channel) {
    return static_cast<float>((static_cast<double>(static_cast<float>(byte) / 255.0F) - means[channel]) /
                              deviations[channel]);
}

datasets::Cifar10Reader reader_of(harness::Run& run, const std::vector<std::string>& names) {
    std::vector<std::filesystem::path> files;
    for (const std::string& name : names) files.push_back(run.data_file("cifar10", name));
    return datasets::Cifar10Reader(std::move(files));
}

/// The next `count` images, standardised.
Samples read(datasets::Cifar10Reader& images, std::size_t count) {
    Samples samples = empty_samples(cifar_shape, 10, count);
    for (std::size_t i = 0; i < count; ++i) {
        if (!images.next())
            throw Error(fmt::format("the files hold {} images fewer than are asked for", count - i),
                        "cifar10", "ask for fewer");
        const std::span<const std::uint8_t> pixels = images.pixels();
        for (std::size_t e = 0; e < pixels.size(); ++e)
            samples.images(e, i) = standardised(pixels[e], e / cifar_shape.pixels());
        samples.labels[i] = images.label();
    }
    return samples;
}

LabelledImages cifar10(harness::Run& run) {
    const std::size_t trained = run.count("training_images"), kept_back = run.count("validation_images");
    auto training = reader_of(run, datasets::cifar10_training_files(trained + kept_back));
    auto test = reader_of(run, {datasets::cifar10_test_file});
    Samples train = read(training, trained);
    Samples validation = read(training, kept_back);
    return {std::move(train), std::move(validation), read(test, run.count("test_images"))};
}

/// Stripes whose direction is the class, of any phase and width, under noise: from 0 to 90 degrees, so that a
/// mirrored image is none of another class.
Samples made(std::size_t count, std::uint64_t seed, const char* part) {
    Samples samples = empty_samples(made_shape, made_classes, count);
    Random random(seed, std::string("stripes for ") + part);
    for (std::size_t i = 0; i < count; ++i) {
        samples.labels[i] = static_cast<std::uint32_t>(i % made_classes);
        const double angle =
            0.5 * std::numbers::pi * static_cast<double>(samples.labels[i]) / (made_classes - 1);
        const double phase = random.uniform(0, 2 * std::numbers::pi), frequency = random.uniform(0.8, 1.6);
        for (std::size_t e = 0; e < made_shape.size(); ++e) {
            const double x = static_cast<double>(e % made_shape.width);
            const double y = static_cast<double>(e / made_shape.width);
            const double along = std::cos(angle) * x + std::sin(angle) * y;
            samples.images(e, i) =
                static_cast<float>(std::sin(frequency * along + phase) + 0.5 * random.normal());
        }
    }
    return samples;
}

}  // namespace

bool is_made(const harness::Params& params) {
    return std::get<std::string>(params.at("data")) == "made";
}

Samples Samples::columns(std::size_t first, std::size_t number) const {
    const auto from = labels.begin() + static_cast<std::ptrdiff_t>(first * places());
    return {shape, classes, images.columns(first, number),
            Labels(from, from + static_cast<std::ptrdiff_t>(number * places()))};
}

Samples take(const Samples& all, std::span<const std::size_t> chosen) {
    Samples some{all.shape, all.classes, solvers::take(all.images, chosen), {}};
    some.labels.reserve(chosen.size() * all.places());
    for (const std::size_t sample : chosen) {
        const auto from = all.labels.begin() + static_cast<std::ptrdiff_t>(sample * all.places());
        some.labels.insert(some.labels.end(), from, from + static_cast<std::ptrdiff_t>(all.places()));
    }
    return some;
}

std::vector<ParamSpec> image_params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc, double min, double max) {
        return ParamSpec{.name = name, .fallback = value, .doc = doc, .min = min, .max = max};
    };
    return {{.name = "data",
             .fallback = std::string("cifar10"),
             .doc = "CIFAR-10, or stripes of four directions that are made from the seed",
             .choices = {"cifar10", "made"}},
            integer("training_images", 45'000, "the first ones of the training part", 1, 5e4),
            integer("validation_images", 5'000, "the next ones, for choosing gamma; 0: none", 0, 4e4),
            integer("test_images", tested_images, "the first ones of the test part", 1, tested_images)};
}

LabelledImages labelled_images(harness::Run& run) {
    return run.off_clock([&]() -> LabelledImages {
        if (!is_made(run.result().params)) return cifar10(run);
        return {made(run.count("training_images"), run.seed(), "training"),
                made(run.count("validation_images"), run.seed(), "validation"),
                made(run.count("test_images"), run.seed(), "test")};
    });
}

std::vector<std::string> image_data(const harness::Params& params) {
    return is_made(params) ? std::vector<std::string>{} : std::vector<std::string>{"cifar10"};
}

std::vector<std::string> check_images(const harness::Params& params) {
    const auto number = [&](const char* name) { return std::get<std::int64_t>(params.at(name)); };
    const std::int64_t seen = number("training_images") + number("validation_images");
    constexpr auto there = static_cast<std::int64_t>(training_images);
    if (is_made(params) || seen <= there) return {};
    return {fmt::format("training_images + validation_images is {}, and CIFAR-10 has {} training images",
                        seen, there)};
}

}  // namespace assay::l1
