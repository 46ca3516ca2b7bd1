#include "experiments/harness/claims/statistics.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

namespace assay::harness {

namespace {

constexpr std::size_t resamples = 10'000;
constexpr std::size_t most_seeds = 1'000'000;

using boost::math::binomial_distribution;
using boost::math::students_t;

double normal_cdf(double z) {
    return boost::math::cdf(boost::math::normal(), z);
}
double normal_quantile(double p) {
    return boost::math::quantile(boost::math::normal(), p);
}

/// Half-width of the t interval of n values with this standard error.
double t_half_width(double error, std::size_t n, double level) {
    const students_t t(static_cast<double>(n - 1));
    return boost::math::quantile(t, 0.5 + 0.5 * level) * error;
}

/// P(T >= (mean - bound) / standard error), the limits included.
double t_tail(double gap, double error, std::size_t n) {
    if (gap == 0) return 0.5;
    if (error == 0) return gap > 0 ? 0.0 : 1.0;
    const students_t t(static_cast<double>(n - 1));
    return boost::math::cdf(boost::math::complement(t, gap / error));
}

}  // namespace

Inference::Inference(std::vector<double> values, std::string method, std::string_view purpose,
                     const Sampling& sampling)
    : values_(std::move(values)), method_(std::move(method)), sampling_(sampling) {
    if (values_.empty()) throw Error("an interval needs values");
    if (method_ != "t" && method_ != "bootstrap" && method_ != "binomial" && method_ != "share" &&
        method_ != "exact")
        throw Error("unknown interval \"" + method_ + "\"", {}, "use \"t\" or \"bootstrap\"");
    if (method_ == "share" &&
        std::any_of(values_.begin(), values_.end(), [](double v) { return v < 0 || v > 1; }))
        throw Error("a share lies between 0 and 1", {}, "drop share_of, or correct the expression");
    const double n = static_cast<double>(values_.size());
    mean_ = std::accumulate(values_.begin(), values_.end(), 0.0) / n;
    // Equal values have the mean that they are, and no deviation: rounding must not make one.
    if (std::all_of(values_.begin(), values_.end(), [&](double v) { return v == values_[0]; })) {
        mean_ = values_[0];
    } else {
        double squares = 0;
        for (const double value : values_) squares += (value - mean_) * (value - mean_);
        deviation_ = std::sqrt(squares / (n - 1));
    }
    if (method_ == "bootstrap" && deviation_ > 0) resample(purpose);
}

void Inference::resample(std::string_view purpose) {
    solvers::Random random(0, "bootstrap " + std::string(purpose));
    const std::size_t n = values_.size();
    resampled_.resize(resamples);
    for (double& mean : resampled_) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) sum += values_[random.below(n)];
        mean = sum / static_cast<double>(n);
    }
    std::sort(resampled_.begin(), resampled_.end());
    bias_ = normal_quantile(bootstrap_tail(mean_));
    double squares = 0, cubes = 0;
    for (const double value : values_) {
        squares += std::pow(value - mean_, 2);
        cubes += std::pow(value - mean_, 3);
    }
    acceleration_ = cubes / (6 * std::pow(squares, 1.5));
}

/// Share of the resamples below a value, ties halved, kept away from 0 and 1.
double Inference::bootstrap_tail(double bound) const {
    const auto [first, last] = std::equal_range(resampled_.begin(), resampled_.end(), bound);
    const double below =
        static_cast<double>(first - resampled_.begin()) + 0.5 * static_cast<double>(last - first);
    const double n = static_cast<double>(resamples);
    return std::clamp(below / n, 1 / (n + 1), n / (n + 1));
}

/// The BCa end point whose normal quantile is z.
double Inference::bootstrap_quantile(double z) const {
    const double shifted = bias_ + (bias_ + z) / (1 - acceleration_ * (bias_ + z));
    const double position = normal_cdf(shifted) * static_cast<double>(resamples + 1);
    const auto index =
        static_cast<std::size_t>(std::clamp(std::floor(position), 1.0, static_cast<double>(resamples)));
    return resampled_[index - 1];
}

double Inference::trials() const {
    const double of_seed = static_cast<double>(sampling_.samples);
    return method_ == "share" && sampling_.reused ? of_seed : of_seed * static_cast<double>(values_.size());
}

double Inference::standard_error(double deviation, std::size_t seeds) const {
    return deviation * std::sqrt(1.0 / static_cast<double>(seeds) + sampling_.reused.value_or(0.0));
}

double Inference::hits() const {
    return std::round(mean_ * trials());
}

/// Clopper and Pearson's.
Interval Inference::proportion_interval(double level) const {
    const double tail = 0.5 * (1 - level);
    return {binomial_distribution<>::find_lower_bound_on_p(trials(), hits(), tail),
            binomial_distribution<>::find_upper_bound_on_p(trials(), hits(), tail)};
}

