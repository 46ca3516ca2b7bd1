#include "experiments/l1/saliency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numbers>

#include "datasets/image_pairs.hpp"
#include "datasets/registry.hpp"
#include "solvers/device/random.hpp"

namespace assay::l1 {

using namespace solvers;
using harness::ParamSpec;

namespace {

constexpr std::size_t channels = 3, classes = 2, every = 4;  // photographs that make one of the test
constexpr double turn = 2 * std::numbers::pi;

/// A colour everywhere, and a wave or a checker of another one over it.
class Texture {
  public:
    Texture(Random& random, Textures kind) : kind_(kind) {
        angle_ = random.uniform(0, turn);
        frequency_ = random.uniform(0.3, 1.2);
        phase_ = random.uniform(0, turn);
        for (std::size_t c = 0; c < channels; ++c) {
            colour_[c] = random.uniform(-1, 1);
            change_[c] = random.uniform(-0.7, 0.7);
        }
    }
    double operator()(std::size_t channel, double x, double y) const {
        const double along = std::cos(angle_) * x + std::sin(angle_) * y;
        const double across = std::cos(angle_) * y - std::sin(angle_) * x;
        double wave = std::sin(frequency_ * along + phase_);
        if (kind_ == Textures::shifted) wave = wave * std::sin(frequency_ * across) > 0 ? 1.0 : -1.0;
        return colour_[channel] + change_[channel] * wave;
    }

  private:
    Textures kind_;
    double angle_, frequency_, phase_;
    std::array<double, channels> colour_, change_;
};

/// What lies within radius(direction) of a centre: a smooth blob, or a polygon with the centre inside.
class Outline {
  public:
    Outline(Random& random, double side) {
        x_ = random.uniform(0.2, 0.8) * side;
        y_ = random.uniform(0.2, 0.8) * side;
        radius_ = random.uniform(0.12, 0.28) * side;
        corners_ = random.uniform() < 0.5 ? 0 : 3 + static_cast<std::size_t>(random.below(4));
        angle_ = random.uniform(0, turn);
        wobble_ = random.uniform(0.05, 0.25);
    }
    bool holds(double x, double y) const {
        const double distance = std::hypot(x - x_, y - y_);
        const double direction = std::atan2(y - y_, x - x_) - angle_;
        return distance < radius_ * share(direction);
    }

  private:
    /// The outline's radius in a direction over the largest one or the mean one.
    double share(double direction) const {
        if (corners_ == 0) return 1.0 + wobble_ * std::sin(3 * direction);
        const double sector = turn / static_cast<double>(corners_);
        const double within = direction - sector * std::floor(direction / sector) - sector / 2;
        return std::cos(sector / 2) / std::cos(within);
    }
    double x_, y_, radius_, angle_, wobble_;
    std::size_t corners_;
};

struct Thing {
    Outline outline;
    Texture texture;
};

void draw(Random random, std::size_t side, Textures textures, float* image, std::uint32_t* labels) {
    const Texture background(random, textures);
    std::vector<Thing> things;
    for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
        const Outline outline(random, static_cast<double>(side));
        things.push_back({outline, Texture(random, textures)});
    }
    const double noise = textures == Textures::usual ? 0.15 : 0.3;
    for (std::size_t e = 0; e < side * side; ++e) {
        const double x = static_cast<double>(e % side), y = static_cast<double>(e / side);
        const Texture* seen = &background;
        for (const Thing& thing : things)
            if (thing.outline.holds(x, y)) seen = &thing.texture;
        labels[e] = seen == &background ? 0 : 1;
        for (std::size_t c = 0; c < channels; ++c)
            image[c * side * side + e] = static_cast<float>((*seen)(c, x, y) + noise * random.normal());
    }
}

Samples empty_samples(std::size_t side, std::size_t count) {
    return {{channels, side, side},
            classes,
            Array<Cpu, float>(channels * side * side, count),
            Labels(side * side * count)};
}

/// A photograph's grey values from 0 to 255 become -2 to 2, about the range of made images.
void put(const datasets::ImagePair& pair, std::size_t side, std::size_t at, Samples& samples) {
    const datasets::Image image = datasets::resized(pair.image, side, side);
    const datasets::Image mask = datasets::resized(pair.mask, side, side);
    for (std::size_t e = 0; e < side * side; ++e) {
        for (std::size_t c = 0; c < channels; ++c)
            samples.images(c * side * side + e, at) =
                (static_cast<float>(image.pixels[c + channels * e]) - 127.5F) / 63.75F;
        samples.labels[at * side * side + e] = mask.pixels[e] >= 128 ? 1 : 0;
    }
}

std::vector<std::filesystem::path> all_files(harness::Run& run, const char* name) {
    std::vector<std::filesystem::path> files;
    for (const datasets::File& file : datasets::find(name).files)
        files.push_back(run.data_file(name, file.name));
    return files;
}

SaliencySplit photographs(harness::Run& run) {
    const auto pairs =
        datasets::read_pairs(all_files(run, "duts_tr_images"), all_files(run, "duts_tr_masks"));
    const std::size_t side = run.count("side"), tested = pairs.size() / every;
    SaliencySplit split{empty_samples(side, pairs.size() - tested), empty_samples(side, tested),
                        empty_samples(side, 0)};
    for (std::size_t i = 0, trained = 0; i < pairs.size(); ++i) {
        const bool test = i % every == every - 1;
        put(pairs[i], side, test ? i / every : trained++, test ? split.test : split.train);
    }
    return split;
}

}  // namespace

Samples made_saliency(std::size_t count, std::size_t side, Textures textures, std::uint64_t seed,
                      const std::string& part) {
    Samples samples = empty_samples(side, count);
    for (std::size_t i = 0; i < count; ++i) {
        draw(Random(seed, fmt::format("{} saliency image {}", part, i)), side, textures,
             samples.images.data() + i * samples.shape.size(), samples.labels.data() + i * side * side);
    }
    return samples;
}

std::vector<ParamSpec> saliency_params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc, double min, double max) {
        return ParamSpec{.name = name, .fallback = value, .doc = doc, .min = min, .max = max};
    };
    return {{.name = "data",
             .fallback = std::string("made"),
             .doc = "objects that are made from the seed, or 264 photographs of DUTS-TR",
             .choices = {"made", "duts"}},
            integer("side", 64, "height and width of the images, a multiple of 16", 16, 512),
            integer("training_images", 4000, "made images to learn from", 1, 1e5),
            integer("test_images", 1000, "made images to judge by, of each kind", 1, 1e5)};
}

SaliencySplit saliency_split(harness::Run& run) {
    return run.off_clock([&] {
        if (!is_made(run.result().params)) return photographs(run);
        const std::size_t side = run.count("side"), tested = run.count("test_images");
        return SaliencySplit{
            made_saliency(run.count("training_images"), side, Textures::usual, run.seed(), "training"),
            made_saliency(tested, side, Textures::usual, run.seed(), "test"),
            made_saliency(tested, side, Textures::shifted, run.seed(), "shifted test")};
    });
}

std::size_t saliency_training_count(const harness::Params& params) {
    if (is_made(params))
        return static_cast<std::size_t>(std::get<std::int64_t>(params.at("training_images")));
    const std::size_t pairs = datasets::find("duts_tr_images").files.size();
    return pairs - pairs / every;
}

std::vector<std::string> saliency_data(const harness::Params& params) {
    if (is_made(params)) return {};
    return {"duts_tr_images", "duts_tr_masks"};
}

}  // namespace assay::l1
