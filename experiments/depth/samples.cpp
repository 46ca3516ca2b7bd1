#include "experiments/depth/samples.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/device/random.hpp"

namespace assay::depth {

using namespace solvers;

std::vector<harness::ParamSpec> instance_params(const std::string& instance) {
    return {{.name = "instance",
             .fallback = instance,
             .doc = "sizes and sparsities of the layers",
             .choices = instance_names()},
            {.name = "signs",
             .fallback = std::string("random"),
             .doc = "of the taps in the layers from the second on",
             .choices = {"random", "positive"}},
            {.name = "sign_seed",
             .fallback = std::int64_t{0},
             .doc = "draws the signs; 0: the seed of the run does",
             .min = 0,
             .max = 1e9}};
}

DeepInstance any_instance_of(const harness::Run& run) {
    const std::uint64_t seed = run.count("sign_seed") == 0 ? run.seed() : run.count("sign_seed");
    return make_instance(instance_shape(run.text("instance")),
                         run.text("signs") == "random" ? TapSigns::random : TapSigns::positive, seed);
}

DeepInstance instance_of(harness::Run& run) {
    return run.off_clock([&] {
        DeepInstance instance = any_instance_of(run);
        instance.require_certified();
        return instance;
    });
}

harness::ParamSpec codes_param() {
    return {.name = "codes", .fallback = std::int64_t{200}, .doc = "samples", .min = 1, .max = 1e6};
}

harness::ParamSpec iterations_param(std::size_t fallback, std::size_t least) {
    return {.name = "iterations",
            .fallback = static_cast<std::int64_t>(fallback),
            .doc = "K, of LISTA-CP",
            .min = static_cast<double>(least),
            .max = 1e5};
}

CodeLaw code_law(std::size_t nonzeros) {
    return {.nonzeros = nonzeros, .low = 0.5, .high = 1.0, .signs = Signs::independent};
}

std::vector<std::size_t> support_of(std::span<const double> x) {
    std::vector<std::size_t> support;
    for (std::size_t i = 0; i < x.size(); ++i)
        if (x[i] != 0.0) support.push_back(i);
    return support;
}

double gaussian_level(std::size_t atoms, double deviation, double weight_norm) {
    return 1.1 * deviation * weight_norm * std::sqrt(2.0 * std::log(2.0 * static_cast<double>(atoms)));
}

std::vector<double> Sample::first(double sigma) const {
    std::vector<double> b = clean;
    if (sigma != 0.0)
        for (std::size_t i = 0; i < b.size(); ++i) b[i] += sigma * noise[i];
    return b;
}

SampleSource::SampleSource(const DeepInstance& instance, std::uint64_t seed)
    : instance_(instance), seed_(seed), first_(instance.grams[0]) {}

std::vector<double> SampleSource::correlations(std::span<const double> x1) const {
    std::vector<double> b(x1.size());
    for (std::size_t j = 0; j < x1.size(); ++j)
        if (x1[j] != 0.0) first_.add_column(x1[j], j, b);
    return b;
}

Sample SampleSource::draw(std::size_t i, bool noisy) const {
    Sample sample;
    sample.codes = codes_of_all_layers(
        instance_, host::sparse_codes<double>(code_law(instance_.sparsity.back()),
                                              instance_.layers.back().cols(), i, 1, seed_));
    sample.clean = correlations(sample.codes[0]);
    if (!noisy) return sample;
    const std::vector<double> n = host::noise<double>(1.0, instance_.layers[0].rows(), i, 1, seed_);
    sample.noise = instance_.layers[0].transposed_times(n);
    for (const double value : n) sample.noise_norm += value * value;
    sample.noise_norm = std::sqrt(sample.noise_norm);
    return sample;
}

Batch SampleSource::batch(std::size_t codes) const {
    Batch result{{}, Array<Cpu, double>(instance_.layers[0].rows(), codes)};
    for (std::size_t i = 0; i < codes; ++i) {
        result.samples.push_back(draw(i, false));
        const std::vector<double> y = instance_.layers[0].times(result.samples.back().codes[0]);
        std::copy(y.begin(), y.end(), result.Y.data() + i * result.Y.rows());
    }
    return result;
}

double Batch::mean_error(const Array<Cpu, double>& X) const {
    const double share = static_cast<double>(samples.size());
    double mean = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i)
        mean += code_error(X.column(i), samples[i].deepest()).l2 / share;
    return mean;
}

double largest(std::span<const double> values) {
    double result = 0.0;
    for (const double value : values) result = std::max(result, std::abs(value));
    return result;
}

LogFit fit_log(std::span<const double> errors, double above) {
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (std::size_t k = 1; k < errors.size(); ++k) {
        if (!(errors[k] > above)) continue;
        const double x = static_cast<double>(k), y = std::log(errors[k]);
        n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y, syy += y * y;
    }
    if (n < 3) return {0.0, 0.0, static_cast<std::size_t>(n)};
    const double cxx = sxx - sx * sx / n, cxy = sxy - sx * sy / n, cyy = syy - sy * sy / n;
    return {cxy / cxx, cxy * cxy / (cxx * cyy), static_cast<std::size_t>(n)};
}

}  // namespace assay::depth
