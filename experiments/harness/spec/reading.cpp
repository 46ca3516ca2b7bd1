#include "experiments/harness/spec/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/harness/claims/functions.hpp"
#include "experiments/harness/claims/syntax.hpp"
#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/suggest.hpp"
#include "experiments/harness/spec/values.hpp"

namespace assay::harness {

const std::vector<std::string>& profile_names() {
    static const std::vector<std::string> names = {"paper", "quick", "smoke"};
    return names;
}

Params read_params(const Node& table, const std::string& path, Reading& reading) {
    Params params;
    if (reading.experiment == nullptr) return params;
    for (std::size_t i = 0; i < table.keys.size(); ++i) {
        const Node::Key& key = table.keys[i];
        const ParamSpec* param = find_param(*reading.experiment, key.name);
        if (param == nullptr) {
            reading.problems.add(key.mark, unknown_param(*reading.experiment, key.name));
            continue;
        }
        std::string complaint;
        if (const auto value = value_for(*param, table.items[i], complaint))
            params[key.name] = *value;
        else
            reading.problems.add(table.items[i].mark, fmt::format("{}.{} {}", path, key.name, complaint));
    }
    return params;
}

std::vector<Value> read_values(const Node& list, const std::string& name, const std::string& path,
                               Mark key_mark, Reading& reading) {
    std::vector<Value> values;
    const ParamSpec* param = reading.experiment == nullptr ? nullptr : find_param(*reading.experiment, name);
    if (reading.experiment != nullptr && param == nullptr)
        reading.problems.add(key_mark, unknown_param(*reading.experiment, name));
    if (list.kind != Node::Kind::array) {
        reading.problems.add(list.mark,
                             fmt::format("{} must be a list, but is {}; write [{}]", path, shown(list),
                                         list.kind == Node::Kind::table ? "..." : shown(list)));
        return values;
    }
    if (list.items.empty())
        reading.problems.add(list.mark,
                             path + " is an empty list; give at least one value or leave the key out");
    if (param == nullptr) return values;
    for (const Node& item : list.items) {
        std::string complaint;
        if (const auto value = value_for(*param, item, complaint))
            values.push_back(*value);
        else
            reading.problems.add(item.mark, path + " " + complaint);
    }
    return values;
}

void read_limits(const Node& table, const std::string& path, Reading& reading, std::optional<double>& seconds,
                 std::optional<double>& memory_bytes) {
    Section section(table, path, reading.problems);
    seconds = section.number("seconds", 0);
    if (const auto megabytes = section.number("memory_mb", 0)) memory_bytes = *megabytes * 1024 * 1024;
    section.finish();
}

std::vector<std::string> read_profile_names(Section& section) {
    std::vector<std::string> profiles = section.texts("profiles");
    for (std::size_t i = 0; i < profiles.size(); ++i)
        if (std::find(profile_names().begin(), profile_names().end(), profiles[i]) == profile_names().end())
            section.problems().add(
                section.find("profiles")->mark,
                fmt::format("{}: unknown profile {}{} (allowed: {})", section.name("profiles"),
                            canonical(Value(profiles[i])), did_you_mean(profiles[i], profile_names()),
                            fmt::join(profile_names(), ", ")));
    return profiles;
}

void read_definitions(Section& top, Reading& reading, Spec& spec) {
    const Node* table = top.table("let");
    if (table == nullptr) return;
    std::vector<std::string> taken = function_names();
    for (const CostMetric& cost : cost_metrics()) taken.push_back(cost.spec.name);
    if (reading.experiment != nullptr)
        for (const MetricSpec& metric : reading.experiment->metrics) taken.push_back(metric.name);
    Section section(*table, "let", reading.problems);
    for (const Node::Key& key : table->keys) {
        if (!syntax::is_name(key.name))
            reading.problems.add(key.mark, fmt::format("let: \"{}\" is no name; use letters, digits and _, a "
                                                       "letter first",
                                                       key.name));
        else if (std::find(taken.begin(), taken.end(), key.name) != taken.end())
            reading.problems.add(
                key.mark,
                fmt::format("let.{} is the name of a metric or a function; choose another", key.name));
        else if (const std::string text = section.required_text(key.name); !text.empty())
            reading.definitions[key.name] = text;
    }
    // Also those that nothing uses. One that means nothing is told here, not wherever it is used.
    std::vector<std::string> broken;
    for (const auto& [name, text] : reading.definitions) {
        const std::size_t before = reading.problems.count();
        add_expression(text, "let." + name, table->find(name)->mark, reading);
        if (reading.problems.count() > before) broken.push_back(name);
    }
    for (const std::string& name : broken) reading.definitions.erase(name);
    spec.definitions = reading.definitions;
}

std::string add_expression(const std::string& text, const std::string& path, Mark mark, Reading& reading,
                           const std::vector<std::string>& profiles) {
    if (text.size() > syntax::max_length) {
        reading.problems.add(mark, fmt::format("{} is an expression of {} characters; {} are allowed", path,
                                               text.size(), syntax::max_length));
        return text;
    }
    try {
        Expression expression(expanded(text, reading.definitions));
        reading.expressions.push_back({expression, path, mark, profiles});
        return expression.text();
    } catch (const Error& error) {
        reading.problems.add(mark, path + ": " + error.what());
        return text;
    }
}

std::string read_expression(Section& section, const std::string& key, Reading& reading) {
    const std::string text = section.required_text(key);
    if (text.empty()) return text;
    return add_expression(text, section.name(key), section.find(key)->mark, reading);
}

}  // namespace assay::harness