double Inference::proportion_above(double bound) const {
    if (bound < 0) return 0;
    if (bound >= 1 || hits() == 0) return 1;
    return boost::math::cdf(boost::math::complement(binomial_distribution<>(trials(), bound), hits() - 1));
}

double Inference::proportion_below(double bound) const {
    if (bound > 1) return 0;
    if (bound <= 0 || hits() == trials()) return 1;
    return boost::math::cdf(binomial_distribution<>(trials(), bound), hits());
}

bool Inference::without_spread() const {
    constexpr double rounding = 1e-13;  // some hundred units in the last place
    return (method_ == "t" || method_ == "bootstrap") && values_.size() > 1 &&
           deviation_ <= rounding * std::abs(mean_);
}

Interval Inference::interval(double level) const {
    if (!(level > 0 && level < 1)) throw Error("the level of an interval lies between 0 and 1");
    if (method_ == "exact") {
        const auto [low, high] = std::minmax_element(values_.begin(), values_.end());
        return {*low, *high};
    }
    const std::size_t n = values_.size();
    if (method_ == "binomial") return proportion_interval(level);
    if (n < 2) throw Error("an interval needs two values");
    if (method_ == "bootstrap" && deviation_ > 0) {
        const double z = normal_quantile(0.5 + 0.5 * level);
        return {bootstrap_quantile(-z), bootstrap_quantile(z)};
    }
    const double half = t_half_width(standard_error(deviation_, n), n, level);
    if (method_ != "share") return {mean_ - half, mean_ + half};
    const Interval pooled = proportion_interval(level);
    return {std::max(0.0, std::min(pooled.low, mean_ - half)),
            std::min(1.0, std::max(pooled.high, mean_ + half))};
}

double Inference::p_above(double bound) const {
    const std::size_t n = values_.size();
    if (method_ == "exact") return *std::min_element(values_.begin(), values_.end()) > bound ? 0 : 1;
    const bool proportion = method_ == "binomial" || method_ == "share";
    const double pooled = proportion ? proportion_above(bound) : 0;
    if (method_ == "binomial" || (proportion && (bound < 0 || bound >= 1))) return pooled;
    if (n < 2) return 1;
    if (method_ != "bootstrap" || deviation_ == 0)
        return std::max(pooled, t_tail(mean_ - bound, standard_error(deviation_, n), n));
    const double w = normal_quantile(bootstrap_tail(bound)) - bias_;
    return normal_cdf(w / (1 + acceleration_ * w) - bias_);
}

double Inference::p_below(double bound) const {
    const std::size_t n = values_.size();
    if (method_ == "exact") return *std::max_element(values_.begin(), values_.end()) < bound ? 0 : 1;
    const bool proportion = method_ == "binomial" || method_ == "share";
    const double pooled = proportion ? proportion_below(bound) : 0;
    if (method_ == "binomial" || (proportion && (bound > 1 || bound <= 0))) return pooled;
    if (n < 2) return 1;
    if (method_ != "bootstrap" || deviation_ == 0)
        return std::max(pooled, t_tail(bound - mean_, standard_error(deviation_, n), n));
    return 1 - p_above(bound);
}

std::size_t Inference::seeds_to_resolve(double distance, double level) const {
    if (!(distance > 0) || values_.size() < 2 || without_spread()) return 0;
    const double samples = static_cast<double>(sampling_.samples);
    const bool proportion = method_ == "binomial" || method_ == "share";
    // More seeds do not make more samples of a share that all of them are tested on.
    if (method_ == "share" && sampling_.reused) return 0;
    // A proportion of 0 or 1 has no deviation, and still needs its number of trials: (1 - distance)^n = tail.
    if (proportion && (hits() == 0 || hits() == trials())) {
        if (distance >= 1) return smallest_sample(method_, level);
        const double seeds = std::log(0.5 * (1 - level)) / std::log(1 - distance) / samples;
        return std::max(smallest_sample(method_, level), static_cast<std::size_t>(std::ceil(seeds)));
    }
    const double counting = method_ == "share" ? std::sqrt(mean_ * (1 - mean_) / samples) : 0;
    const double deviation = std::max(deviation_, counting);
    std::size_t low = smallest_sample(method_, level), high = most_seeds;
    if (!(t_half_width(standard_error(deviation, high), high, level) < distance)) return 0;
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (t_half_width(standard_error(deviation, middle), middle, level) < distance)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

std::size_t smallest_sample(const std::string& method, double level) {
    if (method == "exact" || method == "binomial") return 1;
    if (method == "t" || method == "share") return 2;
    std::size_t n = 2;
    while (1 - std::pow(2.0, 1.0 - static_cast<double>(n)) < level) ++n;
    return n;
}

std::vector<double> holm(const std::vector<double>& p_values) {
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
    std::vector<double> adjusted(p_values.size());
    double largest = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const double factor = static_cast<double>(order.size() - i);
        largest = std::max(largest, std::min(1.0, factor * p_values[order[i]]));
        adjusted[order[i]] = largest;
    }
    return adjusted;
}

}  // namespace assay::harness
