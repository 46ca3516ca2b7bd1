#include <armadillo>
#include <cmath>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/deep/coherence.hpp"

/// How many non-zeros practice allows, coherence grants, and restricted isometry would grant.
namespace assay::depth {

namespace {

using namespace assay::solvers;

const std::vector<double> sparsities = {1, 2, 4, 8, 16, 32, 48, 64};

/// max(lambda_max - 1, 1 - lambda_min) over sampled supports of `size` atoms scaled to unit length: it bounds
/// delta_size from below.
double sampled_isometry(const ShiftGram& G, std::size_t size, std::size_t supports, std::uint64_t seed) {
    const CodeLaw law{.nonzeros = size};
    const std::size_t p = G.length();
    double delta = 0.0;
    for (std::size_t i = 0; i < supports; ++i) {
        const std::vector<std::size_t> support =
            support_of(host::sparse_codes<double>(law, G.size(), i, 1, seed + 1));
        const Array<Cpu, double> part = on_support(G, support);
        arma::mat S(size, size);
        for (std::size_t c = 0; c < size; ++c)
            for (std::size_t r = 0; r < size; ++r)
                S(r, c) = part(r, c) / std::sqrt(G.diagonal(support[r] / p) * G.diagonal(support[c] / p));
        const arma::vec eigenvalues = arma::eig_sym(0.5 * (S + S.t()));
        delta = std::max({delta, eigenvalues.max() - 1.0, 1.0 - eigenvalues.min()});
    }
    return delta;
}

void measure(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const std::size_t codes = run.count("codes"), iterations = run.count("iterations");
    run.axis("nonzeros", sparsities, "", "s, of x_J");
    const CoupledGram M = CoupledGram::matched(instance.effective_gram);
    for (std::size_t k = 0; k < sparsities.size(); ++k) {
        const auto s = static_cast<std::size_t>(sparsities[k]);
        double found = 0.0;
        for (std::size_t i = 0; i < codes; ++i) {
            const std::vector<double> truth =
                host::sparse_codes<double>(code_law(s), M.size(), i, 1, run.seed());
            std::vector<double> b(M.size());
            for (std::size_t j = 0; j < b.size(); ++j)
                if (truth[j] != 0.0) M.add_column(truth[j], j, b);
            double error = 0.0;
            try {
                const auto x = lista_cp(
                    M, b, iterations, geometric_rule(largest(b), run.real("ratio"), rounding_noise<double>),
                    [&](std::size_t step, std::span<const double> code) {
                        error = code_error(code, truth).l2;
                        if (error > 1e3) throw Diverged("the error", Diverged::grew, step, "LISTA-CP", "");
                    });
            } catch (const Diverged&) {  // not recovered, which the error says
            }
            found += error < 0.01 * std::sqrt(sparsities[k]) ? 1.0 / static_cast<double>(codes) : 0.0;
        }
        run.record_at("recovered", {k}, found);
        run.record_at("coherence_condition", {k}, contraction(s, instance.weighted_coherence));
        run.record_at("isometry", {k}, sampled_isometry(instance.effective_gram, 3 * s, 32, run.seed()));
        run.progress(static_cast<double>(k + 1) / static_cast<double>(sparsities.size()), "sparsities");
    }
}

}  // namespace

void register_beyond_coherence() {
    harness::register_experiment(
        {.name = "depth.beyond_coherence",
         .doc = "Recovery beyond the coherence condition, and restricted isometry from below",
         .params = harness::joined(instance_params("edge"),
                                   {codes_param(),
                                    iterations_param(100),
                                    {"ratio", 0.9, "thresholds fall by it an iteration", 1e-3, 1.0 - 1e-9}}),
         .metrics = {{"recovered", "", "share of codes with an error below 0.01 sqrt(s)", {"nonzeros"}},
                     {"coherence_condition", "", "(2 s - 1) mu~, granted below 1", {"nonzeros"}},
                     {"isometry", "", "delta_3s from below, by 32 sampled supports", {"nonzeros"}}},
         .body = measure,
         .on_cuda = false});
}

}  // namespace assay::depth
