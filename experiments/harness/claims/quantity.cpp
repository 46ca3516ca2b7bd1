#include "experiments/harness/claims/quantity.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace assay::harness {

namespace {

/// Larger arrays than this are a mistake in the expression, not a result.
constexpr std::size_t max_entries = 20'000'000;

std::ptrdiff_t signed_index(std::size_t i) {
    return static_cast<std::ptrdiff_t>(i);
}

/// Number of entries between two neighbours along an axis.
std::size_t stride_of(const Quantity& quantity, std::size_t axis) {
    std::size_t stride = 1;
    for (std::size_t i = axis + 1; i < quantity.axis_values.size(); ++i)
        stride *= quantity.axis_values[i].size();
    return stride;
}

std::optional<std::size_t> find_axis(const Quantity& quantity, const std::string& name) {
    const auto found = std::find(quantity.axis_names.begin(), quantity.axis_names.end(), name);
    if (found == quantity.axis_names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - quantity.axis_names.begin());
}

/// Gives a literal list the axis of `other` that has its length.
void adopt_axis(Quantity& list, const Quantity& other) {
    const auto own = find_axis(list, list_axis);
    if (!own || other.axis_names.empty() || find_axis(other, list_axis)) return;
    const std::size_t length = list.axis_values[*own].size();
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < other.axis_names.size(); ++i)
        if (other.axis_values[i].size() == length && !find_axis(list, other.axis_names[i]))
            fitting.push_back(i);
    if (fitting.size() != 1)
        throw Error(fmt::format("a list of {} entries fits {} of the axes {}", length,
                                fitting.empty() ? "none" : "several", fmt::join(other.axis_names, ", ")));
    list.axis_names[*own] = other.axis_names[fitting[0]];
    list.axis_values[*own] = other.axis_values[fitting[0]];
}

void require_same_axis(const Quantity& a, std::size_t i, const Quantity& b, std::size_t j) {
    const std::vector<double>&left = a.axis_values[i], &right = b.axis_values[j];
    const std::string& name = a.axis_names[i];
    if (a.labels.contains(name) && b.labels.contains(name) && a.labels.at(name) != b.labels.at(name))
        throw Error("the two sides list \"" + name + "\" differently", {},
                    "list the same texts in the same order on both");
    if (left.size() == right.size() && std::equal(left.begin(), left.end(), right.begin(), same_number))
        return;
    throw Error(
        fmt::format("the two sides have different points on axis \"{}\": {} from {:g}, and {} from {:g}",
                    a.axis_names[i], left.size(), left.empty() ? NAN : left[0], right.size(),
                    right.empty() ? NAN : right[0]),
        {}, "restrict both to the same points, such as [" + a.axis_names[i] + "=a..b]");
}

/// For each axis of `shape`, how far one step moves in `part`; 0 where `part` has no such axis.
std::vector<std::size_t> steps_in(const Quantity& part, const Quantity& shape) {
    std::vector<std::size_t> steps;
    for (const std::string& name : shape.axis_names) {
        const auto axis = find_axis(part, name);
        steps.push_back(axis ? stride_of(part, *axis) : 0);
    }
    return steps;
}

}  // namespace

bool same_number(double a, double b) {
    return a == b || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
}

Quantity scalar(double value) {
    return {{}, {}, {value}};
}

std::size_t axis_index(const Quantity& quantity, const std::string& name) {
    if (const auto axis = find_axis(quantity, name)) return *axis;
    if (quantity.axis_names.empty())
        throw Error("there is no axis \"" + name + "\": the value is a single number");
    throw Error(fmt::format("there is no axis \"{}\" here; the axes are {}", name,
                            fmt::join(quantity.axis_names, ", ")));
}

std::size_t point_index(const Quantity& quantity, std::size_t axis, double value,
                        const std::string& written) {
    const std::vector<double>& points = quantity.axis_values[axis];
    const auto found =
        std::find_if(points.begin(), points.end(), [&](double point) { return same_number(point, value); });
    if (found == points.end())
        throw Error(fmt::format("axis \"{}\" has no point {}; it has {} points from {:g} to {:g}",
                                quantity.axis_names[axis], written, points.size(),
                                points.empty() ? 0 : points.front(), points.empty() ? 0 : points.back()));
    return static_cast<std::size_t>(found - points.begin());
}

std::size_t single_axis(const Quantity& quantity, const std::optional<std::string>& along) {
    if (along) return axis_index(quantity, *along);
    if (quantity.axis_names.size() == 1) return 0;
    if (quantity.axis_names.empty()) throw Error("a vector is needed here, and the value is a single number");
    throw Error(fmt::format("the value has the axes {}", fmt::join(quantity.axis_names, ", ")), {},
                "choose one with along=axis");
}

Quantity map(Quantity quantity, const std::function<double(double)>& f) {
    for (double& value : quantity.values) value = f(value);
    return quantity;
}

