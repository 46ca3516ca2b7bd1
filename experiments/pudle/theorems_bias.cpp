#include <algorithm>
#include <cmath>

#include "experiments/pudle/common.hpp"
#include "experiments/pudle/theorems.hpp"
#include "experiments/pudle/theorems_oracle.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/measures.hpp"

namespace assay::pudle {

using namespace solvers;
using harness::Run;
using Matrix = Array<Cpu, double>;

namespace {

const std::vector<double> lambda_values = {0.05, 0.1, 0.2, 0.4};
const std::vector<double> tau_values = {0, 0.005, 0.01, 0.02, 0.04, 0.08};
/// nu of the encoders with decaying lambda: slower than the slow samples' contraction, so that supports can
/// follow.
constexpr double nu = 0.97;

/// lambda (D_S^T D_S)^-1 sign(z*_S) + z_hat_S - z*_S, its largest entry; S the support of z*.
double closed_form_error(double lambda, const Matrix& D, const Matrix& codes, const Matrix& z_hat,
                         std::size_t column) {
    std::vector<std::size_t> support;
    for (std::size_t j = 0; j < codes.rows(); ++j) {
        if (codes(j, column) != 0) support.push_back(j);
    }
    Matrix D_S(D.rows(), support.size()), signs(support.size(), 1);
    for (std::size_t k = 0; k < support.size(); ++k) {
        D_S.set_columns(k, D.columns(support[k], 1));
        signs(k, 0) = sign(codes(support[k], column));
    }
    const Matrix bias = solve_spd(gram(D_S), signs);
    double error = 0;
    for (std::size_t k = 0; k < support.size(); ++k) {
        const std::size_t j = support[k];
        error = std::max(error, std::abs(z_hat(j, column) - codes(j, column) + lambda * bias(k, 0)));
    }
    return error;
}

/// Theorem 4.5 at D = D*.
void record_amplitude_bias(Run& run, Encoder encoder, const SyntheticSet<Cpu, double>& set) {
    for (std::size_t k = 0; k < lambda_values.size(); ++k) {
        encoder.lambda = lambda_values[k];
        const Matrix z_hat = codes_at(encoder, set.truth, set.samples);
        run.record_at("amplitude_bias", {k}, mean_column_distance(z_hat, set.codes));
        double error = 0;
        std::size_t agreeing = 0;
        for (std::size_t i = 0; i < z_hat.cols(); ++i) {
            if (!same_signs(z_hat, set.codes, i)) continue;
            ++agreeing;
            error = std::max(error, closed_form_error(encoder.lambda, set.truth, set.codes, z_hat, i));
        }
        run.record_at("sign_agreement", {k},
                      static_cast<double>(agreeing) / static_cast<double>(z_hat.cols()));
        run.record_at("closed_form_error", {k}, error);
    }
}

/// Theorems 4.4 and 4.6: codes against the dictionary's distance, all perturbations along one direction.
void record_distances(Run& run, const Encoder& encoder, const SyntheticSet<Cpu, double>& set) {
    const Matrix at_truth = codes_at(encoder, set.truth, set.samples);
    Encoder decaying = encoder;
    decaying.decay = nu;
    for (std::size_t k = 0; k < tau_values.size(); ++k) {
        const Matrix D = perturbed_dictionary(set.truth, tau_values[k], run.seed());
        const Matrix z_hat = codes_at(encoder, D, set.samples);
        Matrix difference = D.copy();
        axpy(-1.0, set.truth, difference);
        run.record_at("dictionary_distance", {k}, spectral_norm(difference));
        run.record_at("code_distance", {k}, mean_column_distance(z_hat, set.codes));
        run.record_at("lasso_distance", {k}, mean_column_distance(z_hat, at_truth));
        run.record_at("decay_distance", {k},
                      mean_column_distance(codes_at(decaying, D, set.samples), set.codes));
        run.progress(0.5 + 0.5 * static_cast<double>(k) / static_cast<double>(tau_values.size()),
                     "distances");
    }
}

}  // namespace

void check_code_bias(Run& run) {
    const Encoder encoder = encoder_of(run);
    const auto set = draw_set<Cpu, double>(run, run.count("samples"));
    run.axis("lambda_value", lambda_values, "", "lambda");
    run.axis("tau_value", tau_values, "", "tau in D = normalise(D* + tau N)");
    record_amplitude_bias(run, encoder, set);
    run.progress(0.3, "amplitude bias");

    const std::vector<std::size_t> depths = {25, 50, 100, 200, 400};
    run.axis("depth", std::vector<double>(depths.begin(), depths.end()), "",
             "layers of the encoder with decaying lambda");
    for (std::size_t k = 0; k < depths.size(); ++k) {
        Encoder decaying = encoder;
        decaying.decay = nu;
        decaying.layers = depths[k];
        run.record_at("decay_error", {k},
                      mean_column_distance(codes_at(decaying, set.truth, set.samples), set.codes));
    }
    record_distances(run, encoder, set);
}

void check_gradient_bias(Run& run) {
    Encoder encoder = encoder_of(run);
    const auto set = draw_set<Cpu, double>(run, run.count("samples"));
    const Gradient kinds[] = {Gradient::dec, Gradient::ae_lasso, Gradient::ae_ls};
    const std::size_t depth[] = {encoder.layers};
    run.axis("lambda_value", lambda_values, "", "lambda");
    for (std::size_t k = 0; k < lambda_values.size(); ++k) {
        encoder.lambda = lambda_values[k];
        const auto gradients = gradients_at_depths(encoder, kinds, depth, set.truth, set.samples);
        run.record_at("bias_dec", {k}, norm(gradients[0][0]));
        run.record_at("bias_lasso", {k}, norm(gradients[1][0]));
        run.record_at("bias_ls", {k}, norm(gradients[2][0]));
        run.progress(static_cast<double>(k + 1) / static_cast<double>(lambda_values.size()), "lambda");
    }
}

namespace {

/// The step eta = p / (5 s): the curvature of the objective in one atom is about E[z_j^2] = 7 s / (3 p), so
/// that an update takes about half of the error.
double descent_step(const Run& run) {
    return 0.2 * static_cast<double>(run.count("p")) / static_cast<double>(run.count("nonzeros"));
}

/// Gradient descent D <- normalise(D - eta (D Z - X) Z^T / n) on fresh batches with the codes Z = encode(D,
/// batch). `record(update, relative error)`.
template <class Encode, class Record>
void descend(Run& run, Encode encode_batch, Record record) {
    const std::size_t updates = run.count("updates"), batch = run.count("samples");
    const Matrix truth = random_dictionary<Cpu, double>(run.count("m"), run.count("p"), run.seed());
    Matrix D = perturbed_dictionary(truth, run.real("perturbation"), run.seed());
    record(0, relative_error(D, truth));
    for (std::size_t update = 1; update <= updates; ++update) {
        const auto set = run.off_clock(
            [&] { return draw_samples(truth, code_law(run), 0.0, (update - 1) * batch, batch, run.seed()); });
        const Matrix Z = encode_batch(D, Truth{truth, set.codes, set.samples});
        axpy(-descent_step(run), code_gradient(D, set.samples, Z), D);
        normalize_columns(D);
        record(update, relative_error(D, truth));
    }
}

}  // namespace

void check_contraction(Run& run) {
    Encoder encoder = encoder_of(run);
    run.axis("lambda_value", lambda_values, "", "lambda");
    run.axis("update", harness::counted(0, run.count("updates")), "",
             "updates of the dictionary; 0 is the start");
    descend(
        run,
        [&](const Matrix& D, const Truth& truth) {
            return oracle_encode(encoder, LambdaRule::lower_bound, D, truth).codes;
        },
        [&](std::size_t update, double error) { run.record_at("descent_oracle", {update}, error); });
    const auto descend_with = [&](const Encoder& used, auto record) {
        descend(
            run, [&](const Matrix& D, const Truth& truth) { return codes_at(used, D, truth.samples); },
            record);
    };
    Encoder decaying = encoder;
    decaying.decay = nu;
    descend_with(decaying,
                 [&](std::size_t update, double error) { run.record_at("descent_decay", {update}, error); });
    for (std::size_t k = 0; k < lambda_values.size(); ++k) {
        run.progress(0.2 * static_cast<double>(k + 1), "fixed lambda");
        encoder.lambda = lambda_values[k];
        descend_with(encoder, [&](std::size_t update, double error) {
            run.record_at("descent", {k, update}, error);
        });
    }
}

}  // namespace assay::pudle
