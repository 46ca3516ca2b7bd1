#include "experiments/harness/claims/decide.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "experiments/harness/claims/statistics.hpp"

namespace assay::harness {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// One bound of a check: the values on one side of a number.
struct HalfLine {
    double bound;
    bool upward;  ///< values above the bound are demanded
    bool strict;

    bool holds(double value) const {
        if (value == bound) return !strict;
        return upward ? value > bound : value < bound;
    }
    bool inside(const Interval& interval) const { return holds(upward ? interval.low : interval.high); }
    bool outside(const Interval& interval) const { return !holds(upward ? interval.high : interval.low); }
    double margin(double value) const { return upward ? value - bound : bound - value; }
    double p_false(const Inference& sample) const {
        return upward ? sample.p_above(bound) : sample.p_below(bound);
    }
    double p_true(const Inference& sample) const {
        return upward ? sample.p_below(bound) : sample.p_above(bound);
    }
};

/// The demanded region: where all bounds of a check hold.
class Region {
  public:
    explicit Region(const Check& check) {
        const auto place = [&](double bound) { return check.log_scale ? std::log(bound) : bound; };
        if (check.above) bounds_.push_back({place(*check.above), true, true});
        if (check.below) bounds_.push_back({place(*check.below), false, true});
        if (check.near) bounds_.push_back({place(*check.near - check.within), true, false});
        if (check.near) bounds_.push_back({place(*check.near + check.within), false, false});
    }

    bool empty() const { return bounds_.empty(); }
    bool holds(double value) const {
        return std::all_of(bounds_.begin(), bounds_.end(), [&](const HalfLine& b) { return b.holds(value); });
    }
    bool inside(const Inference& sample, double level) const {
        if (sample.without_spread()) return false;
        const Interval interval = sample.interval(level);
        return std::all_of(bounds_.begin(), bounds_.end(),
                           [&](const HalfLine& b) { return b.inside(interval); });
    }
    bool outside(const Inference& sample, double level) const {
        if (sample.without_spread()) return false;
        const Interval interval = sample.interval(level);
        return std::any_of(bounds_.begin(), bounds_.end(),
                           [&](const HalfLine& b) { return b.outside(interval); });
    }
    /// Distance to the nearest end, negative outside.
    double margin(double value) const {
        double least = std::numeric_limits<double>::infinity();
        for (const HalfLine& bound : bounds_) least = std::min(least, bound.margin(value));
        return least;
    }
    /// One-sided p-values of "outside" and of "inside"; without spread there is no test, and both are even.
    double p_false(const Inference& sample) const {
        if (sample.without_spread()) return 0.5;
        double most = 0;
        for (const HalfLine& bound : bounds_) most = std::max(most, bound.p_false(sample));
        return most;
    }
    double p_true(const Inference& sample) const {
        if (sample.without_spread()) return 0.5;
        double least = 1;
        for (const HalfLine& bound : bounds_) least = std::min(least, bound.p_true(sample));
        return least;
    }

  private:
    std::vector<HalfLine> bounds_;
};

double two_sided(double p) {
    return std::min(1.0, 2 * p);
}

std::vector<Inference> inferences(const std::string& method, const std::vector<std::vector<double>>& values,
                                  std::string_view purpose, const Sampling& sampling) {
    std::vector<Inference> made;
    for (std::size_t component = 0; component < values[0].size(); ++component) {
        std::vector<double> sample;
        for (const auto& seed : values) sample.push_back(seed[component]);
        made.emplace_back(std::move(sample), method, std::string(purpose) + " " + std::to_string(component),
                          sampling);
    }
    return made;
}

/// The component that fits the claim least: by its p-value, and among equal ones by its distance to the
/// bound.
std::size_t worst_component(const Region& region, const std::vector<Inference>& samples) {
    std::size_t worst = 0;
    double worst_p = -1, worst_margin = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const double p = region.p_false(samples[i]), margin = region.margin(samples[i].mean());
        if (p < worst_p || (p == worst_p && margin >= worst_margin)) continue;
        worst = i;
        worst_p = p;
        worst_margin = margin;
    }
    return worst;
}

Decision decide_exact(const Region& region, const std::vector<Inference>& samples) {
    Decision decision;
    decision.verdict = Verdict::reproduced;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < samples.size(); ++i) {
        for (const double value : samples[i].values()) {
            if (!region.holds(value)) decision.verdict = Verdict::contradicted;
            if (region.margin(value) >= least) continue;
            least = region.margin(value);
            decision.worst = i;
        }
    }
    const Inference& worst = samples[decision.worst];
    const Interval extremes = worst.interval(0.5);  // an exact sample has the same interval at every level
    decision.estimate = worst.mean();
    decision.low = extremes.low;
    decision.high = extremes.high;
    decision.p_value = decision.p_answer = nan;
    decision.per_seed = worst.values();
    return decision;
}

/// The largest number of seeds that a component which is not yet inside would need.
std::size_t seeds_needed(const Region& region, const std::vector<Inference>& samples, double level,
                         double corrected) {
    std::size_t most = 0;
    for (const Inference& sample : samples) {
        if (region.inside(sample, level)) continue;
        const double margin = region.margin(sample.mean());
        const std::size_t needed = sample.seeds_to_resolve(std::abs(margin), margin < 0 ? corrected : level);
        if (needed == 0) return 0;
        most = std::max(most, needed);
    }
    return most;
}

