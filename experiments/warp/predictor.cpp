#include "experiments/warp/predictor.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <utility>

#include "solvers/device/random.hpp"
#include "solvers/device/transfer.hpp"
#include "solvers/network/batches.hpp"
#include "solvers/network/initialise.hpp"

namespace assay::warp {

using namespace solvers;
using harness::ParamSpec;

namespace {

constexpr std::size_t block = 100;  // images that are coded, or passed through a network, at a time

Graph graph_of(const PredictorOptions& options, const Geometry& g) {
    return warp_cnn(map_shape(g.image), {g.atoms, g.kernel, g.stride}, options.size);
}

RegressionKind loss_named(const std::string& name) {
    static const std::map<std::string, RegressionKind> kinds = {{"mse", RegressionKind::squared},
                                                                {"wexp", RegressionKind::exponential},
                                                                {"wlap", RegressionKind::laplacian},
                                                                {"corr", RegressionKind::correntropy}};
    return kinds.at(name);
}

}  // namespace

WarpSize size_named(const std::string& name) {
    return name == "small" ? WarpSize::small : name == "medium" ? WarpSize::medium : WarpSize::large;
}

std::vector<ParamSpec> predictor_params() {
    const PredictorOptions options;
    const auto integer = [](const char* name, std::size_t value, const char* doc, double max) {
        return ParamSpec{
            .name = name, .fallback = static_cast<std::int64_t>(value), .doc = doc, .min = 1, .max = max};
    };
    return {{.name = "size",
             .fallback = std::string("medium"),
             .doc = "of WARP-CNN: 45, 160 or 540 thousand parameters for 64 atoms of 9 x 9 x 3",
             .choices = {"small", "medium", "large"}},
            {.name = "loss",
             .fallback = std::string("wexp"),
             .doc = "squared error; weighted by exp(min(|u|, 6) / gamma), or by 1 - exp(-gamma |u|) + 0.01; "
                    "or 1 - exp(-gamma |error|)",
             .choices = {"mse", "wexp", "wlap", "corr"}},
            {"gamma", options.loss.gamma,
             "scale of the loss: a length for wexp, the inverse of one for wlap and corr, nothing to mse",
             1e-3, 1e3},
            integer("epochs", options.epochs, "passes over the training pairs", 1e5),
            integer("batch", options.batch, "pairs of a step of Adam", 1e5),
            {"rate", options.rate, "Adam's at the start; it falls to 0 on a cosine", 1e-9, 1},
            integer("threads", options.threads, "of the network's library; results may depend on it", 256)};
}

PredictorOptions predictor_options(const harness::Run& run) {
    return {.size = size_named(run.text("size")),
            .loss = {.kind = loss_named(run.text("loss")), .gamma = run.real("gamma")},
            .epochs = run.count("epochs"),
            .batch = run.count("batch"),
            .rate = run.real("rate"),
            .threads = static_cast<unsigned>(run.count("threads"))};
}

std::vector<ParamSpec> target_params() {
    return {{.name = "training_images",
             .fallback = std::int64_t{10'000},
             .doc = "training images whose states the predictor learns",
             .min = 1,
             .max = 5e4},
            {.name = "target_iterations",
             .fallback = std::int64_t{500},
             .doc = "T: iterations of cold LCA behind those states",
             .min = 1,
             .max = 1e6}};
}

template <class Device>
TrainingPairs make_pairs(harness::Run& run, const AtomBank<Device, float>& atoms,
                         const ImageSet<Device>& images) {
    const auto paused = run.pause_clock();
    const std::size_t count = run.count("training_images");
    const LcaOptions options =
        lazy_lca_for(run.count("target_iterations"), run.real("tau"), hard_penalty(run));
    TrainingPairs pairs{
        Array<Cpu, float>(atoms.geometry().image.size(), count),
        Array<Cpu, float>(atoms.geometry().code.size(), count),
        {images.labels.begin(),
         images.labels.begin() + static_cast<std::ptrdiff_t>(images.labels.empty() ? 0 : count)}};
    for (std::size_t first = 0; first < count; first += block) {
        const auto part = images.standardised.columns(first, std::min(block, count - first));
        pairs.images.set_columns(first, planes_of(part));
        pairs.states.set_columns(first, planes_of(lca(options, atoms, part).states));
        run.progress(0.1 + 0.3 * static_cast<double>(first) / static_cast<double>(count), "targets");
    }
    return pairs;
}

template <class Device>
Predictor<Device>::Predictor(const PredictorOptions& options, const Geometry& geometry,
                             const Array<Device, float>& atoms, std::uint64_t seed)
    : options_(options), geometry_(geometry), network_(graph_of(options, geometry), options.threads) {
    initialise(network_, Initialisation::he, seed);
    const Images<Device, float> pictures({geometry.image.channels, geometry.kernel, geometry.kernel},
                                         atoms.copy());
    start_from_dictionary<Device>(network_, to_planes(pictures));
    // The first prediction is u = 0, LCA's own start.
    const std::size_t states = network_.parameter("states.weight").size();
    network_.set_parameter("states.weight", std::vector<float>(states, 0.0F));
}

template <class Device>
std::vector<double> Predictor<Device>::train(const TrainingPairs& pairs, const Penalty& penalty,
                                             std::uint64_t seed,
                                             const std::function<void(double)>& progress) {
    const std::size_t count = pairs.images.cols(), batch = std::min(options_.batch, count);
    const std::size_t steps_an_epoch = count / batch, steps = options_.epochs * steps_an_epoch;
    Optimiser<Device> optimiser(Adam{.rate = options_.rate}, network_);
    std::vector<double> losses;
    for (std::size_t epoch = 0, step = 0; epoch < options_.epochs; ++epoch) {
        const std::vector<std::size_t> order = shuffled(count, epoch, seed);
        double sum = 0.0;
        for (std::size_t n = 0; n < steps_an_epoch; ++n, ++step) {
            const auto samples = std::span(order).subspan(n * batch, batch);
            Array<Cpu, float> states = take(pairs.states, samples);
            if (options_.of_activations) threshold_all(threshold_of<float>(penalty), states);
            sum += train_regression(network_, optimiser, cosine_rate(options_.rate, step, steps),
                                    to_device<Device, float>(take(pairs.images, samples)), options_.loss,
                                    to_device<Device, float>(states));
            if (progress) progress(static_cast<double>(step + 1) / static_cast<double>(steps));
        }
        losses.push_back(sum / static_cast<double>(steps_an_epoch));
    }
    return losses;
}

template <class Device>
std::unique_ptr<Network<Device>> Predictor<Device>::network_for(const Geometry& geometry) const {
    auto network = std::make_unique<Network<Device>>(graph_of(options_, geometry), options_.threads);
    network->update([&](Array<Device, float>& parameters, const Array<Device, float>&) {
        parameters.set_columns(0, network_.parameters());
    });
    return network;
}

template <class Device>
Images<Device, float> Predictor<Device>::states(const Images<Device, float>& images) {
    const Geometry geometry({.atoms = geometry_.atoms,
                             .kernel = geometry_.kernel,
                             .stride = geometry_.stride,
                             .padding = geometry_.padding,
                             .border = geometry_.border},
                            images.shape);
    const auto other = images.shape == geometry_.image ? nullptr : network_for(geometry);
    Network<Device>& network = other ? *other : network_;
    Images<Device, float> result(geometry.code, images.count());
    for (std::size_t first = 0; first < images.count(); first += block) {
        const auto part = images.columns(first, std::min(block, images.count() - first));
        const Array<Device, float> maps =
            network.forward(to_device<Device, float>(planes_of(part)), Mode::evaluation);
        result.data.set_columns(first, from_planes<Device, float>(geometry.code, maps.to_host()).data);
    }
    return result;
}

template <class Device>
double Predictor<Device>::pass_equivalents() const {
    return multiply_adds() /
           static_cast<double>(geometry_.atoms * geometry_.atom_entries() * geometry_.positions());
}

template <class Device>
Groundwork<Device> lay_groundwork(harness::Run& run, std::size_t kept) {
    const std::size_t seen = std::max(run.count("dictionary_images"), run.count("training_images"));
    const ImageSet<Device> all = training_images<Device>(run, seen + kept);
    const ImageSet<Device> images = all.columns(0, seen);
    Array<Device, float> D = learned_atoms<Device>(run, images);
    AtomBank<Device, float> atoms(geometry_of(run), D);
    TrainingPairs pairs = make_pairs(run, atoms, images);
    return {std::move(D), std::move(atoms), std::move(pairs), all.columns(seen, kept)};
}

template <class Device>
std::unique_ptr<Predictor<Device>> trained_predictor(harness::Run& run, const Groundwork<Device>& ground) {
    const auto paused = run.pause_clock();
    auto predictor =
        std::make_unique<Predictor<Device>>(predictor_options(run), geometry_of(run), ground.D, run.seed());
    predictor->train(ground.pairs, hard_penalty(run), run.seed(),
                     [&](double share) { run.progress(0.4 + 0.3 * share, "predictor"); });
    return predictor;
}

#define ASSAY_INSTANTIATE(Device)                                                    \
    template TrainingPairs make_pairs(harness::Run&, const AtomBank<Device, float>&, \
                                      const ImageSet<Device>&);                      \
    template class Predictor<Device>;                                                \
    template Groundwork<Device> lay_groundwork(harness::Run&, std::size_t);          \
    template std::unique_ptr<Predictor<Device>> trained_predictor(harness::Run&, const Groundwork<Device>&);

ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::warp
