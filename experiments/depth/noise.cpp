#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"

/// What noise in y leaves of the codes, deepest first and layer by layer (Theorems 5 and 6).
namespace assay::depth {

namespace {

using namespace assay::solvers;

constexpr std::size_t fitted = 4;  // sigmas up to 1e-6, where no strategy loses the signal

/// Both strategies on one instance with one kind of thresholds.
class Noisy {
  public:
    explicit Noisy(harness::Run& run)
        : run_(run),
          instance_(instance_of(run)),
          coder_(instance_),
          source_(instance_, run.seed()),
          iterations_(run.count("iterations")),
          codes_(run.count("codes")),
          oracle_(run.text("thresholds") == "oracle"),
          gaussian_(run.text("noise_level") == "gaussian") {}

    void measure() {
        const std::vector<double> sigmas = {1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2};
        run_.axis("sigma", sigmas, "", "standard deviation of each entry of the noise in y");
        for (Account* account : {&deepest_, &layerwise_}) account->resize(sigmas.size());
        for (std::size_t i = 0; i < codes_; ++i) {
            const Sample sample = run_.off_clock([&] { return source_.draw(i, true); });
            for (std::size_t s = 0; s < sigmas.size(); ++s) add(sample, sigmas[s], s);
            run_.progress(static_cast<double>(i + 1) / static_cast<double>(codes_), "codes");
        }
        deepest_.record(run_, "deepest");
        layerwise_.record(run_, "layerwise");
        run_.record("contraction", instance_.contraction());
        const auto total = [](const Account& account) {
            return std::accumulate(account.gain.begin(), account.gain.begin() + fitted, 0.0);
        };
        run_.record("measured_ratio", total(layerwise_) / total(deepest_));
        run_.record("predicted_ratio", layerwise_gain(instance_) / deepest_gain(instance_));
    }

  private:
    struct Account {
        std::vector<double> error, gain, share, outside;
        void resize(std::size_t n) {
            for (std::vector<double>* all : {&error, &gain, &share, &outside}) all->assign(n, 0.0);
        }
        void add(std::size_t s, const CodeError& found, double bound, double noise_norm, std::size_t codes) {
            const double part = 1.0 / static_cast<double>(codes);
            error[s] += part * found.l2;
            gain[s] += part * found.l2 / noise_norm;
            share[s] = std::max(share[s], found.l1 / bound);
            outside[s] += found.support_inside ? 0.0 : part;
        }
        void record(harness::Run& run, const std::string& name) const {
            run.record(name + "_error", error);
            run.record(name + "_gain", gain);
            run.record(name + "_bound_share", share);
            run.record(name + "_outside", outside);
        }
    };

    /// max |W^T e| of the sample, or its Gaussian level.
    double level(std::span<const double> correlations, double sigma, double weight_norm) const {
        const double of_unit_noise =
            gaussian_ ? gaussian_level(correlations.size(), 1.0, weight_norm) : largest(correlations);
        return sigma * of_unit_noise + rounding_noise<double>;
    }

    double largest_effective_weight() const {
        double least = instance_.effective_gram.diagonal(0);
        for (std::size_t b = 1; b < instance_.effective_gram.channels(); ++b)
            least = std::min(least, instance_.effective_gram.diagonal(b));
        return 1.0 / std::sqrt(least);
    }

    void add(const Sample& sample, double sigma, std::size_t s) {
        const std::vector<double> first = sample.first(sigma);
        const double noise_norm = sigma * sample.noise_norm;
        const double nu =
            level(coder_.effective_correlations(sample.noise), sigma, largest_effective_weight());
        const CodeBounds bounds = code_bounds(instance_, nu);
        const Certificate certificate = certify(bounds, iterations_);
        const auto rule = oracle_ ? oracle_rule(bounds, sample.deepest()) : certified_rule(certificate);
        const auto x = coder_.deepest_first(first, iterations_, rule);
        deepest_.add(s, code_error(x, sample.deepest()), certificate.errors.back(), noise_norm, codes_);
        const auto [code, bound] = layer_by_layer(sample, first, level(sample.noise, sigma, 1.0));
        layerwise_.add(s, code_error(code, sample.deepest()), bound, noise_norm, codes_);
    }

    struct Found {
        std::vector<double> code;
        double bound;
    };
    Found layer_by_layer(const Sample& sample, const std::vector<double>& first, double nu) const {
        std::vector<double> noise(instance_.depth());
        noise[0] = nu;
        const std::vector<std::size_t> iterations(instance_.depth(), iterations_);
        const auto certificates =
            certify_layers(instance_, code_bounds_of_layers(instance_.shape), noise, iterations);
        const LayerRule rule = [&](std::size_t j, std::span<const double> input) {
            if (!oracle_) return certified_rule(certificates[j]);
            CodeBounds bounds{instance_.sparsity[j], instance_.coherence[j], 0.0, nu};
            if (j > 0) bounds.noise = realised(sample, j, input);
            return oracle_rule(bounds, sample.codes[j]);
        };
        return {coder_.layer_by_layer(first, iterations, rule).back(), certificates.back().errors.back()};
    }

    /// max |W_j^T (x~_{j-1} - x_{j-1})|.
    double realised(const Sample& sample, std::size_t j, std::span<const double> input) const {
        std::vector<double> left(input.begin(), input.end());
        for (std::size_t i = 0; i < left.size(); ++i) left[i] -= sample.codes[j - 1][i];
        return largest(instance_.layers[j].transposed_times(left)) + rounding_noise<double>;
    }

    harness::Run& run_;
    DeepInstance instance_;
    DeepCoder coder_;
    SampleSource source_;
    std::size_t iterations_, codes_;
    bool oracle_, gaussian_;
    Account deepest_, layerwise_;
};

std::vector<harness::ParamSpec> params() {
    return harness::joined(
        instance_params("I"),
        {codes_param(),
         iterations_param(200),
         {.name = "thresholds",
          .fallback = std::string("certified"),
          .doc = "from bounds alone, or from the true error",
          .choices = {"certified", "oracle"}},
         {.name = "noise_level",
          .fallback = std::string("realised"),
          .doc = "nu: the sample's own max |W^T e|, or 1.1 sigma max ||W_i|| sqrt(2 log 2d)",
          .choices = {"realised", "gaussian"}}});
}

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {
        {"contraction", "", "r = (2 lambda_J - 1) mu~(D_[J])"},
        {"measured_ratio", "", "mean noise gain layer by layer over that of deepest first, sigma <= 1e-6"},
        {"predicted_ratio", "",
         "theory's noise gain layer by layer over that of deepest first: prod 2 lambda_j ||W_j||_max / (1 - "
         "r_j) over 2 lambda_J / (1 - r)"}};
    for (const std::string name : {"deepest", "layerwise"}) {
        all.push_back({name + "_error", "", "mean over the codes of ||x~_J - x_J||_2", {"sigma"}});
        all.push_back({name + "_gain", "", "mean over the codes of ||x~_J - x_J||_2 / ||e||_2", {"sigma"}});
        all.push_back(
            {name + "_bound_share", "", "max over the codes of the l1 error over its bound", {"sigma"}});
        all.push_back(
            {name + "_outside", "", "share of codes with a non-zero outside the true support", {"sigma"}});
    }
    return all;
}

}  // namespace

void register_noise() {
    harness::register_experiment({.name = "depth.noise",
                                  .doc = "Deepest first and layer by layer on noisy samples",
                                  .params = params(),
                                  .metrics = metrics(),
                                  .body = [](harness::Run& run) { Noisy(run).measure(); },
                                  .on_cuda = false});
}

}  // namespace assay::depth
