#include "experiments/harness/experiment.hpp"

#include <fmt/format.h>

#include <cctype>
#include <set>

#include "experiments/harness/result.hpp"
#include "experiments/harness/spec/values.hpp"

namespace assay::harness {

namespace {

[[noreturn]] void refuse(const Experiment& experiment, const std::string& message) {
    throw Error(message,
                experiment.name.empty() ? "an experiment without name" : "experiment " + experiment.name,
                "this is a mistake in the experiment's registration, not in a spec");
}

/// Letters, digits and underscores, a letter first: what specs and expressions can name.
bool is_name(const std::string& text) {
    if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
    for (const char c : text)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
    return true;
}

void check_params(const Experiment& experiment) {
    std::set<std::string> names;
    for (const ParamSpec& param : experiment.params) {
        if (!is_name(param.name))
            refuse(experiment,
                   fmt::format("a parameter is called \"{}\"; use letters, digits and _", param.name));
        if (param.name == "seed")
            refuse(experiment, "a parameter is called \"seed\"; every run has its seed without it");
        if (!names.insert(param.name).second)
            refuse(experiment, fmt::format("parameter {} appears twice", param.name));
        if (param.doc.empty()) refuse(experiment, fmt::format("parameter {} has no explanation", param.name));
        if (!(param.min <= param.max))
            refuse(experiment, fmt::format("parameter {}: min is above max", param.name));
        if (!param.choices.empty() && !std::holds_alternative<std::string>(param.fallback))
            refuse(experiment, fmt::format("parameter {} has choices, but is no text", param.name));
        const std::string complaint = complaint_about(param, param.fallback);
        if (!complaint.empty())
            refuse(experiment, fmt::format("the default of parameter {} {}", param.name, complaint));
    }
}

void check_metrics(const Experiment& experiment) {
    if (experiment.metrics.empty())
        refuse(experiment, "it declares no metric, so that a run of it would tell nothing");
    std::set<std::string> names;
    for (const MetricSpec& metric : experiment.metrics) {
        if (!is_name(metric.name))
            refuse(experiment,
                   fmt::format("a metric is called \"{}\"; use letters, digits and _", metric.name));
        if (find_cost_metric(metric.name) != nullptr)
            refuse(experiment,
                   fmt::format("a metric is called \"{}\"; every run has it from its own clock and "
                               "counters, so name yours otherwise",
                               metric.name));
        if (!names.insert(metric.name).second)
            refuse(experiment, fmt::format("metric {} appears twice", metric.name));
        if (metric.doc.empty()) refuse(experiment, fmt::format("metric {} has no explanation", metric.name));
        std::set<std::string> axes;
        for (const std::string& axis : metric.axes) {
            if (!is_name(axis) || axis == "seed")
                refuse(experiment, fmt::format("metric {} has an axis called \"{}\"", metric.name, axis));
            if (!axes.insert(axis).second)
                refuse(experiment, fmt::format("metric {} has the axis {} twice", metric.name, axis));
            if (find_param(experiment, axis) != nullptr)
                refuse(
                    experiment,
                    fmt::format("\"{}\" is a parameter and an axis of metric {}; [{}=...] in a claim could "
                                "mean either, so rename one",
                                axis, metric.name, axis));
        }
    }
}

std::map<std::string, Experiment>& registry() {
    static std::map<std::string, Experiment> all;
    return all;
}

}  // namespace

void register_experiment(Experiment experiment) {
    const std::size_t point = experiment.name.find('.');
    if (point == std::string::npos || !is_name(experiment.name.substr(0, point)) ||
        !is_name(experiment.name.substr(point + 1)))
        refuse(experiment, "its name must be \"study.what\", of letters, digits and _");
    if (registry().count(experiment.name) != 0) refuse(experiment, "the name is taken already");
    if (!experiment.body) refuse(experiment, "it has no body");
    check_params(experiment);
    check_metrics(experiment);
    const std::string name = experiment.name;
    registry().emplace(name, std::move(experiment));
}

const std::map<std::string, Experiment>& experiments() {
    return registry();
}

}  // namespace assay::harness
