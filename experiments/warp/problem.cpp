#include "experiments/warp/problem.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "solvers/convolutional/hebbian.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/synthetic.hpp"

namespace assay::warp {

using namespace solvers;
using harness::ParamSpec;

namespace {

ParamSpec integer(const char* name, std::int64_t value, const char* doc, double min) {
    return {.name = name, .fallback = value, .doc = doc, .min = min, .max = 1e6};
}

}  // namespace

std::vector<ParamSpec> problem_params() {
    return {integer("atoms", 64, "M", 1),
            integer("kernel", 9, "k, the side of an atom; odd, so that padding by k / 2 keeps the size", 1),
            integer("stride", 2, "s", 1),
            {.name = "border",
             .fallback = std::string("crop"),
             .doc = "pixels that atoms reach outside the image: free, or to be zero",
             .choices = {"crop", "padded"}},
            {"lambda", 1.0, "the threshold, in deviations of an image", 1e-6, 1e3},
            {.name = "nonnegative", .fallback = true, .doc = "codes a >= 0; else of either sign"},
            {"tau", 50.0, "the time constant of LCA in iterations", 1, 1e5}};
}

Geometry geometry_of(const harness::Run& run, const ImageShape& image) {
    const std::size_t kernel = run.count("kernel");
    return Geometry({.atoms = run.count("atoms"),
                     .kernel = kernel,
                     .stride = run.count("stride"),
                     .padding = kernel / 2,
                     .border = run.text("border") == "padded" ? Border::padded : Border::crop},
                    image);
}

Geometry geometry_of(const harness::Run& run) {
    return geometry_of(run, image_shape(run));
}

Penalty hard_penalty(const harness::Run& run) {
    return {.kind = PenaltyKind::l0, .lambda = run.real("lambda"), .nonnegative = run.flag("nonnegative")};
}

LcaOptions lca_for(std::size_t iterations, double tau, const Penalty& penalty, double gain) {
    return {.penalty = penalty,
            .tau = tau,
            .gain = gain,
            .max_iterations = iterations,
            .check_every = std::max<std::size_t>(iterations, 1)};
}

LcaOptions lazy_lca_for(std::size_t iterations, double tau, const Penalty& penalty) {
    LcaOptions options = lca_for(iterations, tau, penalty);
    options.lazy = true;
    return options;
}

std::vector<ParamSpec> dictionary_params() {
    return {integer("dictionary_images", 4000, "training images that the dictionary learns from", 1),
            integer("dictionary_batch", 40, "images of a batch of Hebbian learning", 1),
            integer("dictionary_batches", 400, "of them", 0),
            integer("dictionary_iterations", 200, "of cold LCA before an update", 1),
            {"hebbian_rate", 0.02, "eta", 1e-9, 1e3}};
}

template <class Device>
Array<Device, float> random_atoms(const harness::Run& run) {
    const Geometry g = geometry_of(run);
    return random_dictionary<Device, float>(g.atom_entries(), g.atoms, run.seed());
}

template <class Device>
Array<Device, float> learned_atoms(harness::Run& run, const ImageSet<Device>& images,
                                   const DictionaryObserver<Device>& observer) {
    const auto paused = run.pause_clock();
    HebbianLearner<Device, float> learner({.rate = run.real("hebbian_rate"), .seed = run.seed()},
                                          geometry_of(run), random_atoms<Device>(run));
    const std::size_t count = std::min(run.count("dictionary_images"), images.count());
    const std::size_t batch = std::min(run.count("dictionary_batch"), count), starts = count / batch;
    const std::size_t batches = run.count("dictionary_batches");
    const LcaOptions options =
        lazy_lca_for(run.count("dictionary_iterations"), run.real("tau"), hard_penalty(run));
    for (std::size_t n = 0; n < batches; ++n) {
        const Images<Device, float> part = images.standardised.columns(n % starts * batch, batch);
        const LcaResult<Device, float> coded = lca(options, learner.atoms(), part);
        const std::size_t revived = learner.update(part, coded.codes);
        if (observer) observer({n, coded, revived});
        run.progress(0.1 * static_cast<double>(n + 1) / static_cast<double>(batches), "dictionary");
    }
    return learner.dictionary().copy();
}

std::vector<std::string> check_problem(const harness::Params& params) {
    const auto number = [&](const char* name) { return std::get<std::int64_t>(params.at(name)); };
    std::vector<std::string> messages;
    if (number("kernel") % 2 == 0)
        messages.push_back(
            fmt::format("kernel = {} is even; padding by half of it keeps the size of an "
                        "image only for an odd one",
                        number("kernel")));
    const bool made = std::get<std::string>(params.at("data")) == "made";
    const std::int64_t side = made ? number("side") : 32;
    if (number("kernel") > side)
        messages.push_back(
            fmt::format("kernel = {} is larger than the images, {} x {}", number("kernel"), side, side));
    return messages;
}

#define ASSAY_INSTANTIATE(Device)                                                       \
    template Array<Device, float> random_atoms(const harness::Run&);                    \
    template Array<Device, float> learned_atoms(harness::Run&, const ImageSet<Device>&, \
                                                const DictionaryObserver<Device>&);

ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::warp
