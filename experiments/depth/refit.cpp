#include <cmath>
#include <string>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/device/primitives.hpp"

/// Layer-by-layer recovery with each layer's code fitted again on its support, which takes the thresholds'
/// bias out of what the next layer reads.
namespace assay::depth {

namespace {

using namespace assay::solvers;

/// The least-squares code on the support of `code`: G_SS x_S = b_S for b = D^T input. A support whose atoms
/// depend on one another is left as it is.
void fit_on_support(const ShiftGram& G, std::span<const double> b, std::vector<double>& code) {
    const std::vector<std::size_t> support = support_of(code);
    if (support.empty()) return;
    Array<Cpu, double> right(support.size(), 1);
    for (std::size_t r = 0; r < support.size(); ++r) right(r, 0) = b[support[r]];
    try {
        const Array<Cpu, double> x = solve_spd(on_support(G, support), right);
        for (std::size_t r = 0; r < support.size(); ++r) code[support[r]] = x(r, 0);
    } catch (const Error&) {
    }
}

class Refits {
  public:
    explicit Refits(harness::Run& run)
        : run_(run), instance_(instance_of(run)), coder_(instance_), source_(instance_, run.seed()) {}

    void measure() {
        const std::vector<double> sigmas = {1e-4, 1e-3, 5e-3, 1e-2};
        run_.axis("sigma", sigmas, "", "standard deviation of each entry of the noise in y");
        const std::size_t codes = run_.count("codes");
        std::vector<double> sums[4];
        for (auto& sum : sums) sum.assign(sigmas.size(), 0.0);
        for (std::size_t i = 0; i < codes; ++i) {
            const Sample sample = run_.off_clock([&] { return source_.draw(i, true); });
            for (std::size_t s = 0; s < sigmas.size(); ++s) {
                const std::vector<double> first = sample.first(sigmas[s]);
                std::vector<double> found[4];
                found[0] = deepest_first(first, sigmas[s]);
                found[1] = found[0];
                fit_effective(first, found[1]);
                found[2] = layer_by_layer(first, sigmas[s], false);
                found[3] = layer_by_layer(first, sigmas[s], true);
                for (std::size_t k = 0; k < 4; ++k)
                    sums[k][s] += code_error(found[k], sample.deepest()).l2 / static_cast<double>(codes);
            }
            run_.progress(static_cast<double>(i + 1) / static_cast<double>(codes), "codes");
        }
        const char* names[] = {"deepest", "deepest_refit", "layerwise", "layerwise_refit"};
        for (std::size_t k = 0; k < 4; ++k) run_.record(names[k], sums[k]);
    }

  private:
    std::vector<double> deepest_first(const std::vector<double>& first, double sigma) const {
        const std::size_t atoms = instance_.layers.back().cols();
        const auto rule = geometric_rule(1.0, run_.real("ratio"), gaussian_level(atoms, sigma));
        return coder_.deepest_first(first, run_.count("iterations"), rule);
    }

    void fit_effective(const std::vector<double>& first, std::vector<double>& code) const {
        std::vector<double> b = first;
        for (std::size_t j = 1; j < instance_.depth(); ++j) b = instance_.layers[j].transposed_times(b);
        fit_on_support(instance_.effective_gram, b, code);
    }

    /// What layer j has to reckon with. A refit code errs by noise alone, of covariance sigma^2 G_SS^-1 at
    /// most sigma^2 / (1 - (lambda - 1) mu); a code that is not refit is off by its threshold too, in every
    /// tap.
    double level_of_layer(std::size_t j, double sigma, bool refit) const {
        double deviation = sigma, bias = 0.0;
        for (std::size_t k = 0; k < j; ++k) {
            const double own = gaussian_level(instance_.layers[k].cols(), deviation) + bias;
            const double lambda = static_cast<double>(instance_.sparsity[k]);
            deviation /= std::sqrt(1.0 - (lambda - 1.0) * instance_.coherence[k]);
            const double taps = static_cast<double>(instance_.shape.deeper[k].taps);
            if (!refit) bias = 2.0 * own * std::sqrt(taps);
        }
        return gaussian_level(instance_.layers[j].cols(), deviation) + bias;
    }

    std::vector<double> layer_by_layer(const std::vector<double>& first, double sigma, bool refit) const {
        const std::vector<std::size_t> iterations(instance_.depth(), run_.count("iterations"));
        std::vector<double> b = first;  // D_j^T of what layer j reads
        const LayerRule rule = [&](std::size_t j, std::span<const double> input) {
            if (j > 0) b = instance_.layers[j].transposed_times(input);
            return geometric_rule(2.0, run_.real("ratio"), level_of_layer(j, sigma, refit));
        };
        DeepCoder::Mend mend;
        if (refit)
            mend = [&](std::size_t j, std::vector<double>& code) {
                fit_on_support(instance_.grams[j], b, code);
            };
        return coder_.layer_by_layer(first, iterations, rule, mend).back();
    }

    harness::Run& run_;
    DeepInstance instance_;
    DeepCoder coder_;
    SampleSource source_;
};

/// `level_of_layer` needs layers whose codes are sparse enough for their coherence.
std::vector<std::string> check(const harness::Params& params) {
    if (std::get<std::string>(params.at("instance")) != "III") return {};
    return {"layer by layer has no noise level on instance III, whose first two layers are too dense"};
}

}  // namespace

void register_refit() {
    harness::register_experiment(
        {.name = "depth.refit",
         .doc = "Codes fitted again on their supports, deepest first and layer by layer",
         .params = harness::joined(
             instance_params("I"),
             {codes_param(),
              iterations_param(100),
              {"ratio", 0.8, "thresholds fall by it an iteration, to the noise level", 1e-3, 1.0 - 1e-9}}),
         .metrics =
             {{"deepest", "", "mean of ||x~_J - x_J||_2, deepest first", {"sigma"}},
              {"deepest_refit", "", "the same, fitted again on its support", {"sigma"}},
              {"layerwise", "", "layer by layer", {"sigma"}},
              {"layerwise_refit", "", "layer by layer, each code fitted again on its support", {"sigma"}}},
         .body = [](harness::Run& run) { Refits(run).measure(); },
         .on_cuda = false,
         .check = check});
}

}  // namespace assay::depth
