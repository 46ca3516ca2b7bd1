#include "experiments/pudle/denoising.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "datasets/image_sets.hpp"
#include "experiments/pudle/common.hpp"
#include "experiments/pudle/registrations.hpp"
#include "solvers/convolutional/unrolled.hpp"
#include "solvers/dictionary/adam_learner.hpp"

/// Figure 6 and Table 1: a convolutional dictionary learned by restoring clean images from noisy ones.
namespace assay::pudle {

double psnr(std::span<const double> restored, std::span<const double> clean) {
    if (clean.empty() || restored.size() != clean.size())
        throw Error(fmt::format("{} restored pixels for {} clean ones", restored.size(), clean.size()),
                    "psnr");
    const double peak = *std::max_element(clean.begin(), clean.end());
    if (!(peak > 0)) throw Error("the clean image is black, which leaves no peak", "psnr");
    double squares = 0;
    for (std::size_t i = 0; i < clean.size(); ++i) {
        const double error = std::clamp(restored[i], 0.0, 1.0) - clean[i];
        squares += error * error;
    }
    return 20 * std::log10(peak) - 10 * std::log10(squares / static_cast<double>(clean.size()));
}

datasets::Image random_part(const datasets::Image& image, std::size_t side, solvers::Random& random) {
    const double top = random.uniform(), left = random.uniform();
    const bool mirrored = random.uniform() < 0.5, upended = random.uniform() < 0.5;
    if (image.height < side || image.width < side) {
        throw Error(
            fmt::format("an image of {} x {} has no part of {} x {}", image.height, image.width, side, side),
            "crop", "choose a smaller crop");
    }
    const auto place = [&](double draw, std::size_t whole) {
        return static_cast<std::size_t>(draw * static_cast<double>(whole - side + 1));
    };
    const datasets::Image part =
        cropped(image, place(top, image.height), place(left, image.width), side, side);
    datasets::Image result = part;
    for (std::size_t y = 0; y < side; ++y) {
        for (std::size_t x = 0; x < side; ++x) {
            const std::size_t from_y = upended ? side - 1 - y : y, from_x = mirrored ? side - 1 - x : x;
            std::copy_n(
                part.pixels.begin() + static_cast<std::ptrdiff_t>(image.channels * (from_x + side * from_y)),
                image.channels,
                result.pixels.begin() + static_cast<std::ptrdiff_t>(image.channels * (x + side * y)));
        }
    }
    return result;
}

namespace {

using namespace solvers;
using datasets::Image;
using harness::Run;

constexpr std::size_t photograph_sides[] = {321, 481};
constexpr std::size_t shown_side = 129, most_shown = 3, gap = 3;

Encoder denoising_encoder(const Run& run) {
    Encoder encoder{.layers = run.count("layers"), .alpha = run.real("alpha"), .lambda = run.real("lambda")};
    encoder.bias = run.real("bias");
    if (run.text("method") == "ht") encoder.shrinkage = Shrinkage::hard;
    encoder.validate();
    return encoder;
}

/// The data term is a mean over the pixels of a crop. The l1 term is one too, or the mean over code positions
/// of the sum over channels, as in the authors' code: larger by the number of pixels a position.
SupervisedLoss loss_of(const Run& run, const Geometry& g) {
    const std::string& method = run.text("method");
    const double pixels = static_cast<double>(g.image.height * g.image.width);
    SupervisedLoss loss{method == "ht" ? Gradient::ae_ls : gradient_named(method), 1.0 / pixels, 0.0};
    if (loss.gradient == Gradient::ae_lasso) {
        const bool by_positions = run.text("l1_over") == "positions";
        loss.l1 = run.real("lambda") / (by_positions ? static_cast<double>(g.positions()) : pixels);
    }
    return loss;
}

AtomGrid atom_grid(const Run& run) {
    return {.atoms = run.count("atoms"),
            .kernel = run.count("kernel"),
            .stride = run.count("stride"),
            .padding = 0};
}

/// The first `count` photographs would be alike: the sets have an order of their own.
std::vector<Image> photographs(Run& run, const std::string& name, std::size_t count) {
    const auto paused = run.pause_clock();
    const auto find_file = [&](const std::string& file) { return run.data_file(name, file); };
    return datasets::read_images(name, find_file, datasets::Colours::grey, count);
}

/// `images` with Gaussian noise, that of image i from position draws[i] of its stream on; values are not
/// clipped.
template <class Device, class T>
Images<Device, T> noisy(const Run& run, const char* purpose, std::span<const std::size_t> draws,
                        const Images<Device, T>& images) {
    const double sigma = run.real("sigma") / 255;
    std::vector<T> values = images.data.to_host();
    for (std::size_t i = 0; i < draws.size(); ++i) {
        Random random(run.seed(), purpose, 2 * draws[i]);
        for (std::size_t k = 0; k < images.shape.size(); ++k)
            values[i * images.shape.size() + k] += static_cast<T>(sigma * random.normal());
    }
    return {images.shape, Array<Device, T>::from_host(images.data.rows(), images.data.cols(), values)};
}

/// The test images with one draw of noise, the same for every epoch and method of a seed.
template <class Device, class T>
class TestSet {
  public:
    TestSet(Run& run, const std::vector<Image>& images) {
        std::size_t draw = 0;
        for (const Image& image : images) {
            clean_.push_back(datasets::batch_of<Device, T>({&image, 1}));
            noisy_.push_back(noisy<Device, T>(run, "test noise", {&draw, 1}, clean_.back()));
            draw += image.pixels.size();
        }
    }

