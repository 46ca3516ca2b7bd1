#include "experiments/harness/spec/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/section.hpp"
#include "experiments/harness/spec/suggest.hpp"

namespace assay::harness {

namespace {

const char* type_name(const Value& value) {
    static constexpr const char* names[] = {"true or false", "an integer", "a real number",
                                            "a text in quotes"};
    return names[value.index()];
}

}  // namespace

const ParamSpec* find_param(const Experiment& experiment, const std::string& name) {
    for (const ParamSpec& param : experiment.params)
        if (param.name == name) return &param;
    return nullptr;
}

std::string complaint_about(const ParamSpec& param, const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        const auto& choices = param.choices;
        if (choices.empty() || std::find(choices.begin(), choices.end(), *text) != choices.end()) return "";
        return fmt::format("must be one of {}, but is {}{}", quoted_list(choices), canonical(value),
                           did_you_mean(*text, choices));
    }
    if (std::holds_alternative<bool>(value)) return "";
    const auto* integer = std::get_if<std::int64_t>(&value);
    const double number = integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
    if (!std::isfinite(number)) return "must be a finite number";
    if (number >= param.min && number <= param.max) return "";
    return fmt::format("must be {}, but is {}", range_text(param.min, param.max), canonical(value));
}

std::optional<Value> value_for(const ParamSpec& param, const Node& node, std::string& complaint) {
    std::optional<Value> value;
    const bool scalar =
        node.kind != Node::Kind::array && node.kind != Node::Kind::table && node.kind != Node::Kind::moment;
    if (scalar && node.value.index() == param.fallback.index()) {
        value = node.value;
    } else if (node.kind == Node::Kind::integer && std::holds_alternative<double>(param.fallback)) {
        value = static_cast<double>(std::get<std::int64_t>(node.value));
    } else {
        complaint = fmt::format("must be {}, but is {}", type_name(param.fallback), shown(node));
        if (node.kind == Node::Kind::array) complaint += "; to sweep it, write the list under [sweep.grid]";
        return std::nullopt;
    }
    complaint = complaint_about(param, *value);
    if (!complaint.empty()) return std::nullopt;
    return value;
}

std::string unknown_param(const Experiment& experiment, const std::string& name) {
    std::vector<std::string> names;
    for (const ParamSpec& param : experiment.params) names.push_back(param.name);
    std::sort(names.begin(), names.end());
    return fmt::format("unknown parameter {} of {}{} (its parameters: {})", canonical(Value(name)),
                       experiment.name, did_you_mean(name, names), fmt::join(names, ", "));
}

}  // namespace assay::harness
