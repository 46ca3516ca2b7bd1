#include "experiments/harness/plan/expand.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "experiments/harness/plan/plan.hpp"

namespace assay::harness {

namespace {

/// Every point crossed with every one of `factor`, the factor running fastest.
void cross(std::vector<Params>& points, const std::vector<Params>& factor) {
    std::vector<Params> crossed;
    crossed.reserve(points.size() * factor.size());
    for (const Params& point : points) {
        for (const Params& entries : factor) {
            crossed.push_back(point);
            for (const auto& [name, value] : entries) crossed.back()[name] = value;
        }
    }
    points = std::move(crossed);
}

std::vector<Params> walked_together(const std::map<std::string, std::vector<Value>>& lists) {
    std::vector<Params> factor(lists.empty() ? 0 : lists.begin()->second.size());
    for (const auto& [name, values] : lists)
        for (std::size_t i = 0; i < factor.size(); ++i) factor[i][name] = values[i];
    return factor;
}

bool agrees(const Params& point, const Params& entries) {
    return std::all_of(entries.begin(), entries.end(), [&](const auto& entry) {
        const auto found = point.find(entry.first);
        return found != point.end() && found->second == entry.second;
    });
}

std::vector<Params> expand_block(const Sweep& sweep, const Params& base) {
    std::vector<Params> points = {base};
    for (const auto& [name, values] : sweep.grid) cross(points, walked_together({{name, values}}));
    for (const auto& lists : sweep.zip) cross(points, walked_together(lists));
    if (!sweep.cases.empty()) cross(points, sweep.cases);
    if (!sweep.draws.empty()) cross(points, draw_points(sweep));
    std::erase_if(points, [&](const Params& point) {
        return std::any_of(sweep.exclude.begin(), sweep.exclude.end(),
                           [&](const Params& entries) { return agrees(point, entries); });
    });
    return points;
}

}  // namespace

double count_points(const Sweep& sweep) {
    double count = 1;
    for (const auto& [name, values] : sweep.grid) count *= static_cast<double>(values.size());
    for (const auto& lists : sweep.zip)
        count *= lists.empty() ? 0.0 : static_cast<double>(lists.begin()->second.size());
    if (!sweep.cases.empty()) count *= static_cast<double>(sweep.cases.size());
    if (!sweep.draws.empty()) count *= static_cast<double>(sweep.draw_count);
    return count;
}

std::vector<std::string> swept_names(const Spec& spec) {
    std::set<std::string> names;
    for (const Sweep& sweep : spec.sweeps) {
        for (const auto& [name, values] : sweep.grid) names.insert(name);
        for (const auto& lists : sweep.zip)
            for (const auto& [name, values] : lists) names.insert(name);
        for (const Params& point : sweep.cases)
            for (const auto& [name, value] : point) names.insert(name);
        for (const auto& [name, draw] : sweep.draws) names.insert(name);
    }
    return {names.begin(), names.end()};
}

std::vector<Params> expand(const Spec& spec) {
    if (spec.sweeps.empty()) return {spec.params};
    std::vector<Params> points;
    std::unordered_set<std::string> seen;
    for (const Sweep& sweep : spec.sweeps)
        for (Params& point : expand_block(sweep, spec.params))
            if (seen.insert(canonical(point)).second) points.push_back(std::move(point));
    return points;
}

}  // namespace assay::harness