    std::size_t size() const { return clean_.size(); }
    std::vector<double> clean(std::size_t i) const { return host::wide(clean_[i].data.to_host()); }
    std::vector<double> noisy_pixels(std::size_t i) const { return host::wide(noisy_[i].data.to_host()); }
    ImageShape shape(std::size_t i) const { return clean_[i].shape; }

    double noisy_psnr() const {
        double sum = 0;
        for (std::size_t i = 0; i < size(); ++i) sum += psnr(noisy_pixels(i), clean(i));
        return sum / static_cast<double>(size());
    }
    /// Calls use(i, pixels) with every restored image.
    template <class Use>
    void for_each_restored(const Encoder& encoder, const AtomGrid& grid, const Array<Device, T>& D,
                           std::size_t count, const Use& use) const {
        std::vector<AtomBank<Device, T>> banks;  // one for each of the few shapes
        for (std::size_t i = 0; i < count; ++i) {
            auto bank = std::find_if(banks.begin(), banks.end(), [&](const AtomBank<Device, T>& known) {
                return known.geometry().image == shape(i);
            });
            if (bank == banks.end()) bank = banks.emplace(bank, Geometry(grid, shape(i)), D);
            use(i, host::wide(restored(encoder, *bank, noisy_[i]).data.to_host()));
        }
    }

  private:
    std::vector<Images<Device, T>> clean_, noisy_;
};

/// Noisy, restored and clean middles of the first test images side by side, each row of them one tile.
template <class Device, class T>
void record_pictures(Run& run, const TestSet<Device, T>& test, const Encoder& encoder,
                     const Array<Device, T>& D) {
    const std::size_t shown = std::min(most_shown, test.size()), width = 3 * shown_side + 2 * gap;
    run.axis("example", harness::counted(1, shown), "", "test image");
    run.axis("example_row", harness::counted(1, shown_side));
    run.axis("example_column", harness::counted(1, width));
    std::vector<double> tiles(shown * shown_side * width, 1.0);
    test.for_each_restored(encoder, atom_grid(run), D, shown, [&](std::size_t i, std::vector<double> pixels) {
        const ImageShape shape = test.shape(i);
        const std::array<std::vector<double>, 3> views{test.noisy_pixels(i), std::move(pixels),
                                                       test.clean(i)};
        const std::size_t top = (shape.height - shown_side) / 2, left = (shape.width - shown_side) / 2;
        for (std::size_t v = 0; v < views.size(); ++v)
            for (std::size_t y = 0; y < shown_side; ++y)
                for (std::size_t x = 0; x < shown_side; ++x)
                    tiles[(i * shown_side + y) * width + v * (shown_side + gap) + x] =
                        std::clamp(views[v][(top + y) * shape.width + left + x], 0.0, 1.0);
    });
    run.record("examples", tiles);
    const std::size_t k = run.count("kernel");
    run.axis("filter", harness::counted(1, D.cols()), "", "atom");
    run.axis("filter_row", harness::counted(1, k));
    run.axis("filter_column", harness::counted(1, k));
    run.record("filters", host::wide(D.to_host()));
}

/// One pass over the training images; returns the mean loss and adds up the codes' non-zeros.
template <class Device, class T>
class Trainer {
  public:
    Trainer(const Run& run, const std::vector<Image>& images)
        : run_(run),
          images_(images),
          geometry_(atom_grid(run), {1, run.count("crop"), run.count("crop")}),
          encoder_(denoising_encoder(run)),
          loss_(loss_of(run, geometry_)),
          learner_(harness::adam_of(run),
                   random_dictionary<Device, T>(geometry_.atom_entries(), geometry_.atoms, run.seed())) {}

