#include "solvers/deep/guarantees.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/deep/coherence.hpp"
#include "solvers/device/primitives.hpp"

/// Theorems 1 to 3 on dictionaries small enough to try every support.
namespace assay::depth {

namespace {

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

Matrix code(std::size_t atoms, std::size_t nonzeros, std::size_t i, std::uint64_t seed) {
    return sparse_codes<Cpu, double>(code_law(nonzeros), atoms, i, 1, seed);
}

std::vector<double> sample_of(const Matrix& D, const Matrix& x) {
    Matrix y(D.rows(), 1);
    gemm(Op::none, Op::none, 1.0, D, x, 0.0, y);
    return y.to_host();
}

/// Theorem 1 in every layer, at its lambda_j.
void uniqueness(harness::Run& run, const DeepInstance& instance) {
    double rivals = 0.0, closest = 1.0, supports = 0.0;
    const SampleSource source(instance, run.seed());
    for (std::size_t i = 0; i < run.count("codes"); ++i) {
        const Sample sample = source.draw(i, false);
        for (std::size_t j = 0; j < instance.depth(); ++j) {
            const Rivals found =
                find_rivals(dense(instance.layers[j]), sample.codes[j], instance.sparsity[j]);
            rivals += static_cast<double>(found.count);
            supports += static_cast<double>(found.supports);
            closest = std::min(closest, found.closest);
        }
    }
    run.record("rivals", rivals);
    run.record("supports_tried", supports);
    run.record("closest_rival", closest);
}

/// Unit vectors beside the columns of a Hadamard matrix of order n: mu = n^(-1/2), and Dirac's comb has two
/// codes of sqrt(n) non-zeros.
Matrix spikes_and_signs(std::size_t n) {
    Matrix D(n, 2 * n);
    for (std::size_t i = 0; i < n; ++i) {
        D(i, i) = 1.0;
        for (std::size_t j = 0; j < n; ++j) {
            std::size_t bits = i & j, odd = 0;
            for (; bits != 0; bits &= bits - 1) odd ^= 1;
            D(i, n + j) = (odd == 0 ? 1.0 : -1.0) / std::sqrt(static_cast<double>(n));
        }
    }
    return D;
}

/// The bound's other side: on the comb of order 16, four spikes are four signs.
void comb(harness::Run& run) {
    const Matrix D = spikes_and_signs(16);
    std::vector<double> x(32);
    for (const std::size_t i : {0, 1, 2, 3}) x[i] = 1.0;
    run.record("comb_rivals", static_cast<double>(find_rivals(D, x, 4).count));
    double below = 0.0;
    for (std::size_t i = 0; i < run.count("codes"); ++i) {
        const std::vector<double> two = code(32, 2, i, run.seed()).to_host();
        below += static_cast<double>(find_rivals(D, two, 2).count);
    }
    run.record("comb_rivals_below", below);
}

/// Theorem 2: least l1 norm against fewest non-zeros, for growing lambda.
void equivalence(harness::Run& run, const Matrix& D, std::size_t granted) {
    const std::size_t codes = run.count("codes"), most = run.count("most_nonzeros");
    run.axis("nonzeros", harness::counted(1, most), "", "of the codes");
    double within = 1.0;
    for (std::size_t s = 1; s <= most; ++s) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < codes; ++i) {
            const Matrix x = code(D.cols(), s, i, run.seed());
            const std::vector<double> z = basis_pursuit(D, sample_of(D, x));
            double difference = 0.0;
            for (std::size_t k = 0; k < z.size(); ++k)
                difference = std::max(difference, std::abs(z[k] - x(k, 0)));
            found += difference < 1e-6 ? 1 : 0;
        }
        const double share = static_cast<double>(found) / static_cast<double>(codes);
        run.record_at("l1_share", {s - 1}, share);
        if (s <= granted) within = std::min(within, share);
        run.progress(static_cast<double>(s) / static_cast<double>(most), "basis pursuit");
    }
    run.record("l1_share_within", within);
}

/// Theorem 3: two codes of lambda non-zeros that explain a sample to eps each differ by at most
/// 2 eps / sqrt(1 - (2 lambda - 1) mu). The exact constant is that of the worst support of 2 lambda atoms.
void stability(harness::Run& run, const Matrix& D, std::size_t lambda, double mu) {
    const double granted = 1.0 - (2.0 * static_cast<double>(lambda) - 1.0) * mu;
    const double exact = smallest_support_eigenvalue(D, 2 * lambda);
    run.record("stability_constant", 2.0 / std::sqrt(granted));
    run.record("worst_stability", 2.0 / std::sqrt(exact));
}

void decide(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const Matrix D = dense(instance.layers[0]);
    run.record("granted_nonzeros", static_cast<double>(largest_sparsity(instance.coherence[0])));
    uniqueness(run, instance);
    comb(run);
    run.progress(0.3, "uniqueness");
    equivalence(run, D, largest_sparsity(instance.coherence[0]));
    stability(run, D, instance.sparsity[0], instance.coherence[0]);
}

std::vector<harness::MetricSpec> metrics() {
    return {{"granted_nonzeros", "", "largest lambda < (1 + 1/mu(D_1)) / 2"},
            {"rivals", "", "codes of lambda_j non-zeros, other than x_j, that give x_{j-1}, over all layers"},
            {"supports_tried", "", "to find them"},
            {"closest_rival", "", "min ||x_{j-1} - D_j x'|| / ||x_{j-1}|| over supports without that of x_j"},
            {"comb_rivals", "", "of four spikes by 16 unit vectors and 16 Walsh functions: lambda = 4 > 2.5"},
            {"comb_rivals_below", "", "of codes with two non-zeros there"},
            {"l1_share", "", "share of codes of D_1 that have the least l1 norm", {"nonzeros"}},
            {"l1_share_within", "", "the least of these for granted numbers of non-zeros"},
            {"stability_constant", "", "2 / sqrt(1 - (2 lambda_1 - 1) mu(D_1))"},
            {"worst_stability", "", "the same with the smallest eigenvalue over all supports of 2 lambda_1"}};
}

}  // namespace

void register_guarantees() {
    harness::register_experiment(
        {.name = "depth.guarantees",
         .doc = "Uniqueness, equivalence of l0 and l1, and stability, by trying every support",
         .params = harness::joined(instance_params("tiny"), {codes_param(),
                                                             {.name = "most_nonzeros",
                                                              .fallback = std::int64_t{14},
                                                              .doc = "of the codes for basis pursuit",
                                                              .min = 1,
                                                              .max = 26}}),
         .metrics = metrics(),
         .body = decide,
         .on_cuda = false,
         .check = [](const harness::Params& params) -> std::vector<std::string> {
             if (std::get<std::string>(params.at("instance")) == "tiny") return {};
             return {"only the instance \"tiny\" is small enough to try every support"};
         }});
}

}  // namespace assay::depth