Quantity combine(Quantity a, Quantity b, const std::function<double(double, double)>& f) {
    adopt_axis(a, b);
    adopt_axis(b, a);
    Quantity out{a.axis_names, a.axis_values, {}, a.labels};
    out.labels.insert(b.labels.begin(), b.labels.end());
    for (std::size_t j = 0; j < b.axis_names.size(); ++j) {
        if (const auto i = find_axis(a, b.axis_names[j])) {
            require_same_axis(a, *i, b, j);
        } else {
            out.axis_names.push_back(b.axis_names[j]);
            out.axis_values.push_back(b.axis_values[j]);
        }
    }
    std::size_t count = 1;
    for (const auto& values : out.axis_values) {
        if (!values.empty() && count > max_entries / values.size())
            throw Error("the expression makes an array that is too large");
        count *= values.size();
    }
    out.values.resize(count);
    const std::vector<std::size_t> step_a = steps_in(a, out), step_b = steps_in(b, out);
    std::vector<std::size_t> index(out.axis_names.size(), 0);
    std::size_t at_a = 0, at_b = 0;
    for (double& value : out.values) {
        value = f(a.values[at_a], b.values[at_b]);
        for (std::size_t i = index.size(); i-- > 0;) {
            at_a += step_a[i];
            at_b += step_b[i];
            if (++index[i] < out.axis_values[i].size()) break;
            at_a -= index[i] * step_a[i];
            at_b -= index[i] * step_b[i];
            index[i] = 0;
        }
    }
    return out;
}

Quantity reduce(const Quantity& quantity, std::size_t axis, const LineFunction& f) {
    Quantity out = quantity;
    out.axis_names.erase(out.axis_names.begin() + signed_index(axis));
    out.axis_values.erase(out.axis_values.begin() + signed_index(axis));
    out.values.clear();
    const std::size_t length = quantity.axis_values[axis].size(), stride = stride_of(quantity, axis);
    if (length == 0) throw Error("axis \"" + quantity.axis_names[axis] + "\" has no points");
    std::vector<double> line(length);
    for (std::size_t outer = 0; outer < quantity.values.size(); outer += length * stride) {
        for (std::size_t inner = 0; inner < stride; ++inner) {
            for (std::size_t k = 0; k < length; ++k) line[k] = quantity.values[outer + k * stride + inner];
            out.values.push_back(f(line, quantity.axis_values[axis]));
        }
    }
    return out;
}

Quantity take(const Quantity& quantity, std::size_t axis, const std::vector<std::size_t>& points) {
    Quantity out = quantity;
    out.values.clear();
    out.axis_values[axis].clear();
    for (const std::size_t point : points) out.axis_values[axis].push_back(quantity.axis_values[axis][point]);
    const std::size_t length = quantity.axis_values[axis].size(), stride = stride_of(quantity, axis);
    if (length == 0) return out;
    out.values.reserve(quantity.values.size() / length * points.size());
    for (std::size_t outer = 0; outer < quantity.values.size(); outer += length * stride) {
        for (const std::size_t point : points) {
            const auto from = quantity.values.begin() + signed_index(outer + point * stride);
            out.values.insert(out.values.end(), from, from + signed_index(stride));
        }
    }
    return out;
}

Quantity spread(const Quantity& quantity, std::size_t axis, const std::vector<double>& points) {
    const std::vector<double>& own = quantity.axis_values[axis];
    Quantity out = quantity;
    out.axis_values[axis] = points;
    std::size_t outer = 1;
    for (std::size_t i = 0; i < axis; ++i) outer *= quantity.axis_values[i].size();
    const std::size_t stride = stride_of(quantity, axis);
    out.values.assign(outer * points.size() * stride, NAN);
    for (std::size_t k = 0; k < points.size(); ++k) {
        const auto found = std::find(own.begin(), own.end(), points[k]);
        if (found == own.end()) continue;
        const auto from_point = static_cast<std::size_t>(found - own.begin());
        for (std::size_t line = 0; line < outer; ++line)
            std::copy_n(quantity.values.begin() + signed_index((line * own.size() + from_point) * stride),
                        stride, out.values.begin() + signed_index((line * points.size() + k) * stride));
    }
    return out;
}

Quantity drop(Quantity quantity, std::size_t axis) {
    quantity.axis_names.erase(quantity.axis_names.begin() + signed_index(axis));
    quantity.axis_values.erase(quantity.axis_values.begin() + signed_index(axis));
    return quantity;
}

Quantity differences(const Quantity& quantity, std::size_t axis) {
    const std::size_t length = quantity.axis_values[axis].size();
    if (length < 2) throw Error("differences need two points on axis \"" + quantity.axis_names[axis] + "\"");
    std::vector<std::size_t> earlier, later;
    for (std::size_t k = 1; k < length; ++k) {
        earlier.push_back(k - 1);
        later.push_back(k);
    }
    Quantity out = take(quantity, axis, later);
    const Quantity before = take(quantity, axis, earlier);
    for (std::size_t i = 0; i < out.values.size(); ++i) out.values[i] -= before.values[i];
    return out;
}

}  // namespace assay::harness
