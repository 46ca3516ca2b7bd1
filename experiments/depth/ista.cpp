#include <algorithm>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/deep/activated_chain.hpp"

/// ISTA on the lasso of D_[J] beside LISTA-CP: what the weights and thresholds are good for.
namespace assay::depth {

namespace {

using namespace assay::solvers;

void compare(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const std::size_t iterations = run.count("iterations"), codes = run.count("codes");
    run.axis("iteration", harness::counted(0, iterations), "", "K");
    Array<Cpu, double> Y(instance.layers[0].rows(), codes);
    std::vector<std::vector<double>> truths;
    std::vector<double> error(iterations + 1), lista_error(iterations + 1);
    const Certificate certificate =
        certify({instance.sparsity.back(), instance.weighted_coherence,
                 static_cast<double>(instance.shape.sparsity), rounding_noise<double>},
                iterations);
    const DeepCoder<double> coder(instance);
    run.off_clock([&] {
        const SampleSource source(instance, run.seed());
        for (std::size_t i = 0; i < codes; ++i) {
            const Sample sample = source.draw(i, false);
            const std::vector<double> y = instance.layers[0].times(sample.codes[0]);
            std::copy(y.begin(), y.end(), Y.data() + i * Y.rows());
            truths.push_back(sample.deepest());
            const std::vector<double> zero(truths.back().size());
            error[0] += code_error<double>(zero, truths.back()).l2 / static_cast<double>(codes);
            coder.deepest_first(sample.clean, iterations, certified_rule<double>(certificate),
                                [&](std::size_t k, std::span<const double> x) {
                                    lista_error[k] +=
                                        code_error(x, sample.deepest()).l2 / static_cast<double>(codes);
                                });
        }
        lista_error[0] = error[0];
        return 0;
    });
    const LayerChain chain(instance);
    // Power iterations end below the norm; 1 % more keeps the step admissible.
    const double step = 1.0 / (1.01 * squared_spectral_norm(chain));
    run.record("squared_norm", 1.0 / step);
    const std::vector<double> weights(instance.layers.back().channels(), step);
    const std::vector<double> thresholds(iterations, run.real("lambda") * step);
    run_chain(chain, weights, thresholds, {}, Y, [&](std::size_t k, const Array<Cpu, double>& X) {
        const auto paused = run.pause_clock();
        for (std::size_t i = 0; i < codes; ++i)
            error[k] += code_error<double>(X.column(i), truths[i]).l2 / static_cast<double>(codes);
        run.progress(static_cast<double>(k) / static_cast<double>(iterations), "iterations");
    });
    run.record("error", error);
    run.record("lista_error", lista_error);
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
