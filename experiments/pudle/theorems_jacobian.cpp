#include <algorithm>
#include <cmath>

#include "experiments/pudle/common.hpp"
#include "experiments/pudle/theorems.hpp"
#include "solvers/device/random.hpp"
#include "solvers/sparse/jacobian.hpp"

namespace assay::pudle {

using namespace solvers;
using harness::Run;
using Matrix = Array<Cpu, double>;

namespace {

std::vector<double> column(const Matrix& A, std::size_t j) {
    return A.columns(j, 1).to_host();
}

double l2(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value * value;
    return std::sqrt(sum);
}

double code_distance(std::span<const double> a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t j = 0; j < b.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
    return std::sqrt(sum);
}

std::vector<std::size_t> support_of(std::span<const double> z) {
    std::vector<std::size_t> support;
    for (std::size_t j = 0; j < z.size(); ++j) {
        if (z[j] != 0) support.push_back(j);
    }
    return support;
}

/// The lasso code of every sample, far beyond the layers that are looked at.
Matrix reference_codes(Encoder encoder, const Matrix& D, const Matrix& X) {
    encoder.layers = 20'000;
    return codes_at(encoder, D, X);
}

}  // namespace

// With one unit atom d and c = d^T x > lambda, z_t = (1 - rho^t)(c - lambda) with rho = 1 - alpha, and
// J_{t+1} = rho J_t - alpha (2 z_t d - x). So e_t = J_t - J_hat obeys e_{t+1} = rho e_t + 2 alpha z_hat rho^t
// d, that is e_t = rho^t (-J_hat + (2 alpha / rho) z_hat t d): the factor t of Theorem 4.7 is there.
void check_scalar(Run& run) {
    const Encoder encoder = encoder_of(run);
    const Matrix D = random_dictionary<Cpu, double>(run.count("m"), 1, run.seed());
    const double rho = 1 - encoder.alpha, amplitude = 1.5;
    std::vector<double> x = D.to_host();
    for (double& value : x) value *= amplitude;
    const double z_hat = amplitude - encoder.lambda;
    const SupportJacobian fixed = fixed_point_jacobian(D, x, std::vector<double>{z_hat});

    JacobianRecursion recursion(encoder, D, x);
    double code_error = 0, form_error = 0, power = 1;
    std::vector<double> factors;
    for (std::size_t t = 1; t <= encoder.layers; ++t) {
        const double before = recursion.code()[0] - z_hat;
        recursion.step();
        power *= rho;
        code_error = std::max(code_error, std::abs((recursion.code()[0] - z_hat) / (rho * before) - 1));
        std::vector<double> error(x.size()), difference(x.size());
        for (std::size_t l = 0; l < x.size(); ++l) {
            error[l] = recursion.jacobian().values(0, l) - fixed.values(0, l);
            const double form = power * (-fixed.values(0, l) +
                                         2 * encoder.alpha / rho * z_hat * static_cast<double>(t) * D(l, 0));
            difference[l] = error[l] - form;
        }
        form_error = std::max(form_error, l2(difference) / l2(error));
        factors.push_back(l2(error) / power);
    }
    run.axis("layer", harness::counted(1, encoder.layers), "", "layer of the encoder");
    run.record("code_ratio_error", code_error);
    run.record("jacobian_form_error", form_error);
    run.record("jacobian_t_factor", factors);
}

namespace {

/// Slope of the Jacobian's log error over that of the code's, from 20 layers after the support has settled
/// until the code is known to 1e-7 or the layers end; 0 when fewer than 20 layers are left for the fit.
double slope_ratio(const Encoder& encoder, const Matrix& D, const std::vector<double>& x,
                   const std::vector<double>& z_hat) {
    const std::vector<std::size_t> support = support_of(z_hat);
    if (support.empty()) return 0;
    const SupportJacobian fixed = fixed_point_jacobian(D, x, z_hat);
    JacobianRecursion recursion(encoder, D, x);
    std::vector<double> layers, code, jacobian;
    std::size_t settled = 0;
    for (std::size_t t = 1; t <= encoder.layers; ++t) {
        recursion.step();
        if (support_of(recursion.code()) != support) {
            settled = t;
            layers.clear(), code.clear(), jacobian.clear();
            continue;
        }
        const double error = code_distance(recursion.code(), z_hat);
        if (error < 1e-7) break;
        if (t < settled + 20) continue;
        SupportJacobian difference = recursion.jacobian().copy();
        axpy(-1.0, fixed.values, difference.values);
        layers.push_back(static_cast<double>(t));
        code.push_back(std::log(error));
        jacobian.push_back(std::log(frobenius_norm(difference)));
    }
    return layers.size() < 20 ? 0 : fitted_slope(layers, jacobian) / fitted_slope(layers, code);
}

/// max |J_T - central difference| over some entries D_lj with j on the code's support, where J_T is not zero.
double difference_error(const Encoder& encoder, const Matrix& D, const Matrix& x, std::uint64_t seed) {
    constexpr double h = 1e-6;  // error h^2 + 1e-16 / h, both far below 1e-6
    const SupportJacobian J = truncated_jacobian(encoder, D, x.to_host(), encoder.layers, encoder.layers);
    Random random(seed, "entries");
    double error = 0;
    for (int k = 0; k < 10; ++k) {
        const std::size_t l = random.below(D.rows()), j = J.support[random.below(J.support.size())];
        Matrix up = D.copy(), down = D.copy();
        up(l, j) += h;
        down(l, j) -= h;
        const Matrix z_up = codes_at(encoder, up, x), z_down = codes_at(encoder, down, x);
        for (std::size_t i = 0; i < J.support.size(); ++i) {
            const double slope = (z_up(J.support[i], 0) - z_down(J.support[i], 0)) / (2 * h);
            error = std::max(error, std::abs(slope - J.values(i, l * D.cols() + j)));
        }
    }
    return error;
}

/// Theorem 4.8: J_hat at perturbed dictionaries against J_hat at D*, for the samples whose support no
/// perturbation changes.
void record_jacobian_distances(Run& run, const Encoder& encoder, const SyntheticSet<Cpu, double>& set) {
    const std::vector<double> taus = {0.00025, 0.0005, 0.001, 0.002};
    run.axis("tau_value", taus, "", "tau in D = normalise(D* + tau N)");
    const Matrix at_truth = reference_codes(encoder, set.truth, set.samples);
    std::vector<double> sums(taus.size(), 0.0);
    std::size_t agreeing = 0;
    std::vector<Matrix> dictionaries, codes;
    for (const double tau : taus) {
        dictionaries.push_back(perturbed_dictionary(set.truth, tau, run.seed()));
        codes.push_back(reference_codes(encoder, dictionaries.back(), set.samples));
    }
    for (std::size_t i = 0; i < set.samples.cols(); ++i) {
        const std::vector<double> x = column(set.samples, i), z = column(at_truth, i);
        const bool same = std::all_of(codes.begin(), codes.end(), [&](const Matrix& Z) {
            return support_of(column(Z, i)) == support_of(z);
        });
        if (!same || support_of(z).empty()) continue;
        ++agreeing;
        const SupportJacobian J = fixed_point_jacobian(set.truth, x, z);
        for (std::size_t k = 0; k < taus.size(); ++k) {
            SupportJacobian other = fixed_point_jacobian(dictionaries[k], x, column(codes[k], i));
            axpy(-1.0, J.values, other.values);
            sums[k] += frobenius_norm(other);
        }
    }
    if (agreeing == 0) return;
    for (double& sum : sums) sum /= static_cast<double>(agreeing);
    run.record("jacobian_distance", sums);
}

}  // namespace

void check_jacobian(Run& run) {
    const Encoder encoder = encoder_of(run);
    const auto set = draw_set<Cpu, double>(run, run.count("samples"));
    const Matrix z_hat = reference_codes(encoder, set.start, set.samples);
    std::vector<double> samples, ratios;
    for (std::size_t i = 0; i < set.samples.cols(); ++i) {
        const double ratio = slope_ratio(encoder, set.start, column(set.samples, i), column(z_hat, i));
        run.progress(0.8 * static_cast<double>(i + 1) / static_cast<double>(set.samples.cols()), "slopes");
        if (ratio == 0) continue;
        samples.push_back(static_cast<double>(i));
        ratios.push_back(ratio);
    }
    run.axis("sample", samples, "", "samples with enough layers after their support has settled");
    run.record("slope_fitted", static_cast<double>(samples.size()) / static_cast<double>(set.samples.cols()));
    if (!samples.empty()) run.record("jacobian_slope_ratio", ratios);

    Encoder shallow = encoder;
    shallow.layers = std::min<std::size_t>(encoder.layers, 30);
    run.record("jacobian_difference_error",
               difference_error(shallow, set.start, set.samples.columns(0, 1), run.seed()));
    record_jacobian_distances(run, encoder, set);
}

}  // namespace assay::pudle
