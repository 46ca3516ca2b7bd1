#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "datasets/idx.hpp"
#include "experiments/pudle/common.hpp"
#include "experiments/pudle/interpretation.hpp"
#include "experiments/pudle/registrations.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/adam_learner.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/sparse/ista.hpp"

/// Figures 7 to 10: PUDLE trained on the digits 0 to 4 of MNIST with non-negative codes, then read in terms
/// of its training images.
namespace assay::pudle {

namespace {

using namespace assay::solvers;

constexpr std::array<std::uint8_t, 5> digits{0, 1, 2, 3, 4};

ImageSet image_set(const datasets::LabelledImages<double>& images) {
    return {images.height, images.width,
            Array<Cpu, double>::from_host(images.dimension(), images.count(), images.pixels), images.labels};
}

/// The first `per_class` images of each digit in the given order of the set (the whole digit when it has
/// fewer).
datasets::LabelledImages<double> balanced(const datasets::LabelledImages<double>& set,
                                          const std::vector<std::size_t>& order, std::size_t per_class) {
    datasets::LabelledImages<double> result{set.height, set.width, {}, {}};
    std::map<std::uint8_t, std::size_t> taken;
    for (const std::size_t i : order) {
        if (taken[set.labels[i]]++ >= per_class) continue;
        const auto first = set.pixels.begin() + static_cast<std::ptrdiff_t>(i * set.dimension());
        result.pixels.insert(result.pixels.end(), first,
                             first + static_cast<std::ptrdiff_t>(set.dimension()));
        result.labels.push_back(set.labels[i]);
    }
    return result;
}

datasets::LabelledImages<double> mnist_digits(harness::Run& run, const char* part,
                                              std::size_t limit = std::numeric_limits<std::size_t>::max()) {
    const auto paused = run.pause_clock();
    const std::string stem(part);
    const auto all = datasets::read_idx<double>(run.data_file("mnist", stem + "-images-idx3-ubyte.gz"),
                                                run.data_file("mnist", stem + "-labels-idx1-ubyte.gz"));
    return datasets::select<double>(all, digits, limit);
}

/// Fashion-MNIST's test images, or noise that is uniform on [0, 1), as many as there are test digits.
ImageSet other_images(harness::Run& run, const ImageSet& like) {
    const auto paused = run.pause_clock();
    const std::size_t count = like.labels.size();
    if (run.text("other") == "fashion") {
        auto all = datasets::read_idx<double>(run.data_file("fashion_mnist", "t10k-images-idx3-ubyte.gz"),
                                              run.data_file("fashion_mnist", "t10k-labels-idx1-ubyte.gz"));
        all.labels.resize(std::min(count, all.count()));
        all.pixels.resize(all.count() * all.dimension());
        return image_set(all);
    }
    ImageSet noise{like.height, like.width, Array<Cpu, double>(like.X.rows(), count),
                   std::vector<std::uint8_t>(count)};
    Random random(run.seed(), "noise images");
    for (std::size_t i = 0; i < noise.X.size(); ++i) noise.X.data()[i] = random.uniform();
    return noise;
}

Encoder image_encoder(const harness::Run& run) {
    const Encoder encoder{.layers = run.count("layers"),
                          .alpha = run.real("alpha"),
                          .lambda = run.real("lambda"),
                          .shrinkage = Shrinkage::soft_one_sided};
    encoder.validate();
    return encoder;
}

/// Columns order[first], ..., order[first + count - 1] of the images.
template <class Device, class T>
Array<Device, T> gather(const std::vector<double>& pixels, std::size_t rows,
                        const std::vector<std::size_t>& order, std::size_t first, std::size_t count) {
    std::vector<T> columns;
    columns.reserve(rows * count);
    for (std::size_t i = first; i < first + count; ++i) {
        for (std::size_t r = 0; r < rows; ++r) columns.push_back(static_cast<T>(pixels[order[i] * rows + r]));
    }
    return Array<Device, T>::from_host(rows, count, columns);
}

template <class Device, class T>
double mean_loss(const Encoder& encoder, const Array<Device, T>& D, const Array<Device, T>& X) {
    const auto losses = lasso_objective(encoder.lambda, D, X, codes_at(encoder, D, X));
    return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

/// Adam on mini-batches of the lasso loss, differentiated through the encoder. The last, smaller batch of an
/// epoch counts like the others; columns are not normalised again.
template <class Device, class T>
Array<Cpu, double> train(harness::Run& run, const datasets::LabelledImages<double>& images) {
    const Encoder encoder = image_encoder(run);
    const Gradient gradient = gradient_named(run.text("gradient"));
    const std::size_t m = images.dimension(), n = images.count(), batch = run.count("batch"),
                      epochs = run.count("epochs");
    AdamLearner<Device, T> learner(harness::adam_of(run),
                                   random_dictionary<Device, T>(m, run.count("p"), run.seed()), Atoms::free);
    const auto shown =
        gather<Device, T>(images.pixels, m, shuffled(n, 0, run.seed()), 0, std::min<std::size_t>(n, 1000));
    run.axis("epoch", harness::counted(0, epochs), "", "passes over the training images");
    run.record_at("train_loss", {0}, mean_loss(encoder, learner.dictionary(), shown));
    for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
        const std::vector<std::size_t> order = shuffled(n, epoch, run.seed());
        for (std::size_t start = 0; start < n; start += batch) {
            const auto X = gather<Device, T>(images.pixels, m, order, start, std::min(batch, n - start));
            learner.update(unrolled_gradient(encoder, gradient, learner.dictionary(), X).gradient);
            if (learner.steps() % 50 == 0)
                run.progress(
                    0.9 * (static_cast<double>(epoch) + static_cast<double>(start) / static_cast<double>(n)) /
                        static_cast<double>(epochs),
                    "training");
        }
        const auto paused = run.pause_clock();
        run.record_at("train_loss", {epoch + 1}, mean_loss(encoder, learner.dictionary(), shown));
    }
    return to_device<Cpu, double>(learner.dictionary());
}

template <class Device, class T>
void train_and_interpret(harness::Run& run) {
    const auto images = mnist_digits(run, "train", run.count("train_images"));
    const auto all_test = mnist_digits(run, "t10k");
    // A draw of the seed's own: the first half of MNIST's test set is the easier one.
    const auto drawn = shuffled(all_test.count(), run.count("epochs"), run.seed());
    ImageSet test = image_set(balanced(all_test, drawn, run.count("test_per_class")));
    Array<Cpu, double> D = train<Device, T>(run, images);
    ImageSet other = other_images(run, test);
    std::vector<std::size_t> in_order(images.count());
    std::iota(in_order.begin(), in_order.end(), std::size_t{0});
    const Exhibits exhibits{
        image_encoder(run), std::move(D),     image_set(balanced(images, in_order, run.count("per_class"))),
        std::move(test),    std::move(other), run.real("omega")};
    record_interpretation(run, exhibits, run.count("identity_samples"));
}

std::vector<harness::ParamSpec> params() {
    const auto integer = [](std::int64_t value) { return harness::Value(value); };
    const std::vector<harness::ParamSpec> own = {
        {"p", integer(500), "number p of atoms", 200},
        {"layers", integer(15), "layers T of the encoder", 1},
        {"alpha", 1.0, "step alpha of the encoder", 1e-9},
        {"lambda", 0.7, "weight lambda of the l1 norm", 0},
        gradient_param(),
        {"train_images", integer(30596), "how many of the 30 596 training digits 0 to 4 are used", 300},
        {"batch", integer(32), "images an update", 1},
        {"epochs", integer(200), "passes over the training images", 1},
        {"per_class", integer(1200), "training images a digit with which G is formed", 50},
        {"test_per_class", integer(200), "test images a digit, drawn at random", 1},
        {"omega", 1e-3, "ridge omega of the dictionary", 1e-12},
        {"identity_samples", integer(1000), "training images for the identities with the n x n matrix G", 2},
        {.name = "other",
         .fallback = std::string("fashion"),
         .doc = "images of another kind: Fashion-MNIST, or uniform noise",
         .choices = {"fashion", "noise"}},
        harness::precision_param()};
    return harness::with_defaults(
        harness::joined(own, harness::adam_params()),
        {{"gradient", std::string("ae-lasso")}, {"rate", 1e-4}, {"epsilon", 1e-15}});
}

std::vector<std::string> data(const harness::Params& params) {
    if (std::get<std::string>(params.at("other")) == "fashion") return {"mnist", "fashion_mnist"};
    return {"mnist"};
}

}  // namespace

void register_interpretability() {
    auto metrics = interpretation_metrics();
    metrics.push_back({"train_loss", "", "mean lasso loss of 1000 training images", {"epoch"}});
    harness::register_experiment(
        {.name = "pudle.interpretability",
         .doc = "A dictionary trained on MNIST in terms of its training images (Figures 7 to 10)",
         .params = params(),
         .metrics = std::move(metrics),
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { train_and_interpret<Device, T>(run); }),
         .data = data});
}

}  // namespace assay::pudle
