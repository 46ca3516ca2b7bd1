#include "experiments/harness/spec/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/suggest.hpp"
#include "experiments/harness/spec/values.hpp"

namespace assay::harness {

namespace {

/// The evaluator recurses; no honest expression comes near this length.
constexpr std::size_t longest_expression = 2000;

}  // namespace

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

void add_expression(const std::string& text, const std::string& path, Mark mark, Reading& reading,
                    const std::vector<std::string>& profiles) {
    if (text.size() > longest_expression) {
        reading.problems.add(mark, fmt::format("{} is an expression of {} characters; {} are allowed", path,
                                               text.size(), longest_expression));
        return;
    }
    try {
        reading.expressions.push_back({Expression(text), path, mark, profiles});
    } catch (const Error& error) {
        reading.problems.add(mark, path + ": " + error.what());
    }
}

std::string read_expression(Section& section, const std::string& key, Reading& reading,
                            const std::vector<std::string>& profiles) {
    const std::string text = section.required_text(key);
    if (!text.empty()) add_expression(text, section.name(key), section.find(key)->mark, reading, profiles);
    return text;
}

}  // namespace assay::harness
