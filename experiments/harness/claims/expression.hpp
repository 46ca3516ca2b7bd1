#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/result.hpp"

namespace assay::harness {

namespace syntax {
struct Node;
}

/// A value of the claim language: an array over named axes (none: a scalar), row-major.
struct Quantity {
    std::vector<std::string> axis_names;
    std::vector<std::vector<double>> axis_values;
    std::vector<double> values;
    /// For an axis over a parameter that is a text: what each axis value stands for.
    std::map<std::string, std::map<double, std::string>> labels = {};
};

/// The claim language, evaluated for one seed at a time so that comparisons are paired by seed.
///
///   error[gradient=ae-ls, t=100] / error[gradient=ae-ls, t=10]
///
/// A name is a metric, of the experiment or one of `cost_metrics`; brackets pick runs by parameter and points
/// by axis value: `t=100` one (the axis goes), `t=50..100` a range with both ends, `t=[1, 2, 5]` a list,
/// `t=*` all. A range, a list or * over a parameter makes an axis of that name, sorted; texts get their index
/// in the listed order (for *: sorted order) as axis value. Numbers match to 1e-9 relative. The picks must
/// leave exactly one run per seed; a parameter that is the same in all runs needs no pick.
///
/// + - * / ^, comparisons (1, 0, or NaN) and parentheses work entry by entry with broadcasting over named
/// axes; `[a, b, c]` is matched entry by entry with the axis of equal length on the other side. Functions:
///
///   abs sqrt log log10 exp min2(a, b) max2(a, b)
///
///   min max mean sum median all any quantile(x, q)      over all axes, or one: along=axis
///
///   first last diff slope logslope r2 logr2             along the only axis, or along=axis
///
///   argmin argmax                                       the same; their value is that of the axis
///
///   exponent exponentr2                                 the same: slope and r2 of log x against log axis
///
///   crossing(a, b)        first axis value, interpolated, at which a falls below b after having been above;
///                         infinite if it stays above, NaN if it never was
///
///   at(x, axis=value)     the point of the axis, which must be there
class Expression {
  public:
    /// Throws Error with the column of the mistake.
    explicit Expression(std::string text);

    const std::string& text() const { return text_; }
    /// Whether its value is a truth by form (a comparison, all, any, and products and extremes of such), so 0
    /// or 1.
    bool is_truth() const;
    /// Names of metrics and selectors are checked against the spec's experiment; returns one message per
    /// mistake.
    std::vector<std::string> check(const Spec& spec) const;
    /// Ids of the runs (all seeds) that it reads.
    std::vector<std::string> runs(const std::vector<PlannedRun>& planned) const;
    /// Its value for one seed. `result` returns the stored result of an id. Throws Error when a pick finds no
    /// run or several.
    Quantity evaluate(const std::vector<PlannedRun>& planned, std::uint64_t seed,
                      const std::function<const Result&(const std::string& id)>& result) const;

  private:
    std::string text_;
    std::shared_ptr<const syntax::Node> tree_;  ///< immutable, so copies share it
};

}  // namespace assay::harness
