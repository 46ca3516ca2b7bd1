#include <algorithm>
#include <cmath>

#include "experiments/pudle/common.hpp"
#include "experiments/pudle/theorems.hpp"
#include "experiments/pudle/theorems_oracle.hpp"
#include "solvers/dictionary/measures.hpp"
#include "solvers/sparse/ista.hpp"

namespace assay::pudle {

using namespace solvers;
using harness::Run;
using Matrix = Array<Cpu, double>;

namespace {

/// D (Z) - X in the code's coordinates: G Z - B.
Matrix code_gradients(const Matrix& G, const Matrix& B, const Matrix& Z) {
    Matrix result = B.copy();
    gemm(Op::none, Op::none, 1.0, G, Z, -1.0, result);
    return result;
}

double largest(const std::vector<double>& values) {
    return *std::max_element(values.begin(), values.end());
}

double share(std::size_t part, std::size_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
}

void record_incoherence(Run& run, const Matrix& D, const Matrix& truth) {
    const double delta = largest(column_distances(D, truth));
    run.record("incoherence", coherence(D));
    run.record("incoherence_bound", coherence(truth) + 2 * delta + delta * delta);
}

/// Pairs of neighbouring codes: the gradient of the smooth part is G z - B.
void record_lipschitz(Run& run, const Matrix& D, const Matrix& codes) {
    const std::size_t half = codes.cols() / 2;
    Matrix difference = codes.columns(0, half);
    axpy(-1.0, codes.columns(half, half), difference);
    const Matrix image = code_gradients(gram(D), Matrix(D.cols(), half), difference);
    const std::vector<double> top = column_distances(image, Matrix(image.rows(), half));
    const std::vector<double> bottom = column_distances(difference, Matrix(image.rows(), half));
    const double sigma = spectral_norm(D);
    double ratio = 0;
    for (std::size_t i = 0; i < half; ++i) {
        if (bottom[i] > 0) ratio = std::max(ratio, top[i] / (sigma * sigma * bottom[i]));
    }
    run.record("lipschitz_ratio", ratio);
}

/// Layers after which Proposition 4.1's finite B is called found; the encoder goes on well beyond.
constexpr std::size_t settled_layer = 1000;

std::vector<double> last_changes(const Encoder& encoder, const Matrix& D, const Matrix& X) {
    constexpr std::size_t block = 64;  // keeps the supports of thousands of layers within memory
    const Matrix G = gram(D);
    std::vector<double> changes;
    for (std::size_t first = 0; first < X.cols(); first += block) {
        const Matrix B = correlations(D, X.columns(first, std::min(block, X.cols() - first)));
        for (const std::size_t t : encode_traced(encoder, G, B).last_support_change()) {
            changes.push_back(static_cast<double>(t));
        }
    }
    return changes;
}

}  // namespace

void check_fixed_point(Run& run) {
    const Encoder encoder = encoder_of(run);
    const auto set = draw_set<Cpu, double>(run, run.count("samples"));
    record_incoherence(run, set.start, set.truth);
    record_lipschitz(run, set.start, set.codes);

    const Matrix G = gram(set.start), B = correlations(set.start, set.samples);
    const Matrix z_hat = encode(encoder, G, B);
    Matrix next = z_hat.copy();
    axpy(-encoder.alpha, code_gradients(G, B, z_hat), next);
    shrink_all(Shrinkage::soft, encoder.alpha * encoder.lambda, next);
    run.record("fixed_point_residual", largest(column_distances(next, z_hat)));
    run.record("kkt_residual",
               largest(lasso_kkt_residual(encoder.lambda, Shrinkage::soft, set.start, set.samples, z_hat)));
    run.progress(0.4, "fixed point");

    std::vector<double> changes = last_changes(encoder, set.start, set.samples);
    const auto settled = std::count_if(changes.begin(), changes.end(),
                                       [](double t) { return t <= static_cast<double>(settled_layer); });
    run.record("identified_fraction", share(static_cast<std::size_t>(settled), changes.size()));
    std::nth_element(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(changes.size() / 2),
                     changes.end());
    run.record("identification_median", changes[changes.size() / 2]);
}

void check_one_step(Run& run) {
    const auto set = draw_set<Cpu, double>(run, run.count("samples"));
    const Matrix B = correlations(set.start, set.samples);
    const std::vector<double> thresholds = {0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    run.axis("threshold", thresholds, "", "b of the hard threshold");
    for (std::size_t k = 0; k < thresholds.size(); ++k) {
        Matrix Z = B.copy();
        shrink_all(Shrinkage::hard, thresholds[k], Z);
        std::size_t found = 0;
        for (std::size_t i = 0; i < Z.cols(); ++i) found += same_signs(Z, set.codes, i) ? 1 : 0;
        run.record_at("recovery", {k}, share(found, Z.cols()));
    }
}

void check_preservation(Run& run) {
    const Encoder encoder = encoder_of(run);
    const auto set = draw_set<Cpu, double>(run, run.count("samples"));
    const Truth truth{set.truth, set.codes, set.samples};
    const OracleCodes bound = oracle_encode(encoder, LambdaRule::lower_bound, set.start, truth);
    run.record("kept_premise", bound.started);
    run.record("kept_oracle", bound.kept);
    run.progress(0.2, "lower bound");
    run.record("kept_half", oracle_encode(encoder, LambdaRule::half_bound, set.start, truth).kept);
    run.record("kept_large", oracle_encode(encoder, LambdaRule::large, set.start, truth).kept);
}

void check_orthogonal_rate(Run& run) {
    const Encoder encoder = encoder_of(run);
    const Matrix D = orthogonal_dictionary<Cpu, double>(run.count("m"), run.seed());
    const auto set = run.off_clock(
        [&] { return draw_samples(D, code_law(run), 0.0, 0, run.count("samples"), run.seed()); });
    const Matrix B = correlations(D, set.samples);
    Matrix z_hat = B.copy();
    shrink_all(Shrinkage::soft, encoder.lambda, z_hat);
    const auto trace = encode_traced(encoder, gram(D), B);
    std::vector<double> before = column_distances(trace.codes(0), z_hat);
    double deviation = 0;
    for (std::size_t t = 1; t <= encoder.layers; ++t) {
        const std::vector<double> now = column_distances(trace.codes(t), z_hat);
        for (std::size_t i = 0; i < now.size(); ++i) {
            deviation = std::max(deviation, std::abs(now[i] / ((1 - encoder.alpha) * before[i]) - 1));
        }
        before = now;
    }
    run.record("rate_deviation", deviation);
}

}  // namespace assay::pudle
