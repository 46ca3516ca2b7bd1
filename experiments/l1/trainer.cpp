#include "experiments/l1/trainer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "solvers/device/random.hpp"
#include "solvers/device/transfer.hpp"
#include "solvers/network/batches.hpp"
#include "solvers/network/initialise.hpp"

namespace assay::l1 {

using namespace solvers;
using harness::ParamSpec;

namespace {

template <class Device>
typename Optimiser<Device>::Method method_of(const TrainingOptions& options) {
    if (options.optimiser == "adam") return Adam{.rate = options.rate};
    return Sgd{.rate = options.rate, .weight_decay = options.weight_decay};
}

/// Labels of pixels, moved as their images are; what comes in from outside is class 0.
Labels placed_labels(const Samples& samples, std::size_t padding, std::span<const Placement> placements) {
    const MapShape mask{1, samples.shape.height, samples.shape.width};
    Array<Cpu, float> values(mask.size(), samples.count());
    std::ranges::transform(samples.labels, values.data(),
                           [](auto label) { return static_cast<float>(label); });
    const Array<Cpu, float> moved = placed(values, mask, padding, placements);
    Labels labels(samples.labels.size());
    std::transform(moved.data(), moved.data() + moved.size(), labels.begin(),
                   [](float value) { return static_cast<std::uint32_t>(value); });
    return labels;
}

}  // namespace

std::vector<ParamSpec> training_params(const TrainingOptions& options) {
    const auto integer = [](const char* name, std::size_t value, const char* doc, double min, double max) {
        return ParamSpec{
            .name = name, .fallback = static_cast<std::int64_t>(value), .doc = doc, .min = min, .max = max};
    };
    return {
        {.name = "optimiser",
         .fallback = options.optimiser,
         .doc = "SGD with momentum 0.9, or Adam, which takes no weight decay",
         .choices = {"sgd", "adam"}},
        {.name = "initialisation",
         .fallback = options.initialisation,
         .doc = "of weights: normal of variance 2 / fan_in, or uniform of variance 2 / (fan_in + fan_out)",
         .choices = {"he", "xavier"}},
        integer("epochs", options.epochs, "passes over the training images", 1, 1e5),
        integer("batch", options.batch, "images of a step", 1, 1e5),
        {"rate", options.rate, "the learning rate at the start; it falls to 0 on a cosine", 1e-9, 10},
        {"weight_decay", options.weight_decay, "on every parameter", 0, 1},
        integer("padding", options.padding, "pixels by which a training image is moved at most", 0, 16),
        {"mirror", options.mirror, "mirrors every other training image, by chance"},
        integer("threads", options.threads, "of the network's library; results may depend on it", 1, 256)};
}

std::vector<std::string> check_training(const harness::Params& params, std::size_t images) {
    std::vector<std::string> mistakes;
    if (std::get<std::string>(params.at("optimiser")) == "adam" &&
        std::get<double>(params.at("weight_decay")) != 0.0)
        mistakes.push_back("Adam takes no weight_decay: set it to 0");
    const auto batch = static_cast<std::size_t>(std::get<std::int64_t>(params.at("batch")));
    if (batch > images)
        mistakes.push_back(fmt::format("batch is {}, and there are {} training images", batch, images));
    return mistakes;
}

TrainingOptions training_options(const harness::Run& run) {
    return {.optimiser = run.text("optimiser"),
            .epochs = run.count("epochs"),
            .batch = run.count("batch"),
            .initialisation = run.text("initialisation"),
            .rate = run.real("rate"),
            .weight_decay = run.real("weight_decay"),
            .padding = run.count("padding"),
            .mirror = run.flag("mirror"),
            .threads = static_cast<unsigned>(run.count("threads"))};
}

template <class Device>
Trainer<Device>::Trainer(const TrainingOptions& options, Graph graph, const Samples& train,
                         std::vector<FeaturePenalty> penalties, std::uint64_t seed)
    : options_(options),
      train_(train),
      penalties_(std::move(penalties)),
      network_(std::move(graph), options.threads),
      optimiser_(method_of<Device>(options), network_),
      progress_{.seed = seed} {
    if (options.batch > train.count())
        throw Error("a batch of " + std::to_string(options.batch) + " of " + std::to_string(train.count()) +
                        " training images",
                    "trainer", "make batch smaller, or learn from more images");
    initialise(network_, options.initialisation == "he" ? Initialisation::he : Initialisation::xavier, seed);
}

template <class Device>
Samples Trainer<Device>::drawn(std::span<const std::size_t> chosen, std::uint64_t first) const {
    Samples samples = take(train_, chosen);
    if (options_.padding == 0 && !options_.mirror) return samples;
    const auto placements =
        draw_placements(samples.count(), options_.padding, options_.mirror, progress_.seed, first);
    samples.images = placed(samples.images, samples.shape, options_.padding, placements);
    if (samples.places() == samples.shape.pixels())
        samples.labels = placed_labels(samples, options_.padding, placements);
    return samples;
}

template <class Device>
EpochReport Trainer<Device>::epoch(const std::function<void(double)>& progress) {
    if (done()) throw Error("all epochs are done", "trainer");
    const std::size_t batches = train_.count() / options_.batch;
    const std::uint64_t steps = options_.epochs * batches;
    const std::vector<std::size_t> order = shuffled(train_.count(), epochs_done(), progress_.seed);
    EpochReport mean;
    const double share = 1.0 / static_cast<double>(batches);
    for (std::size_t n = 0; n < batches; ++n, ++progress_.step) {
        const auto chosen = std::span(order).subspan(n * options_.batch, options_.batch);
        const Samples samples = drawn(chosen, progress_.step * options_.batch);
        const BatchReport report = train_classifier(
            network_, optimiser_, cosine_rate(options_.rate, progress_.step, steps),
            to_device<Device, float>(samples.images), samples.classes, samples.labels, penalties_);
        mean.loss += share * report.loss;
        mean.penalty += share * report.penalty;
        mean.accuracy +=
            share * static_cast<double>(report.correct) / static_cast<double>(samples.labels.size());
        if (progress) progress(static_cast<double>(progress_.step + 1) / static_cast<double>(steps));
    }
    ++progress_.epoch;
    return mean;
}

template <class Device>
void Trainer<Device>::restore(std::span<const std::byte> state) {
    const std::uint64_t seed = progress_.seed;
    const Progress found = restore_checkpoint(state, network_, optimiser_);
    if (found.seed != seed)
        throw Error("the state belongs to a training from seed " + std::to_string(found.seed), "trainer",
                    "this one has seed " + std::to_string(seed));
    progress_ = found;
}

template <class Device>
Labels predicted(Network<Device>& network, const Samples& samples, std::size_t block,
                 const std::function<void(std::size_t first)>& look) {
    Labels all;
    for (std::size_t first = 0; first < samples.count(); first += block) {
        const auto part = samples.images.columns(first, std::min(block, samples.count() - first));
        const Labels some = predicted_classes(
            network.forward(to_device<Device, float>(part), Mode::evaluation), samples.classes);
        all.insert(all.end(), some.begin(), some.end());
        if (look) look(first);
    }
    return all;
}

template class Trainer<Cpu>;
template class Trainer<Cuda>;
template Labels predicted(Network<Cpu>&, const Samples&, std::size_t,
                          const std::function<void(std::size_t)>&);
template Labels predicted(Network<Cuda>&, const Samples&, std::size_t,
                          const std::function<void(std::size_t)>&);

}  // namespace assay::l1