std::string few_seeds(const std::string& method, std::size_t seeds, std::size_t needed, double level) {
    if (seeds == 1) return "one seed has no interval; more seeds, or exact = true for an identity";
    return fmt::format("a {} interval at {:g} % needs {} seeds, there are {}", method, 100 * level, needed,
                       seeds);
}

/// A check with bounds, on values that are already on its scale.
Decision decide_on_scale(const Region& region, const std::string& method, double level,
                         const std::vector<Inference>& samples) {
    Decision decision;
    decision.worst = worst_component(region, samples);
    const Inference& worst = samples[decision.worst];
    const std::size_t seeds = worst.values().size(), needed = smallest_sample(method, level);
    decision.estimate = worst.mean();
    decision.per_seed = worst.values();
    decision.low = decision.high = nan;
    if (seeds < needed) {
        decision.seeds_to_decide = needed;
        decision.remark = few_seeds(method, seeds, needed, level);
        return decision;
    }
    if (!worst.without_spread()) {
        const Interval shown = worst.interval(level);
        decision.low = shown.low;
        decision.high = shown.high;
    }
    const double count = static_cast<double>(samples.size()), corrected = 1 - (1 - level) / count;
    double p_true = 1;
    bool all_inside = true, one_outside = false;
    for (const Inference& sample : samples) {
        all_inside = all_inside && region.inside(sample, level);
        one_outside = one_outside || region.outside(sample, corrected);
        p_true = std::min(p_true, region.p_true(sample));
    }
    decision.p_value = decision.p_answer = two_sided(region.p_false(worst));
    if (all_inside) {
        decision.verdict = Verdict::reproduced;
    } else if (one_outside) {
        decision.verdict = Verdict::contradicted;
        decision.p_answer = std::min(1.0, count * two_sided(p_true));
    } else {
        decision.seeds_to_decide = seeds_needed(region, samples, level, corrected);
        if (method == "binomial" && worst.deviation() == 0)
            decision.remark =
                "all seeds agree, but they are too few to speak for the next; exact = true if each must hold";
        if (worst.without_spread())
            decision.remark =
                "every seed gave the same value, so nothing is known of its spread; exact = true if chance "
                "cannot move it, share_of if it is a share";
    }
    return decision;
}

std::vector<std::vector<double>> logarithms(std::vector<std::vector<double>> values) {
    for (auto& seed : values)
        for (double& value : seed) value = std::log(value);
    return values;
}

std::optional<double> not_positive(const std::vector<std::vector<double>>& values) {
    for (const auto& seed : values)
        for (const double value : seed)
            if (!(value > 0)) return value;
    return std::nullopt;
}

Decision without_logarithm(double value) {
    Decision decision;
    decision.estimate = decision.low = decision.high = nan;
    decision.remark =
        fmt::format("a value of {:g} has no logarithm; scale = \"log\" needs positive values", value);
    return decision;
}

/// The seeds whose values all keep the check; values and region on the same scale.
std::size_t holding(const Region& region, const std::vector<std::vector<double>>& values) {
    return static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [&](const auto& seed) {
        return std::all_of(seed.begin(), seed.end(), [&](double value) { return region.holds(value); });
    }));
}

bool any_infinite(const std::vector<std::vector<double>>& values) {
    return std::any_of(values.begin(), values.end(), [](const auto& seed) {
        return std::any_of(seed.begin(), seed.end(), [](double value) { return std::isinf(value); });
    });
}

/// Infinite values have no mean: each seed only says whether its value keeps the check, and that is judged as
/// a truth.
Decision decide_by_seeds(const Region& region, double level, const std::vector<std::vector<double>>& scaled,
                         std::string_view purpose) {
    std::vector<std::vector<double>> truths = scaled;
    for (auto& seed : truths)
        for (double& value : seed) value = region.holds(value) ? 1 : 0;
    Check majority;
    majority.above = 0.5;
    Decision decision =
        decide_on_scale(Region(majority), "binomial", level, inferences("binomial", truths, purpose, {}));
    for (std::size_t i = 0; i < scaled.size(); ++i) decision.per_seed[i] = scaled[i][decision.worst];
    decision.estimate = decision.low = decision.high = nan;
    decision.remark =
        "infinite for some seeds (what is asked for has not happened there), so that only each seed's yes "
        "or no is judged";
    return decision;
}

}  // namespace

Decision decide(const Check& check, const std::string& method, double level,
                const std::vector<std::vector<double>>& values, std::string_view purpose,
                const Sampling& sampling) {
    if (values.empty() || values[0].empty()) throw Error("there are no values to judge");
    const Region region(check);
    if (region.empty()) throw Error("the check demands nothing", {}, "give above, below or near");
    const std::vector<std::vector<double>> scaled = check.log_scale ? logarithms(values) : values;
    const std::optional<double> bad = check.log_scale ? not_positive(values) : std::nullopt;
    const auto judged = [&] {
        if (method != "exact" && any_infinite(scaled)) return decide_by_seeds(region, level, scaled, purpose);
        const std::vector<Inference> inferred = inferences(method, scaled, purpose, sampling);
        return method == "exact" ? decide_exact(region, inferred)
                                 : decide_on_scale(region, method, level, inferred);
    };
    Decision decision = bad ? without_logarithm(*bad) : judged();
    decision.seeds_holding = holding(region, scaled);
    if (!check.log_scale || bad) return decision;
    for (double* shown : {&decision.estimate, &decision.low, &decision.high}) *shown = std::exp(*shown);
    for (std::size_t i = 0; i < values.size(); ++i) decision.per_seed[i] = values[i][decision.worst];
    return decision;
}

}  // namespace assay::harness