    struct Epoch {
        double loss = 0, density = 0;
    };
    Epoch pass(std::size_t epoch) {
        const std::vector<std::size_t> order = shuffled(images_.size(), epoch, run_.seed());
        const std::size_t batch = run_.count("batch");
        Epoch result;
        for (std::size_t first = 0; first < order.size(); first += batch) {
            const std::size_t count = std::min(batch, order.size() - first);
            const auto [clean, noised] = pair(epoch, {order.data() + first, count});
            const AtomBank<Device, T> atoms(geometry_, learner_.dictionary());
            const auto step = supervised_gradient(encoder_, loss_, atoms, noised, clean, trace_);
            if (!std::isfinite(step.loss)) throw Diverged("the training loss", epoch + 1, "pudle.denoising");
            learner_.update(step.gradient);
            result.loss += step.loss * static_cast<double>(count);
            result.density += static_cast<double>(trace_.nonzeros());
        }
        const double images = static_cast<double>(images_.size());
        result.loss /= images;
        result.density /= images * static_cast<double>(geometry_.code.size());
        return result;
    }
    const Array<Device, T>& dictionary() const { return learner_.dictionary(); }
    const Encoder& encoder() const { return encoder_; }

  private:
    /// Crops of the listed images, and the same with fresh noise. What an image gets in an epoch depends on
    /// both alone.
    std::pair<Images<Device, T>, Images<Device, T>> pair(std::size_t epoch,
                                                         std::span<const std::size_t> listed) const {
        std::vector<Image> parts;
        std::vector<std::size_t> draws;
        for (const std::size_t i : listed) {
            const std::size_t turn = epoch * images_.size() + i;
            Random random(run_.seed(), "crop", 4 * turn);
            parts.push_back(random_part(images_[i], geometry_.image.height, random));
            draws.push_back(turn * geometry_.image.size());
        }
        Images<Device, T> clean = datasets::batch_of<Device, T>(parts);
        Images<Device, T> noised = noisy<Device, T>(run_, "training noise", draws, clean);
        return {std::move(clean), std::move(noised)};
    }

