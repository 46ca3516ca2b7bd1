#include <string>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/warp/predictor.hpp"
#include "experiments/warp/registrations.hpp"

/// What an iteration of LCA and a pass of WARP-CNN cost: multiply-adds, and the run's solver time over what
/// was done in it.
namespace assay::warp {

namespace {

using namespace solvers;

template <class Device>
void measure(harness::Run& run) {
    const std::size_t count = run.count("test_images"), repeats = run.count("repeats");
    const std::string& work = run.text("work");
    const ImageSet<Device> images = training_images<Device>(run, run.count("dictionary_images"));
    const ImageSet<Device> test = test_images<Device>(run, count);
    const Array<Device, float> D = learned_atoms<Device>(run, images);
    const Geometry g = geometry_of(run);
    run.record("done", static_cast<double>(count * repeats));
    if (work == "iteration") {
        const AtomBank<Device, float> atoms = run.off_clock([&] { return AtomBank<Device, float>(g, D); });
        // From states that are about as active as those of a usual iteration.
        const auto states = run.off_clock([&] {
            return lca(lca_for(100, run.real("tau"), hard_penalty(run)), atoms, test.standardised).states;
        });
        lca(lca_for(repeats, run.real("tau"), hard_penalty(run)), atoms, test.standardised, {}, states);
        run.record("multiply_adds", static_cast<double>(g.atoms * g.atom_entries() * g.positions()));
        run.record("parameters", 0.0);
        return;
    }
    const PredictorOptions options{.size = size_named(work),
                                   .threads = static_cast<unsigned>(run.count("threads"))};
    Predictor<Device> predictor = run.off_clock([&] { return Predictor<Device>(options, g, D, run.seed()); });
    run.off_clock([&] { return predictor.states(test.standardised); });  // the library compiles its kernels
    for (std::size_t n = 0; n < repeats; ++n) predictor.states(test.standardised);
    run.record("multiply_adds", predictor.multiply_adds());
    run.record("parameters", static_cast<double>(predictor.parameters()));
}

std::vector<harness::ParamSpec> params() {
    const std::vector<harness::ParamSpec> own = {
        {.name = "work",
         .fallback = std::string("iteration"),
         .doc = "what is clocked: iterations of LCA, or passes of a network of that size",
         .choices = {"iteration", "small", "medium", "large"}},
        {.name = "repeats", .fallback = std::int64_t{20}, .doc = "on every image", .min = 1, .max = 1e6},
        {.name = "threads",
         .fallback = std::int64_t{1},
         .doc = "of the network's library; an iteration has one",
         .min = 1,
         .max = 256}};
    return harness::joined(harness::joined(image_params(), problem_params()),
                           harness::joined(dictionary_params(), own));
}

}  // namespace

void register_cost() {
    harness::register_experiment(
        {.name = "warp.cost",
         .doc = "Multiply-adds and time of an iteration of LCA and of a pass of WARP-CNN",
         .params = params(),
         .metrics = {{"done", "", "iterations, or passes, times images behind the solver time"},
                     {"multiply_adds", "", "of one of them on one image; of an iteration those of Phi^T r"},
                     {"parameters", "", "of the network"}},
         .body = harness::on_device_in_float([]<class Device>(harness::Run& run) { measure<Device>(run); }),
         .data = image_data,
         .check = check_problem});
}

}  // namespace assay::warp
