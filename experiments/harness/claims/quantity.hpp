#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/harness/claims/expression.hpp"

namespace assay::harness {

/// Name of the axis of a literal list: it takes over the axis of equal length that it meets.
inline constexpr const char* list_axis = "";

/// Two axis values (or two numbers of a pick) are the same when they agree to 1e-9 relative.
bool same_number(double a, double b);

Quantity scalar(double value);

/// Index of the axis, or throws Error listing the axes that are there.
std::size_t axis_index(const Quantity& quantity, const std::string& name);

/// Index of the point of the axis, or throws Error saying which there are; `written` is how the user put it.
std::size_t point_index(const Quantity& quantity, std::size_t axis, double value, const std::string& written);

/// `along` when given, else the only axis; throws Error when there is not exactly one.
std::size_t single_axis(const Quantity& quantity, const std::optional<std::string>& along);

Quantity map(Quantity quantity, const std::function<double(double)>& f);

/// Entry by entry, with broadcasting by axis name; the axes are those of `a`, then those that only `b` has.
/// Throws Error when an axis that both have differs in its values, or a literal list fits no axis.
Quantity combine(Quantity a, Quantity b, const std::function<double(double, double)>& f);

/// Replaces each line along an axis by one number: f(values, axis values).
using LineFunction = std::function<double(std::span<const double>, std::span<const double>)>;
Quantity reduce(const Quantity& quantity, std::size_t axis, const LineFunction& f);

/// Keeps the listed points of an axis, in that order.
Quantity take(const Quantity& quantity, std::size_t axis, const std::vector<std::size_t>& points);

/// The same quantity at `points` of an axis, some of which it may not have: NaN there.
Quantity spread(const Quantity& quantity, std::size_t axis, const std::vector<double>& points);

/// Removes an axis that has one point.
Quantity drop(Quantity quantity, std::size_t axis);

/// Successive differences along an axis; each stands at the later point.
Quantity differences(const Quantity& quantity, std::size_t axis);

}  // namespace assay::harness