    const Run& run_;
    const std::vector<Image>& images_;
    Geometry geometry_;
    Encoder encoder_;
    SupervisedLoss loss_;
    AdamLearner<Device, T> learner_;
    ConvolutionalTrace<Device, T> trace_;
};

/// The epochs after which the test images are restored: 0, every `every`-th and the last.
std::vector<double> tested_epochs(std::size_t epochs, std::size_t every) {
    std::vector<double> points;
    for (std::size_t epoch = 0; epoch < epochs; epoch += every) points.push_back(static_cast<double>(epoch));
    points.push_back(static_cast<double>(epochs));
    return points;
}

template <class Device, class T>
void denoise(Run& run) {
    const std::vector<Image> images = photographs(run, "cbsd432", run.count("train_images"));
    const auto test = run.off_clock(
        [&] { return TestSet<Device, T>(run, photographs(run, "bsd68", run.count("test_images"))); });
    const std::size_t epochs = run.count("epochs");
    const std::vector<double> points = tested_epochs(epochs, run.count("test_every"));
    run.axis("epoch", points, "", "passes over the training images; 0 is the start");
    run.axis("pass", harness::counted(1, epochs), "", "passes over the training images");
    run.record("noisy_psnr", test.noisy_psnr());
    Trainer<Device, T> trainer(run, images);
    const auto record_psnr = [&](std::size_t point) {
        const auto paused = run.pause_clock();
        double sum = 0;
        test.for_each_restored(
            trainer.encoder(), atom_grid(run), trainer.dictionary(), test.size(),
            [&](std::size_t i, const std::vector<double>& pixels) { sum += psnr(pixels, test.clean(i)); });
        run.record_at("psnr", {point}, sum / static_cast<double>(test.size()));
    };
    record_psnr(0);
    for (std::size_t epoch = 1, next = 1; epoch <= epochs; ++epoch) {
        const auto result = trainer.pass(epoch - 1);
        run.record_at("train_loss", {epoch - 1}, result.loss);
        run.record_at("density", {epoch - 1}, result.density);
        if (points[next] == static_cast<double>(epoch)) record_psnr(next++);
        run.progress(static_cast<double>(epoch) / static_cast<double>(epochs), "epoch");
    }
    const auto paused = run.pause_clock();
    record_pictures(run, test, trainer.encoder(), trainer.dictionary());
}

std::vector<harness::ParamSpec> params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc, double min, double max) {
        return harness::ParamSpec{name, value, doc, min, max};
    };
    const std::vector<harness::ParamSpec> own = {
        {.name = "method",
         .fallback = std::string("ae-ls"),
         .doc = "what Adam follows: g_dec, g_ae-lasso or g_ae-ls through soft thresholds, or (ht) g_ae-ls "
                "through hard ones",
         .choices = {"dec", "ae-lasso", "ae-ls", "ht"}},
        {.name = "l1_over",
         .fallback = std::string("positions"),
         .doc =
             "what the l1 term of g_ae-lasso is a mean over: code positions (the authors' code) or pixels, "
             "like the data term",
         .choices = {"positions", "pixels"}},
        {"lambda", 0.16, "weight of ||z||_1; a layer's threshold is alpha lambda", 0, 1e3},
        {"bias", 0.05, "b, the hard threshold (ht), not times alpha", 0, 1e3},
        {"alpha", 0.1, "step of the encoder", 1e-9, 1e3},
        integer("layers", 15, "T, layers of the encoder", 1, 1000),
        integer("atoms", 64, "number of filters", 1, 4096),
        integer("kernel", 9, "side of a filter in pixels", 1, 64),
        integer("stride", 4, "pixels from one code position to the next", 1, 64),
        {"sigma", 25.0, "standard deviation of the noise, of 255 grey levels", 0, 255},
        integer("crop", 129, "side of a training image's random part in pixels", 1, 321),
        integer("batch", 1, "images an update sees", 1, 432),
        integer("epochs", 400, "passes over the training images", 1, 1e5),
        integer("test_every", 1, "epochs between two tests", 1, 1e5),
        integer("train_images", 432, "how many of the 432 training photographs are used", 1, 432),
        integer("test_images", 68, "how many of the 68 test photographs are restored", 1, 68),
        harness::precision_param()};
    return harness::with_defaults(harness::joined(own, harness::adam_params()),
                                  {{"rate", 1e-4}, {"epsilon", 1e-3}});
}

/// Atoms must cover every pixel: a margin that none reaches would be restored as black.
std::vector<std::string> check(const harness::Params& params) {
    const auto integer = [&](const char* name) {
        return static_cast<std::size_t>(std::get<std::int64_t>(params.at(name)));
    };
    const std::size_t kernel = integer("kernel"), stride = integer("stride"), crop = integer("crop");
    std::vector<std::size_t> sides(std::begin(photograph_sides), std::end(photograph_sides));
    sides.insert(sides.begin(), crop);
    std::vector<std::string> problems;
    if (stride > kernel)
        problems.push_back(
            fmt::format("stride = {} leaves pixels between filters of kernel = {}", stride, kernel));
    for (const std::size_t side : sides) {
        if (side >= kernel && (side - kernel) % stride == 0) continue;
        problems.push_back(fmt::format("filters of kernel = {} at stride = {} do not cover {} {} pixels wide",
                                       kernel, stride, side == crop ? "crops" : "photographs", side));
    }
    return problems;
}

}  // namespace

void register_denoising() {
    harness::register_experiment(
        {.name = "pudle.denoising",
         .doc = "A convolutional dictionary learned by supervised denoising (Figure 6, Table 1)",
         .params = params(),
         .metrics = {{"noisy_psnr", "dB", "mean PSNR of the noisy test images"},
                     {"psnr", "dB", "mean PSNR of the restored test images", {"epoch"}},
                     {"train_loss", "", "mean loss of an epoch's updates", {"pass"}},
                     {"density", "", "share of the training codes' entries that are not zero", {"pass"}},
                     {"examples",
                      "",
                      "noisy, restored and clean middles of test images",
                      {"example", "example_row", "example_column"}},
                     {"filters", "", "the dictionary at the end", {"filter", "filter_row", "filter_column"}}},
         .body = harness::on_device([]<class Device, class T>(Run& run) { denoise<Device, T>(run); }),
         .data =
             [](const harness::Params&) {
                 return std::vector<std::string>{"cbsd432", "bsd68"};
             },
         .check = check});
}

}  // namespace assay::pudle
