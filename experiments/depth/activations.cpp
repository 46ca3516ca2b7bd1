#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/deep/activated_chain.hpp"
#include "solvers/error.hpp"

/// Other activations in place of ReLU (Theorem 9).
namespace assay::depth {

namespace {

using namespace assay::solvers;

ActivatedThreshold threshold_of(const harness::Run& run) {
    static const std::map<std::string, ActivationKind> kinds = {{"relu", ActivationKind::relu},
                                                                {"leaky", ActivationKind::leaky_relu},
                                                                {"leaky-exact", ActivationKind::leaky_relu},
                                                                {"swish", ActivationKind::swish},
                                                                {"mish", ActivationKind::mish},
                                                                {"gelu", ActivationKind::gelu},
                                                                {"elu", ActivationKind::elu}};
    const std::string& name = run.text("activation");
    return {.kind = kinds.at(name),
            .slope = name == "elu" ? 1.0 : run.real("slope"),
            .scale = run.real("scale"),
            .exact_leaky = name == "leaky-exact"};
}

void activate_all(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const std::size_t iterations = run.count("iterations");
    run.axis("iteration", harness::counted(1, iterations), "", "K");
    const Batch batch = SampleSource(instance, run.seed()).batch(run.count("codes"));
    std::vector<double> thresholds =
        certify(code_bounds(instance, rounding_noise<double>), iterations).thresholds;
    for (double& theta : thresholds) theta = std::max(theta, run.real("floor") / run.real("scale"));
    double largest_error = 0.0, final_error = 0.0;
    // An error that large is as good as infinity, and a run that goes on would only overflow.
    constexpr double hopeless = 1e12;
    try {
        run_chain(LayerChain(instance), matched_factors(instance), thresholds, threshold_of(run), batch.Y,
                  [&](std::size_t k, const Array<Cpu, double>& X) {
                      const double mean = batch.mean_error(X);
                      largest_error = std::max(largest_error, mean);
                      final_error = mean;
                      run.record_at("error", {k - 1}, mean);
                      run.progress(static_cast<double>(k) / static_cast<double>(iterations), "iterations");
                      if (mean > hopeless)
                          throw Diverged("the error", Diverged::grew, k, "activated chain", "");
                  });
    } catch (const Diverged&) {  // a finding that this experiment is there to make
    }
    run.record("largest_error", largest_error);
    run.record("final_error", final_error);
}

std::vector<harness::ParamSpec> params() {
    return harness::joined(
        instance_params("I"),
        {codes_param(),
         iterations_param(60),
         {.name = "activation",
          .fallback = std::string("relu"),
          .doc = "rho in T(x) = rho(x - theta) - rho(-x - theta); leaky-exact: in the form that is ReLU's",
          .choices = {"relu", "leaky", "leaky-exact", "swish", "mish", "gelu", "elu"}},
         {"slope", 0.01, "of the leaky ReLU", 0.0, 0.999},
         {"scale", 1.0, "c: rho(c x) / c stands for rho", 1e-3, 1e9},
         {"floor", 0.0, "smallest threshold, times c", 0.0, 1e6}});
}

}  // namespace

void register_activations() {
    harness::register_experiment(
        {.name = "depth.activations",
         .doc = "LISTA-CP whose threshold consists of other activations than ReLU",
         .params = params(),
         .metrics = {{"error", "", "mean over the codes of ||x^K - x_J||_2", {"iteration"}},
                     {"final_error", "", "at the last K, or where it passed 1e12"},
                     {"largest_error", "", "at any K"}},
         .body = activate_all,
         .on_cuda = false});
}

}  // namespace assay::depth
