#include <cmath>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/deep/coherence.hpp"
#include "solvers/deep/weights.hpp"

/// The coherence of an instance and of its product, with several weights.
namespace assay::depth {

namespace {

using namespace assay::solvers;

double coherence_of(const CircularDictionary& W, const CircularDictionary& D) {
    return weighted_coherence(gram(W, D));
}

void measure(harness::Run& run) {
    const DeepInstance instance = any_instance_of(run);
    const std::size_t J = instance.depth();
    run.axis("layer", harness::counted(1, J), "", "j");
    double deviation = 0.0;
    for (std::size_t j = 0; j < J; ++j) {
        const double expected = j == 0 ? 1.0 / std::sqrt(static_cast<double>(instance.shape.length))
                                       : 1.0 / static_cast<double>(instance.shape.deeper[j - 1].taps);
        deviation = std::max(deviation, std::abs(instance.coherence[j] - expected));
        run.record_at("atoms", {j}, static_cast<double>(instance.layers[j].cols()));
        run.record_at("sparsity", {j}, static_cast<double>(instance.sparsity[j]));
        run.record_at("coherence", {j}, instance.coherence[j]);
        run.record_at("layer_contraction", {j}, instance.layer_contraction(j));
    }
    run.record("coherence_deviation", deviation);
    run.record("effective_coherence", instance.effective_coherence);
    run.record("weighted_coherence", instance.weighted_coherence);
    run.record("contraction", instance.contraction());
    run.record("rate", -std::log(instance.contraction()));
    run.record("certified", instance.certified() ? 1.0 : 0.0);
    run.record("layerwise_certified", instance.layerwise_certified() ? 1.0 : 0.0);
    if (!run.flag("weights")) return;
    const CircularDictionary D = effective_dictionary(instance);
    run.record("analytic_coherence", coherence_of(frobenius_weights(D), D));
    if (run.flag("minimax")) run.record("minimax_coherence", coherence_of(minimax_weights(D), D));
}

std::vector<std::string> check(const harness::Params& params) {
    if (!std::get<bool>(params.at("minimax"))) return {};
    if (!std::get<bool>(params.at("weights"))) return {"minimax = true needs weights = true"};
    if (std::get<std::string>(params.at("instance")) == "tiny") return {};
    return {
        "minimax = true needs instance = \"tiny\": the linear programs of the others have millions of "
        "coefficients"};
}

std::vector<harness::MetricSpec> metrics() {
    return {{"atoms", "", "d_j", {"layer"}},
            {"sparsity", "", "lambda_j", {"layer"}},
            {"coherence", "", "mu(D_j)", {"layer"}},
            {"layer_contraction", "", "(2 lambda_j - 1) mu(D_j)", {"layer"}},
            {"coherence_deviation", "", "max over j of |mu(D_j) - p^(-1/2) or 1/t_j|"},
            {"effective_coherence", "", "mu(D_[J])"},
            {"weighted_coherence", "", "max |W_i^T d_j| of D_[J] with W_i = d_i / ||d_i||^2"},
            {"analytic_coherence", "", "the same with the analytic weights of least Frobenius norm"},
            {"minimax_coherence", "", "mu~(D_[J]), by linear programs"},
            {"contraction", "", "r = (2 lambda_J - 1) mu~ with W_i = d_i / ||d_i||^2"},
            {"rate", "", "c = -log r"},
            {"certified", "", "1 where r < 1"},
            {"layerwise_certified", "", "1 where (2 lambda_j - 1) mu(D_j) < 1 for every j"}};
}

}  // namespace

void register_instances() {
    harness::register_experiment(
        {.name = "depth.instances",
         .doc = "Mutual and generalised coherence of the instances",
         .params = harness::joined(
             instance_params("S"),
             {{.name = "weights", .fallback = false, .doc = "measure analytic weights"},
              {.name = "minimax", .fallback = false, .doc = "measure minimax weights too; tiny alone"}}),
         .metrics = metrics(),
         .body = measure,
         .on_cuda = false,
         .check = check});
}

}  // namespace assay::depth
