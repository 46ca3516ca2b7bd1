#include "experiments/harness/claims/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "experiments/harness/claims/quantity.hpp"
#include "experiments/harness/plan/plan.hpp"

namespace assay::harness {

namespace {

using syntax::Literal;
using syntax::Pick;

std::optional<double> number_of(const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
}

std::string text_of(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    return fmt::format("{:g}", *number_of(value));
}

bool matches(const Literal& literal, const Value& value) {
    const auto number = number_of(value);
    if (number) return literal.number && same_number(*literal.number, *number);
    return literal.text == text_of(value);
}

/// Distinct values of a parameter among the candidates, in sorted order (std::variant orders equal
/// alternatives by value).
std::vector<Value> values_of(const std::string& name, const std::vector<const Params*>& candidates) {
    std::set<Value> distinct;
    for (const Params* params : candidates) distinct.insert(params->at(name));
    return {distinct.begin(), distinct.end()};
}

std::string listed(const std::vector<Value>& values) {
    constexpr std::size_t shown = 12;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < std::min(values.size(), shown); ++i) texts.push_back(text_of(values[i]));
    if (values.size() > shown) texts.push_back("...");
    return fmt::format("{}", fmt::join(texts, ", "));
}

/// The parameter values that a list, range or * picks, in the order of the new axis.
std::vector<Value> picked_values(const Pick& pick, const std::vector<Value>& there) {
    if (pick.kind == Pick::Kind::all) return there;
    std::vector<Value> picked;
    if (pick.kind == Pick::Kind::range) {
        for (const Value& value : there) {
            const auto number = number_of(value);
            if (!number) throw Error("\"" + pick.name + "\" is no number, so it has no range");
            const double low = *pick.values[0].number, high = *pick.values[1].number;
            if ((*number >= low || same_number(*number, low)) &&
                (*number <= high || same_number(*number, high)))
                picked.push_back(value);
        }
        if (picked.empty())
            throw Error(
                fmt::format("no run has \"{}\" in that range; there are {}", pick.name, listed(there)));
        return picked;
    }
    for (const Literal& literal : pick.values) {
        const auto found = std::find_if(there.begin(), there.end(),
                                        [&](const Value& value) { return matches(literal, value); });
        if (found == there.end())
            throw Error(
                fmt::format("no run has {}={}; there are {}", pick.name, literal.text, listed(there)));
        if (std::find(picked.begin(), picked.end(), *found) != picked.end())
            throw Error(fmt::format("{}={} is listed twice", pick.name, literal.text));
        picked.push_back(*found);
    }
    if (number_of(picked[0])) std::sort(picked.begin(), picked.end());
    return picked;
}

double axis_value(const Value& value, std::size_t position) {
    if (const auto number = number_of(value)) return *number;
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1.0 : 0.0;
    return static_cast<double>(position);
}

/// The one candidate with these values; explains which parameters still differ when there are several.
std::size_t only_match(const Params& wanted, const std::vector<const Params*>& candidates,
                       const std::vector<std::size_t>& kept, const std::string& what) {
    std::vector<std::size_t> found;
    for (const std::size_t index : kept) {
        const bool fits = std::all_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
            return candidates[index]->at(entry.first) == entry.second;
        });
        if (fits) found.push_back(index);
    }
    if (found.size() == 1) return found[0];
    std::vector<std::string> point;
    for (const auto& [name, value] : wanted) point.push_back(name + "=" + text_of(value));
    const std::string at = point.empty() ? "" : fmt::format(" at {}", fmt::join(point, ", "));
    if (found.empty()) throw Error("no run" + at + " for " + what, {}, "the sweep has no such combination");
    std::vector<const Params*> several;
    for (const std::size_t index : found) several.push_back(candidates[index]);
    std::vector<std::string> open;
    for (const auto& [name, value] : *several[0]) {
        const std::vector<Value> values = values_of(name, several);
        if (values.size() > 1) open.push_back(name + " (" + listed(values) + ")");
    }
    throw Error(fmt::format("{} leaves {} runs per seed{}", what, found.size(), at), {},
                fmt::format("pick also {}", fmt::join(open, ", ")));
}

}  // namespace

std::string describe(const syntax::Node& metric) {
    std::vector<std::string> picks;
    for (const Pick& pick : metric.picks) {
        std::vector<std::string> values;
        for (const Literal& literal : pick.values) values.push_back(literal.text);
        const std::string joined =
            fmt::format("{}", fmt::join(values, pick.kind == Pick::Kind::range ? ".." : ", "));
        picks.push_back(pick.name + "=" +
                        (pick.kind == Pick::Kind::all    ? "*"
                         : pick.kind == Pick::Kind::list ? "[" + joined + "]"
                                                         : joined));
    }
    return picks.empty() ? metric.name : fmt::format("{}[{}]", metric.name, fmt::join(picks, ", "));
}

Selection select(const syntax::Node& metric, const std::vector<const Params*>& candidates) {
    if (candidates.empty()) throw Error("no run is planned for this seed");
    Selection selection;
    std::vector<const Pick*> axis_picks;
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < candidates.size(); ++i) kept.push_back(i);
    for (const Pick& pick : metric.picks) {
        if (!candidates[0]->contains(pick.name)) {
            selection.point_picks.push_back(pick);
        } else if (pick.kind != Pick::Kind::one) {
            axis_picks.push_back(&pick);
        } else {
            const std::vector<Value> there = values_of(pick.name, candidates);
            std::erase_if(
                kept, [&](std::size_t i) { return !matches(pick.values[0], candidates[i]->at(pick.name)); });
            if (std::none_of(there.begin(), there.end(),
                             [&](const Value& value) { return matches(pick.values[0], value); }))
                throw Error(fmt::format("no run has {}={}; there are {}", pick.name, pick.values[0].text,
                                        listed(there)));
        }
    }
    std::vector<const Params*> left;
    for (const std::size_t i : kept) left.push_back(candidates[i]);
    if (left.empty()) throw Error("no run for " + describe(metric), {}, "the sweep has no such combination");

    std::vector<Params> points(1);
    for (const Pick* pick : axis_picks) {
        const std::vector<Value> values = picked_values(*pick, values_of(pick->name, left));
        selection.axis_names.push_back(pick->name);
        selection.axis_values.emplace_back();
        std::vector<Params> longer;
        for (std::size_t k = 0; k < values.size(); ++k)
            selection.axis_values.back().push_back(axis_value(values[k], k));
        if (std::holds_alternative<std::string>(values[0]))
            for (std::size_t k = 0; k < values.size(); ++k)
                selection.labels[pick->name][axis_value(values[k], k)] = text_of(values[k]);
        for (const Params& point : points) {
            for (const Value& value : values) {
                longer.push_back(point);
                longer.back()[pick->name] = value;
            }
        }
        points = std::move(longer);
    }
    for (const Params& point : points)
        selection.chosen.push_back(only_match(point, candidates, kept, describe(metric)));
    return selection;
}

}  // namespace assay::harness
