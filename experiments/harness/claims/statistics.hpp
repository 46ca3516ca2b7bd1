#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay::harness {

struct Interval {
    double low = 0, high = 0;
};

/// What a sample, one number per seed, says about the mean of the distribution that it was drawn from.
/// Methods:
///   t          Student's t interval
///   bootstrap  BCa interval of the mean (Efron 1987), 10 000 resamples from a fixed stream, so that it never
///   changes binomial   Clopper-Pearson interval of a proportion, for values 0 and 1 (a claim whose value is
///   a truth) exact      no interval: low and high are the extremes over the seeds
class Inference {
  public:
    /// `purpose` names the stream of the bootstrap. Throws Error for an empty sample or an unknown method.
    Inference(std::vector<double> values, std::string method, std::string_view purpose);

    const std::vector<double>& values() const { return values_; }
    const std::string& method() const { return method_; }
    double mean() const { return mean_; }
    double deviation() const { return deviation_; }

    /// Two-sided interval at a level in (0, 1). Needs `smallest_sample(method, level)` values.
    Interval interval(double level) const;

    /// One-sided p-values: of the hypothesis that the mean is at most (at least) the bound. The interval at
    /// level 1 - 2 p has the bound as its lower (upper) end.
    double p_above(double bound) const;
    double p_below(double bound) const;

    /// Seeds after which the interval would have shrunk to a half-width below `distance`, were mean and
    /// deviation to stay as they are; 0 when more than a million.
    std::size_t seeds_to_resolve(double distance, double level) const;

  private:
    void resample(std::string_view purpose);
    double bootstrap_quantile(double z) const;
    double bootstrap_tail(double bound) const;

    std::vector<double> values_;
    std::string method_;
    double mean_ = 0, deviation_ = 0;
    std::vector<double> resampled_;  ///< sorted means of the resamples
    double bias_ = 0, acceleration_ = 0;
};

/// The least number of seeds with which the method can reach the level at all. A t interval needs 2. A
/// bootstrap interval stays between the extremes of the sample, which hold the centre of a symmetric
/// distribution with probability 1 - 2^(1-n): 6 seeds for 95 %.
std::size_t smallest_sample(const std::string& method, double level);

/// Holm's step-down adjusted p-values, in the order given.
std::vector<double> holm(const std::vector<double>& p_values);

}  // namespace assay::harness
