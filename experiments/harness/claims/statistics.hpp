#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::harness {

struct Interval {
    double low = 0, high = 0;
};

/// The samples behind the value of a seed.
struct Sampling {
    std::size_t samples = 1;            ///< of a share
    std::optional<double> reused = {};  ///< see Check: set when the seeds have samples in common
};

/// What a sample, one number per seed, says about the mean of the distribution that it was drawn from.
/// Methods:
///   t          Student's t interval
///   bootstrap  BCa interval of the mean (Efron 1987), 10 000 resamples from a fixed stream, so that it never
///              changes
///   binomial   Clopper-Pearson interval of a proportion, for values 0 and 1 (a claim whose value is a truth)
///   share      for values that are shares of `samples` independent samples each: the hull of the
///              Clopper-Pearson interval of all samples pooled and of the t interval over seeds, within [0,
///              1]. The first is right for shares near 0 and 1 (where every seed may give the same), the
///              second when seeds differ by more than counting does; each p-value is the larger of the two.
///   exact      no interval: low and high are the extremes over the seeds
/// Seeds that reuse samples are less than independent draws: a share's samples are then those of one seed,
/// and where every seed splits one set anew, the variance of the mean is deviation^2 (1 / n + test / train)
/// (Nadeau and Bengio 2003).
class Inference {
  public:
    /// `purpose` names the stream of the bootstrap. Throws Error for an empty sample, an unknown method, or a
    /// share outside [0, 1].
    Inference(std::vector<double> values, std::string method, std::string_view purpose,
              const Sampling& sampling = {});

    const std::vector<double>& values() const { return values_; }
    const std::string& method() const { return method_; }
    double mean() const { return mean_; }
    double deviation() const { return deviation_; }
    /// A t or bootstrap sample whose values differ by no more than rounding. It has no estimate of its
    /// spread, so that neither method can say anything; its interval is formally a point.
    bool without_spread() const;

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
    double trials() const;
    double hits() const;
    double standard_error(double deviation, std::size_t seeds) const;
    Interval proportion_interval(double level) const;
    double proportion_above(double bound) const;
    double proportion_below(double bound) const;
    void resample(std::string_view purpose);
    double bootstrap_quantile(double z) const;
    double bootstrap_tail(double bound) const;

    std::vector<double> values_;
    std::string method_;
    Sampling sampling_;
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
