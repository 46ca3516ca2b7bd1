#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/error.hpp"

/// Deepest-sparsity-first recovery without noise, iteration by iteration (Theorem 5, Corollary 7).
namespace assay::depth {

namespace {

using namespace assay::solvers;

constexpr double hopeless = 1e3;       // times a code: going on would be slow, as nothing is zero any more
constexpr double fitted_above = 1e-6;  // far above what rounding does to a code of size 1
constexpr std::size_t fitted_at_least = 3;  // iterations: two have no residual

ThresholdRule rule_of(const harness::Run& run, const Certificate& certificate, const CodeBounds& bounds,
                      const Sample& sample) {
    const std::string& name = run.text("thresholds");
    if (name == "certified") return certified_rule(certificate);
    if (name == "oracle") return oracle_rule(bounds, sample.deepest());
    return geometric_rule(bounds.coherence * bounds.start, run.real("ratio"), bounds.noise);
}

/// What the codes come to, iteration by iteration.
struct Traces {
    std::vector<double> error, worst_share;
    std::size_t outside = 0;

    explicit Traces(std::size_t iterations) : error(iterations + 1), worst_share(iterations + 1) {}
};

void follow(const DeepCoder& coder, const Sample& sample, const Certificate& certificate,
            const ThresholdRule& rule, std::size_t codes, Traces& traces) {
    const std::size_t iterations = traces.error.size() - 1;
    const std::vector<double> zero(sample.deepest().size());
    traces.error[0] += code_error(zero, sample.deepest()).l2 / static_cast<double>(codes);
    bool inside = true;
    std::size_t reached = 0;
    double last = 0.0;
    try {
        coder.deepest_first(sample.clean, iterations, rule, [&](std::size_t k, std::span<const double> x) {
            const CodeError error = code_error(x, sample.deepest());
            traces.error[k] += error.l2 / static_cast<double>(codes);
            traces.worst_share[k] = std::max(traces.worst_share[k], error.l1 / certificate.errors[k]);
            inside = inside && error.support_inside;
            reached = k;
            last = error.l2;
            if (error.l2 > hopeless) throw Diverged("the error of a code", Diverged::grew, k, "LISTA-CP", "");
        });
    } catch (const Diverged&) {  // a finding; the code's error stays at what it had reached
        for (std::size_t k = reached + 1; k <= iterations; ++k)
            traces.error[k] += last / static_cast<double>(codes);
    }
    traces.outside += inside ? 0 : 1;
}

void record_instance(harness::Run& run, const DeepInstance& instance) {
    double least = instance.layer_contraction(0), most = least;
    for (std::size_t j = 1; j < instance.depth(); ++j) {
        least = std::min(least, instance.layer_contraction(j));
        most = std::max(most, instance.layer_contraction(j));
    }
    run.record("contraction", instance.contraction());
    run.record("smallest_layer_contraction", least);
    run.record("largest_layer_contraction", most);
}

void converge(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const std::size_t iterations = run.count("iterations"), codes = run.count("codes");
    run.axis("iteration", harness::counted(0, iterations), "", "K");
    record_instance(run, instance);
    const CodeBounds bounds = code_bounds(instance, rounding_noise<double>);
    const Certificate certificate = certify(bounds, iterations);
    run.record("bound", certificate.errors);
    const DeepCoder coder(instance);
    const SampleSource source(instance, run.seed());
    Traces traces(iterations);
    for (std::size_t i = 0; i < codes; ++i) {
        const Sample sample = run.off_clock([&] { return source.draw(i, false); });
        follow(coder, sample, certificate, rule_of(run, certificate, bounds, sample), codes, traces);
        run.progress(static_cast<double>(i + 1) / static_cast<double>(codes), "codes");
    }
    run.record("error", traces.error);
    run.record("largest_bound_share",
               *std::max_element(traces.worst_share.begin(), traces.worst_share.end()));
    run.record("outside", static_cast<double>(traces.outside) / static_cast<double>(codes));
    const LogFit fit = fit_log(traces.error, fitted_above);
    if (fit.points < fitted_at_least)
        throw Error("fewer than three iterations have an error above 1e-6", "slope",
                    "take thresholds that fall more slowly, or a larger instance");
    run.record("slope", fit.slope);
    run.record("slope_r2", fit.r2);
    run.record("slope_ratio", fit.slope / std::log(instance.contraction()));
}

std::vector<harness::ParamSpec> params() {
    return harness::joined(
        instance_params("I"),
        {codes_param(),
         iterations_param(64, fitted_at_least),
         {.name = "thresholds",
          .fallback = std::string("certified"),
          .doc = "from bounds alone, from the true error, or theta_0 ratio^k with theta_0 = mu~ lambda_J",
          .choices = {"certified", "oracle", "geometric"}},
         {"ratio", 0.6, "geometric: factor an iteration", 1e-3, 1.0 - 1e-9}});
}

std::vector<harness::MetricSpec> metrics() {
    return {{"error", "", "mean over the codes of ||x^K - x_J||_2, held where it passed 1000", {"iteration"}},
            {"bound", "", "E_K = r^K lambda_J and the rounding allowed for", {"iteration"}},
            {"largest_bound_share", "", "max over codes and K >= 1 of ||x^K - x_J||_1 / E_K"},
            {"outside", "", "share of codes with a non-zero outside the true support at some K"},
            {"slope", "", "of log error against K >= 1, over errors above 1e-6"},
            {"slope_r2", "", "R^2 of that line"},
            {"slope_ratio", "", "slope over log r, the theory's"},
            {"contraction", "", "r = (2 lambda_J - 1) mu~(D_[J])"},
            {"smallest_layer_contraction", "", "min over layers of (2 lambda_j - 1) mu(D_j)"},
            {"largest_layer_contraction", "", "max over layers of (2 lambda_j - 1) mu(D_j)"}};
}

}  // namespace

void register_convergence() {
    harness::register_experiment({.name = "depth.convergence",
                                  .doc = "LISTA-CP on D_[J] without noise, iteration by iteration",
                                  .params = params(),
                                  .metrics = metrics(),
                                  .body = converge,
                                  .on_cuda = false});
}

}  // namespace assay::depth
