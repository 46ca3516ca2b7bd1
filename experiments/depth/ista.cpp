#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/deep/activated_chain.hpp"

/// ISTA on the lasso of D_[J] beside LISTA-CP: what the weights and thresholds are good for.
namespace assay::depth {

namespace {

using namespace assay::solvers;

/// Of LISTA-CP with certified thresholds after 1 .. K iterations, behind the error of the code 0.
std::vector<double> lista_errors(const DeepInstance& instance, const Batch& batch, double start,
                                 std::size_t iterations) {
    const Certificate certificate = certify(code_bounds(instance, rounding_noise<double>), iterations);
    const DeepCoder coder(instance);
    std::vector<double> error(iterations + 1);
    error[0] = start;
    for (const Sample& sample : batch.samples)
        coder.deepest_first(sample.clean, iterations, certified_rule(certificate),
                            [&](std::size_t k, std::span<const double> x) {
                                error[k] += code_error(x, sample.deepest()).l2 /
                                            static_cast<double>(batch.samples.size());
                            });
    return error;
}

void compare(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const std::size_t iterations = run.count("iterations");
    run.axis("iteration", harness::counted(0, iterations), "", "K");
    const Batch batch =
        run.off_clock([&] { return SampleSource(instance, run.seed()).batch(run.count("codes")); });
    std::vector<double> error(iterations + 1);
    error[0] = batch.mean_error(Array<Cpu, double>(instance.layers.back().cols(), batch.Y.cols()));
    run.record("lista_error",
               run.off_clock([&] { return lista_errors(instance, batch, error[0], iterations); }));
    const LayerChain chain(instance);
    // Power iterations end below the norm; 1 % more keeps the step admissible.
    const double step = 1.0 / (1.01 * squared_spectral_norm(chain));
    run.record("squared_norm", 1.0 / step);
    const std::vector<double> weights(instance.layers.back().channels(), step);
    const std::vector<double> thresholds(iterations, run.real("lambda") * step);
    run_chain(chain, weights, thresholds, {}, batch.Y, [&](std::size_t k, const Array<Cpu, double>& X) {
        const auto paused = run.pause_clock();
        error[k] = batch.mean_error(X);
        run.progress(static_cast<double>(k) / static_cast<double>(iterations), "iterations");
    });
    run.record("error", error);
}

}  // namespace

void register_ista() {
    harness::register_experiment(
        {.name = "depth.ista",
         .doc = "ISTA on y = D_[J] x_J without noise",
         .params = harness::joined(
             instance_params("I"),
             {codes_param(), iterations_param(80), {"lambda", 0.01, "weight of ||x||_1", 1e-9, 1e3}}),
         .metrics = {{"error", "", "mean over the codes of ||x^K - x_J||_2", {"iteration"}},
                     {"lista_error", "", "the same of LISTA-CP with certified thresholds", {"iteration"}},
                     {"squared_norm", "", "1 over the step: ||D_[J]||^2 and 1 %"}},
         .body = compare,
         .on_cuda = false});
}

}  // namespace assay::depth
