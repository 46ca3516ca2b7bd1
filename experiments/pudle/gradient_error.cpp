#include "experiments/pudle/gradient_error.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/pudle/common.hpp"
#include "experiments/pudle/registrations.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/measures.hpp"

namespace assay::pudle {

using namespace solvers;
using harness::Run;

std::vector<std::size_t> gradient_depths(std::size_t layers) {
    std::vector<std::size_t> depths = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 12, 14,
                                       16, 18, 20, 23, 26, 29, 30, 32, 35, 40, 45};
    for (std::size_t t = 50; t <= layers; t += 5) depths.push_back(t);
    std::erase_if(depths, [&](std::size_t t) { return t > layers; });
    if (depths.back() != layers) depths.push_back(layers);
    return depths;
}

namespace {

constexpr Gradient kinds[] = {Gradient::dec, Gradient::ae_lasso, Gradient::ae_ls};
constexpr const char* local_metrics[] = {"local_dec", "local_lasso", "local_ls"};
constexpr const char* global_metrics[] = {"global_dec", "global_lasso", "global_ls"};

Encoder deeper(Encoder encoder, std::size_t layers) {
    encoder.layers = layers;
    return encoder;
}

/// code_error(t): the mean over the samples of ||z_t - z_hat||_2.
template <class Device, class T>
void record_code_errors(Run& run, const Encoder& encoder, const SyntheticSet<Device, T>& set,
                        const Array<Device, T>& z_hat) {
    constexpr std::size_t block = 1000;
    const std::size_t n = set.samples.cols();
    const Array<Device, T> G = gram(set.start);
    std::vector<double> sums(encoder.layers, 0.0);
    for (std::size_t first = 0; first < n; first += block) {
        const std::size_t count = std::min(block, n - first);
        const auto trace =
            encode_traced(encoder, G, correlations(set.start, set.samples.columns(first, count)));
        const Array<Device, T> reference = z_hat.columns(first, count);
        for (std::size_t t = 1; t <= encoder.layers; ++t) {
            for (const double error : column_distances(trace.codes(t), reference)) sums[t - 1] += error;
        }
    }
    for (double& sum : sums) sum /= static_cast<double>(n);
    run.axis("t", harness::counted(1, encoder.layers), "", "layer of the encoder");
    run.record("code_error", sums);
}

template <class Device, class T>
void record_gradient_errors(Run& run, const Encoder& encoder, const SyntheticSet<Device, T>& set,
                            const Array<Device, T>& local, const Array<Device, T>& global) {
    const std::vector<std::size_t> depths = gradient_depths(encoder.layers);
    run.axis("depth", std::vector<double>(depths.begin(), depths.end()), "",
             "layers T that a gradient goes through");
    const auto gradients = gradients_at_depths(encoder, kinds, depths, set.start, set.samples);
    for (std::size_t k = 0; k < std::size(kinds); ++k) {
        for (std::size_t i = 0; i < depths.size(); ++i) {
            run.record_at(local_metrics[k], {i}, distance(gradients[k][i], local));
            run.record_at(global_metrics[k], {i}, distance(gradients[k][i], global));
        }
    }
}

/// The errors of one sample's code and gradients at some depths after its support has settled.
struct SettledErrors {
    std::vector<double> depths, code, dec, lasso;  ///< logarithms but for the depths
};

/// Errors smaller than this are left out: the lasso gradient's is its square, so that it stays far above
/// rounding.
constexpr double smallest_code_error = 1e-6;

/// The first layer from which on the code has the support of z_hat, for a trace of one sample; beyond the
/// last layer when it never settles.
std::size_t settled_layer(const Trace<Cpu, double>& trace, const Array<Cpu, double>& z_hat) {
    std::size_t t = trace.layers();
    for (; t > 0; --t) {
        const auto z = trace.codes(t);
        if (!same_support(z.column(0), z_hat.column(0))) break;
    }
    return t + 1;
}

SettledErrors settled_errors(const Encoder& encoder, const Array<Cpu, double>& D, const Array<Cpu, double>& x,
                             const Array<Cpu, double>& z_hat) {
    const auto trace = encode_traced(encoder, gram(D), correlations(D, x));
    SettledErrors errors;
    std::vector<std::size_t> depths;
    for (std::size_t t = settled_layer(trace, z_hat) + 5; t <= encoder.layers; t += 5) {
        const double error = distance(trace.codes(t), z_hat);
        if (error < smallest_code_error) break;
        depths.push_back(t);
        errors.code.push_back(std::log(error));
    }
    if (depths.empty()) return errors;
    errors.depths.assign(depths.begin(), depths.end());
    const Array<Cpu, double> local = code_gradient(D, x, z_hat);
    const Gradient pair[] = {Gradient::dec, Gradient::ae_lasso};
    const auto gradients = gradients_at_depths(encoder, pair, depths, D, x);
    for (std::size_t i = 0; i < depths.size(); ++i) {
        errors.dec.push_back(std::log(distance(gradients[0][i], local)));
        errors.lasso.push_back(std::log(distance(gradients[1][i], local)));
    }
    return errors;
}

/// Slopes of single samples, whose rates the batch mean hides behind the slowest ones. In double on the host,
/// with a reference ten times as deep, since errors are followed over many orders of magnitude.
void record_slope_ratios(Run& run) {
    const std::size_t count = std::min(run.count("slope_samples"), run.count("samples"));
    const auto set = draw_set<Cpu, double>(run, count);
    const Encoder encoder = deeper(encoder_of(run), 3 * run.count("layers"));
    const auto z_hat = codes_at(deeper(encoder, 10 * run.count("reference_layers")), set.start, set.samples);
    std::vector<double> samples, dec, lasso;
    for (std::size_t i = 0; i < count; ++i) {
        const SettledErrors errors =
            settled_errors(encoder, set.start, set.samples.columns(i, 1), z_hat.columns(i, 1));
        if (errors.depths.size() < 6) continue;
        const double code = fitted_slope(errors.depths, errors.code);
        samples.push_back(static_cast<double>(i));
        dec.push_back(fitted_slope(errors.depths, errors.dec) / code);
        lasso.push_back(fitted_slope(errors.depths, errors.lasso) / code);
    }
    run.axis("sample", samples, "", "samples whose support settled early enough for a fit");
    run.record("slope_fitted",
               count == 0 ? 0.0 : static_cast<double>(samples.size()) / static_cast<double>(count));
    if (samples.empty()) return;
    run.record("slope_ratio_dec", dec);
    run.record("slope_ratio_lasso", lasso);
}

template <class Device, class T>
void measure(Run& run) {
    const Encoder encoder = encoder_of(run);
    const Encoder reference = deeper(encoder, run.count("reference_layers"));
    const auto set = draw_set<Device, T>(run, run.count("samples"));
    run.record("start_error", relative_error(set.start, set.truth));
    run.record("sigma_max", spectral_norm(set.start));
    run.record("coherence", coherence(set.start) * std::sqrt(static_cast<double>(run.count("m"))));

    const Array<Device, T> z_hat = codes_at(reference, set.start, set.samples);
    run.progress(0.1, "reference codes");
    record_code_errors(run, encoder, set, z_hat);
    run.progress(0.2, "code errors");

    const Array<Device, T> local = code_gradient(set.start, set.samples, z_hat);
    const Array<Device, T> global = code_gradient(set.start, set.samples, set.codes);
    const Array<Device, T> lasso_at_truth =
        code_gradient(set.start, set.samples, codes_at(reference, set.truth, set.samples));
    run.record("local_to_global", distance(local, global));
    run.record("local_to_lasso_at_truth", distance(local, lasso_at_truth));
    run.record("lasso_at_truth_to_global", distance(lasso_at_truth, global));
    record_gradient_errors(run, encoder, set, local, global);
    run.progress(0.9, "gradient errors");
    record_slope_ratios(run);
}

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {
        {"code_error", "", "mean over the samples of ||z_t - z_hat||_2", {"t"}},
        {"start_error", "", "||D0 - D*||_F / ||D*||_F"},
        {"sigma_max", "", "largest singular value of D0"},
        {"coherence", "", "sqrt(m) max |<d_i, d_j>| of D0"},
        {"local_to_global", "", "||g_hat - g*||_F"},
        {"local_to_lasso_at_truth", "", "||g_hat - g||_F with g taken at the lasso codes of D*"},
        {"lasso_at_truth_to_global", "", "||g - g*||_F with g taken at the lasso codes of D*"},
        {"slope_fitted", "", "share of the examined samples whose support settled early enough for a fit"},
        {"slope_ratio_dec",
         "",
         "slope of log ||g_dec - g_hat|| over slope of log ||z_t - z_hat||, a sample each",
         {"sample"}},
        {"slope_ratio_lasso", "", "the same for g_ae-lasso", {"sample"}}};
    for (const char* name : local_metrics)
        all.push_back({name, "", "||g - g_hat||_F of this gradient", {"depth"}});
    for (const char* name : global_metrics)
        all.push_back({name, "", "||g - g*||_F of this gradient", {"depth"}});
    return all;
}

}  // namespace

void register_gradient_error() {
    const std::vector<harness::ParamSpec> own = {
        {"reference_layers", std::int64_t{1000}, "ISTA iterations that stand for the lasso solution z_hat", 1,
         1e6},
        {"slope_samples", std::int64_t{200}, "samples whose rates are fitted one by one", 0, 1e6}};
    harness::register_experiment(
        {.name = "pudle.gradient_error",
         .doc = "Errors of codes and gradients against depth at one dictionary near D* (Figures 2, 3, 4a)",
         .params = harness::joined(synthetic_params(), own),
         .metrics = metrics(),
         .body = harness::on_device([]<class Device, class T>(Run& run) { measure<Device, T>(run); }),
         .check = check_synthetic});
}

}  // namespace assay::pudle
