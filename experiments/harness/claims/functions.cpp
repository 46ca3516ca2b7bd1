#include "experiments/harness/claims/functions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <span>

namespace assay::harness {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
using Line = std::span<const double>;

bool has_nan(Line values) {
    return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}
double truth(bool value) {
    return value ? 1.0 : 0.0;
}

double mean_of(Line values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Linear interpolation between order statistics: position (n - 1) q.
double quantile_of(Line values, double q) {
    if (!(q >= 0 && q <= 1)) throw Error("a quantile lies between 0 and 1");
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Least-squares line of y against x.
struct Fit {
    double slope, r2;
};
Fit fit_line(Line x, Line y) {
    if (x.size() < 2) throw Error("a slope needs two points");
    const double mean_x = mean_of(x), mean_y = mean_of(y);
    double xx = 0, xy = 0, yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
        yy += (y[i] - mean_y) * (y[i] - mean_y);
    }
    return {xy / xx, xy * xy / (xx * yy)};
}

std::vector<double> logarithms(Line values) {
    std::vector<double> out(values.begin(), values.end());
    for (double& value : out) value = std::log(value);
    return out;
}

/// First place where d falls below 0 after having been above; zeros in between count as neither. Infinite
/// when it stays above: it has not fallen yet. NaN when it never was.
double first_fall(Line d, Line axis) {
    bool was_above = false;
    for (std::size_t i = 0; i < d.size(); ++i) {
        if (std::isnan(d[i])) return nan;
        if (d[i] < 0 && was_above)
            return axis[i - 1] + (axis[i] - axis[i - 1]) * d[i - 1] / (d[i - 1] - d[i]);
        if (d[i] != 0) was_above = d[i] > 0;
    }
    return was_above ? std::numeric_limits<double>::infinity() : nan;
}

double extreme_index(Line values, Line axis, bool largest) {
    if (has_nan(values)) return nan;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return axis[static_cast<std::size_t>((largest ? std::find(values.begin(), values.end(), *high) : low) -
                                         values.begin())];
}

template <double (*F)(double)>
Quantity entrywise(const std::vector<Quantity>& operands, const CallOptions&) {
    return map(operands[0], F);
}

template <double (*F)(double, double)>
Quantity pairwise(const std::vector<Quantity>& operands, const CallOptions&) {
    return combine(operands[0], operands[1], F);
}

/// Over one axis when `along` says which, else over all entries.
template <double (*F)(Line), bool any_nan_counts = true>
Quantity reduction(const std::vector<Quantity>& operands, const CallOptions& options) {
    const auto guarded = [](Line values) { return any_nan_counts && has_nan(values) ? nan : F(values); };
    if (options.along)
        return reduce(operands[0], axis_index(operands[0], *options.along),
                      [&](Line values, Line) { return guarded(values); });
    if (operands[0].values.empty()) throw Error("nothing to reduce: no points are left");
    return scalar(guarded(operands[0].values));
}

/// The one value at an end of an axis: with several axes and no `along` it would be that of one curve of
/// many.
template <double (*F)(Line)>
Quantity end(const std::vector<Quantity>& operands, const CallOptions& options) {
    if (!options.along && operands[0].axis_names.size() > 1)
        throw Error(
            fmt::format("the end of which axis is meant: {}", fmt::join(operands[0].axis_names, ", ")), {},
            "say along=axis");
    return reduction<F, false>(operands, options);
}

/// Needs the axis values, so one axis.
template <double (*F)(Line values, Line axis)>
Quantity along_axis(const std::vector<Quantity>& operands, const CallOptions& options) {
    return reduce(operands[0], single_axis(operands[0], options.along), F);
}

Quantity quantile(const std::vector<Quantity>& operands, const CallOptions& options) {
    if (operands[1].values.size() != 1) throw Error("the second argument of quantile is a single number");
    const double q = operands[1].values[0];
    const auto f = [q](Line values) { return has_nan(values) ? nan : quantile_of(values, q); };
    if (!options.along) return scalar(f(operands[0].values));
    return reduce(operands[0], axis_index(operands[0], *options.along),
                  [&](Line values, Line) { return f(values); });
}

Quantity diff(const std::vector<Quantity>& operands, const CallOptions& options) {
    return differences(operands[0], single_axis(operands[0], options.along));
}

Quantity crossing(const std::vector<Quantity>& operands, const CallOptions& options) {
    const Quantity gap = combine(operands[0], operands[1], std::minus<>());
    return reduce(gap, single_axis(gap, options.along), first_fall);
}

Quantity at(const std::vector<Quantity>& operands, const CallOptions& options) {
    const auto& [name, value] = *options.point;
    const std::size_t axis = axis_index(operands[0], name);
    return drop(take(operands[0], axis, {point_index(operands[0], axis, value, fmt::format("{:g}", value))}),
                axis);
}

double absolute(double x) {
    return std::abs(x);
}
double root(double x) {
    return std::sqrt(x);
}
double natural_log(double x) {
    return std::log(x);
}
double decimal_log(double x) {
    return std::log10(x);
}
double exponential(double x) {
    return std::exp(x);
}
double smaller(double a, double b) {
    return std::isnan(a) || std::isnan(b) ? nan : std::min(a, b);
}
double larger(double a, double b) {
    return std::isnan(a) || std::isnan(b) ? nan : std::max(a, b);
}
double first_of(Line values) {
    return values.front();
}
double last_of(Line values) {
    return values.back();
}
double min_of(Line values) {
    return *std::min_element(values.begin(), values.end());
}
double max_of(Line values) {
    return *std::max_element(values.begin(), values.end());
}
double sum_of(Line values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}
double median_of(Line values) {
    return quantile_of(values, 0.5);
}
double all_of(Line values) {
    return truth(std::all_of(values.begin(), values.end(), [](double v) { return v != 0; }));
}
double any_of(Line values) {
    return truth(std::any_of(values.begin(), values.end(), [](double v) { return v != 0; }));
}
double argmin(Line values, Line axis) {
    return extreme_index(values, axis, false);
}
double argmax(Line values, Line axis) {
    return extreme_index(values, axis, true);
}
double slope(Line values, Line axis) {
    return fit_line(axis, values).slope;
}
double log_slope(Line values, Line axis) {
    return fit_line(axis, logarithms(values)).slope;
}
double r_squared(Line values, Line axis) {
    return fit_line(axis, values).r2;
}
double log_r_squared(Line values, Line axis) {
    return fit_line(axis, logarithms(values)).r2;
}
double exponent(Line values, Line axis) {
    return fit_line(logarithms(axis), logarithms(values)).slope;
}
double exponent_r_squared(Line values, Line axis) {
    return fit_line(logarithms(axis), logarithms(values)).r2;
}

std::map<std::string, Function, std::less<>> make_functions() {
    std::map<std::string, Function, std::less<>> table;
    const auto plain = [&](const std::string& name, auto apply) {
        table[name] = {1, false, false, name + "(x)", apply};
    };
    const auto along = [&](const std::string& name, auto apply) {
        table[name] = {1, true, false, name + "(x) or " + name + "(x, along=axis)", apply};
    };
    plain("abs", entrywise<absolute>);
    plain("sqrt", entrywise<root>);
    plain("log", entrywise<natural_log>);
    plain("log10", entrywise<decimal_log>);
    plain("exp", entrywise<exponential>);
    along("first", end<first_of>);
    along("last", end<last_of>);
    along("min", reduction<min_of>);
    along("max", reduction<max_of>);
    along("mean", reduction<mean_of>);
    along("sum", reduction<sum_of>);
    along("median", reduction<median_of>);
    along("all", reduction<all_of>);
    along("any", reduction<any_of>);
    along("argmin", along_axis<argmin>);
    along("argmax", along_axis<argmax>);
    along("diff", diff);
    along("slope", along_axis<slope>);
    along("logslope", along_axis<log_slope>);
    along("r2", along_axis<r_squared>);
    along("logr2", along_axis<log_r_squared>);
    along("exponent", along_axis<exponent>);
    along("exponentr2", along_axis<exponent_r_squared>);
    table["min2"] = {2, false, false, "min2(a, b)", pairwise<smaller>};
    table["max2"] = {2, false, false, "max2(a, b)", pairwise<larger>};
    table["quantile"] = {2, true, false, "quantile(x, q) or quantile(x, q, along=axis)", quantile};
    table["crossing"] = {2, true, false, "crossing(a, b) or crossing(a, b, along=axis)", crossing};
    table["at"] = {1, false, true, "at(x, axis=value)", at};
    return table;
}

const std::map<std::string, Function, std::less<>>& functions() {
    static const auto table = make_functions();
    return table;
}

/// A comparison that keeps NaN: "not measured" is neither true nor false.
template <typename Compare>
Quantity compare(Quantity left, Quantity right, Compare holds) {
    return combine(std::move(left), std::move(right), [&](double a, double b) {
        return std::isnan(a) || std::isnan(b) ? nan : truth(holds(a, b));
    });
}

}  // namespace

const Function* find_function(std::string_view name) {
    const auto found = functions().find(name);
    return found == functions().end() ? nullptr : &found->second;
}

std::vector<std::string> function_names() {
    std::vector<std::string> names;
    for (const auto& [name, function] : functions()) names.push_back(name);
    return names;
}

Quantity apply_operator(const std::string& op, Quantity left, Quantity right) {
    Quantity a = std::move(left), b = std::move(right);
    if (op == "+") return combine(std::move(a), std::move(b), std::plus<>());
    if (op == "-") return combine(std::move(a), std::move(b), std::minus<>());
    if (op == "*") return combine(std::move(a), std::move(b), std::multiplies<>());
    if (op == "/") return combine(std::move(a), std::move(b), std::divides<>());
    if (op == "^")
        return combine(std::move(a), std::move(b), [](double x, double y) { return std::pow(x, y); });
    if (op == "<") return compare(std::move(a), std::move(b), std::less<>());
    if (op == "<=") return compare(std::move(a), std::move(b), std::less_equal<>());
    if (op == ">") return compare(std::move(a), std::move(b), std::greater<>());
    if (op == ">=") return compare(std::move(a), std::move(b), std::greater_equal<>());
    return compare(std::move(a), std::move(b), std::equal_to<>());
}

}  // namespace assay::harness
