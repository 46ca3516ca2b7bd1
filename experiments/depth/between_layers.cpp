#include <algorithm>
#include <cmath>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"

/// Where the model errs matters: noise in y against a deviation of x_1 from D_2 x_2.
namespace assay::depth {

namespace {

using namespace assay::solvers;

/// One sample whose x_1 has a spike of size delta beside D_2 x_2.
class Deviated {
  public:
    Deviated(const DeepCoder& coder, const SampleSource& source, const Sample& sample, double delta)
        : coder_(coder),
          instance_(coder.instance()),
          sample_(sample),
          x1_(sample.codes[0]),
          spike_(x1_.size()) {
        std::size_t place = 0;  // the first free one: atoms of a layer are alike but for shifts and names
        while (x1_[place] != 0.0) ++place;
        spike_[place] = delta;
        x1_[place] = delta;
        spike_first_ = source.correlations(spike_);
    }

    /// D_1^T of the observation with noise sigma.
    std::vector<double> first(double sigma) const {
        std::vector<double> b = sample_.first(sigma);
        for (std::size_t i = 0; i < b.size(); ++i) b[i] += spike_first_[i];
        return b;
    }

    /// ||x~_1 - x_1||_2 with x~_1 = D_2 x~_2.
    double deepest_first(double sigma, std::size_t iterations) const {
        std::vector<double> e = spike_first_;
        for (std::size_t i = 0; i < e.size(); ++i) e[i] += sigma * sample_.noise[i];
        const double nu = largest(coder_.effective_correlations(e)) + rounding_noise<double>;
        const CodeBounds bounds{instance_.sparsity.back(), instance_.weighted_coherence, 0.0, nu};
        const auto x = coder_.deepest_first(first(sigma), iterations, oracle_rule(bounds, sample_.deepest()));
        return code_error(codes_of_all_layers(instance_, x)[0], x1_).l2;
    }

    double layer_by_layer(double sigma, std::size_t iterations) const {
        const double nu = sigma * largest(sample_.noise) + rounding_noise<double>;
        const CodeBounds bounds{instance_.sparsity[0] + 1, instance_.coherence[0], 0.0, nu};
        const CoupledGram M = CoupledGram::matched(instance_.grams[0]);
        const auto x = lista_cp(M, first(sigma), iterations, oracle_rule(bounds, x1_));
        return code_error(x, x1_).l2;
    }

  private:
    const DeepCoder& coder_;
    const DeepInstance& instance_;
    const Sample& sample_;
    std::vector<double> x1_, spike_, spike_first_;
};

void measure(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const std::size_t iterations = run.count("iterations"), codes = run.count("codes");
    const std::vector<double> sigmas = {1e-5, 1e-4, 1e-3, 1e-2}, deltas = {1e-4, 1e-3, 1e-2, 1e-1};
    run.axis("sigma", sigmas, "", "standard deviation of each entry of the noise in y");
    run.axis("delta", deltas, "", "size of the spike in x_1 beside D_2 x_2");
    const DeepCoder coder(instance);
    const SampleSource source(instance, run.seed());
    std::vector<double> deepest(sigmas.size() * deltas.size()), layerwise = deepest;
    for (std::size_t i = 0; i < codes; ++i) {
        const Sample sample = source.draw(i, true);
        for (std::size_t d = 0; d < deltas.size(); ++d) {
            const Deviated deviated(coder, source, sample, deltas[d]);
            for (std::size_t s = 0; s < sigmas.size(); ++s) {
                const std::size_t cell = s * deltas.size() + d;
                deepest[cell] += deviated.deepest_first(sigmas[s], iterations) / static_cast<double>(codes);
                layerwise[cell] +=
                    deviated.layer_by_layer(sigmas[s], iterations) / static_cast<double>(codes);
            }
        }
        run.progress(static_cast<double>(i + 1) / static_cast<double>(codes), "codes");
    }
    run.record("deepest_error", deepest);
    run.record("layerwise_error", layerwise);
}

}  // namespace

void register_between_layers() {
    harness::register_experiment(
        {.name = "depth.between_layers",
         .doc = "Errors of x_1 under noise in y and a deviation between the layers",
         .params = harness::joined(instance_params("I"), {codes_param(), iterations_param(100)}),
         .metrics = {{"deepest_error", "", "mean of ||x~_1 - x_1||_2, deepest first", {"sigma", "delta"}},
                     {"layerwise_error", "", "the same, layer by layer", {"sigma", "delta"}}},
         .body = measure,
         .on_cuda = false});
}

}  // namespace assay::depth
