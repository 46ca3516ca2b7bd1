#include "experiments/warp/classifier.hpp"

#include <algorithm>
#include <span>

#include "solvers/device/random.hpp"
#include "solvers/device/transfer.hpp"
#include "solvers/network/batches.hpp"
#include "solvers/network/initialise.hpp"

namespace assay::warp {

using namespace solvers;
using harness::ParamSpec;

namespace {

constexpr std::size_t block = 250;  // samples that are classified at a time
constexpr std::size_t padding = 4;  // pixels by which an image is moved at most

Graph graph_of(const std::string& backbone, const MapShape& input, std::size_t classes) {
    return backbone == "lenet5"  ? lenet5(input, classes)
           : backbone == "vgg11" ? vgg11(input, classes, Normalisation::batch)
                                 : resnet(input, classes);
}

}  // namespace

std::vector<ParamSpec> classifier_params() {
    const ClassifierOptions options;
    const auto integer = [](const char* name, std::size_t value, const char* doc) {
        return ParamSpec{
            .name = name, .fallback = static_cast<std::int64_t>(value), .doc = doc, .min = 1, .max = 1e5};
    };
    return {{.name = "backbone",
             .fallback = options.backbone,
             .doc = "the network that tells the classes: 62, 270 or 9231 thousand parameters",
             .choices = {"lenet5", "resnet20", "vgg11"}},
            integer("classifier_epochs", options.epochs, "passes over the training images"),
            integer("classifier_batch", options.batch, "images of a step of SGD"),
            {"classifier_rate", options.rate, "SGD's at the start; it falls to 0 on a cosine", 1e-9, 10}};
}

ClassifierOptions classifier_options(const harness::Run& run) {
    return {.backbone = run.text("backbone"),
            .epochs = run.count("classifier_epochs"),
            .batch = run.count("classifier_batch"),
            .rate = run.real("classifier_rate"),
            .threads = static_cast<unsigned>(run.count("threads"))};
}

template <class Device>
Classifier<Device>::Classifier(const ClassifierOptions& options, const MapShape& input, std::size_t classes,
                               std::uint64_t seed)
    : options_(options),
      input_(input),
      classes_(classes),
      seed_(seed),
      network_(graph_of(options.backbone, input, classes), options.threads) {
    initialise(network_, Initialisation::he, seed);
}

template <class Device>
void Classifier<Device>::train(const Array<Cpu, float>& samples, const Labels& labels,
                               const std::function<void(double)>& progress) {
    const std::size_t count = samples.cols(), batch = std::min(options_.batch, count);
    const std::size_t steps_an_epoch = count / batch, steps = options_.epochs * steps_an_epoch;
    Optimiser<Device> optimiser(Sgd{.rate = options_.rate, .weight_decay = 5e-4}, network_);
    for (std::size_t epoch = 0, step = 0; epoch < options_.epochs; ++epoch) {
        const std::vector<std::size_t> order = shuffled(count, epoch, seed_);
        for (std::size_t n = 0; n < steps_an_epoch; ++n, ++step) {
            const auto chosen = std::span(order).subspan(n * batch, batch);
            Array<Cpu, float> X = take(samples, chosen);
            if (options_.augment)
                X = placed(X, input_, padding, draw_placements(batch, padding, true, seed_, step * batch));
            train_classifier(network_, optimiser, cosine_rate(options_.rate, step, steps),
                             to_device<Device, float>(X), classes_, take(labels, chosen));
            if (progress) progress(static_cast<double>(step + 1) / static_cast<double>(steps));
        }
    }
}

template <class Device>
Labels Classifier<Device>::predicted(const Array<Cpu, float>& samples) {
    Labels all;
    for (std::size_t first = 0; first < samples.cols(); first += block) {
        const auto part = samples.columns(first, std::min(block, samples.cols() - first));
        const Labels some =
            predicted_classes(network_.forward(to_device<Device, float>(part), Mode::evaluation), classes_);
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

template class Classifier<Cpu>;
template class Classifier<Cuda>;

}  // namespace assay::warp
