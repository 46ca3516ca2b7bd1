#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "experiments/harness/cli/commands.hpp"
#include "experiments/harness/run/display.hpp"
#include "experiments/harness/run/estimate.hpp"
#include "experiments/harness/run/scheduler.hpp"
#include "solvers/device/gpu.hpp"

namespace assay::harness {

namespace {

std::string state_of(const PlannedRun& run, const Evidence& evidence) {
    if (const auto result = evidence.results.find(run.id); result != evidence.results.end()) {
        return to_string(result->second.status);
    }
    if (const auto failure = evidence.failures.find(run.id); failure != evidence.failures.end()) {
        return to_string(failure->second.first);
    }
    return run.missing_data.empty() ? "not run" : "waits for data";
}

void print_run(const PlannedRun& run, const Evidence& evidence, const Store& store, const Labels& label) {
    fmt::print("  {:<13} {}\n", state_of(run, evidence), label(run));
    const auto result = evidence.results.find(run.id);
    if (result != evidence.results.end() && result->second.status == Status::diverged) {
        fmt::print("    {}\n", result->second.message);
    }
    if (const auto failure = evidence.failures.find(run.id); failure != evidence.failures.end()) {
        fmt::print("    {}\n    log: {}\n", failure->second.second, store.log_file(run.id).string());
    }
}

/// The stored run of the same experiment whose identity differs in the fewest fields.
std::optional<Result> nearest(const PlannedRun& run, const Store& store) {
    std::optional<Result> best;
    std::size_t fewest = 0;
    for (const std::string& id : store.ids()) {
        auto result = store.load(id);
        if (!result || result->experiment != run.experiment) continue;
        const std::size_t differences =
            explain_difference(result->provenance["identity"], run.identity).size();
        if (!best || differences < fewest) {
            best = std::move(result);
            fewest = differences;
        }
    }
    return best;
}

void print_differences(const std::string& before, const std::string& now) {
    for (const std::string& line : explain_difference(before, now)) fmt::print("  {}\n", line);
}

void print_attempt(const Store& store, const std::string& id) {
    const auto history = store.journal().last();
    const auto last = history.find(id);
    if (last == history.end()) return;
    fmt::print("last attempt  {} on {}, {}\n", to_string(last->second.status), last->second.time,
               duration_text(last->second.seconds));
    if (!last->second.message.empty()) fmt::print("  {}\n", last->second.message);
}

int explain_stored(const Store& store, const std::string& id) {
    const Result result = find_result(store, id);
    const PlannedRun today = planned_today(result);
    fmt::print("run           {}\nstate         {}\nfile          {}\ndigest        {}\n", id,
               to_string(result.status), store.run_file(id).string(), result.digest);
    for (const char* fact : {"identity", "date", "git.commit", "git.dirty", "command.line"}) {
        const auto found = result.provenance.find(fact);
        if (found != result.provenance.end()) fmt::print("{:<13} {}\n", fact, found->second);
    }
    if (today.id == id) {
        fmt::print("It would not run again: nothing that it depends on has changed.\n");
        return 0;
    }
    fmt::print("It would run again as {}, because this changed (stored -> now):\n", today.id.substr(0, 8));
    print_differences(result.provenance.at("identity"), today.identity);
    return 0;
}

int explain_planned(const Store& store, const PlannedRun& run) {
    fmt::print("run           {}\nstate         not stored\nidentity      {}\n", run.id, run.identity);
    print_attempt(store, run.id);
    for (const std::string& name : run.missing_data)
        fmt::print("It waits for the data set {}: assay data get {}\n", name, name);
    const auto stored = nearest(run, store);
    if (!stored) {
        fmt::print("It would run: no run of {} is stored.\n", run.experiment);
        return 0;
    }
    fmt::print("It would run: the nearest stored run, {}, differs in this (stored -> now):\n",
               stored->id.substr(0, 8));
    print_differences(stored->provenance.at("identity"), run.identity);
    return 0;
}

std::string value_range(const ParamSpec& param) {
    if (!param.choices.empty()) return fmt::format("{}", fmt::join(param.choices, " | "));
    std::string text;
    if (param.min > -std::numeric_limits<double>::infinity()) text += fmt::format(">= {:g}", param.min);
    if (param.max < std::numeric_limits<double>::infinity())
        text += fmt::format("{}<= {:g}", text.empty() ? "" : ", ", param.max);
    return text;
}

const char* type_name(const Value& value) {
    static constexpr const char* names[] = {"flag", "integer", "real", "text"};
    return names[value.index()];
}

void print_experiment(const Experiment& experiment) {
    fmt::print("{}\n  {}\n  device: {}\n\n  parameters\n", experiment.name, experiment.doc,
               experiment.on_cuda ? "cpu, cuda" : "cpu");
    for (const ParamSpec& param : experiment.params) {
        const std::string range = value_range(param);
        fmt::print("    {:<20} {} = {}{}\n        {}\n", param.name, type_name(param.fallback),
                   canonical(param.fallback), range.empty() ? "" : "   (" + range + ")", param.doc);
    }
    fmt::print("\n  metrics\n");
    for (const MetricSpec& metric : experiment.metrics) {
        fmt::print("    {:<20} [{}]{}\n        {}\n", metric.name, fmt::join(metric.axes, ", "),
                   metric.unit.empty() ? "" : " in " + metric.unit, metric.doc);
    }
}

}  // namespace

int cli_status(const Inputs& inputs, bool all) {
    const Planned planned = plan_inputs(inputs);
    const Evidence evidence = gather(planned, inputs.store);
    const Labels label(planned.runs);
    for (std::size_t i = 0; i < planned.specs.size(); ++i) {
        std::map<std::string, std::size_t> counts;
        for (const PlannedRun& run : planned.by_spec[i]) ++counts[state_of(run, evidence)];
        std::string text;
        for (const auto& [state, count] : counts)
            text += fmt::format("{} {} {}", text.empty() ? "" : ",", count, state);
        fmt::print("{}: {} runs:{}\n", spec_name(planned.specs[i]), planned.by_spec[i].size(), text);
        for (const PlannedRun& run : planned.by_spec[i]) {
            if (all || evidence.failures.contains(run.id)) print_run(run, evidence, inputs.store, label);
        }
    }
    fmt::print("results: {}\n", inputs.store.root().string());
    return 0;
}

int cli_explain(const Inputs& inputs, const std::string& run) {
    std::vector<std::string> ids = inputs.store.ids();
    const bool stored =
        std::any_of(ids.begin(), ids.end(), [&](const std::string& id) { return id.starts_with(run); });
    if (stored) return explain_stored(inputs.store, find_id(ids, run));
    const Planned planned = plan_inputs(inputs);
    for (const PlannedRun& candidate : planned.runs) ids.push_back(candidate.id);
    const std::string id = find_id(ids, run);
    const auto found = std::find_if(planned.runs.begin(), planned.runs.end(),
                                    [&](const PlannedRun& r) { return r.id == id; });
    return explain_planned(inputs.store, *found);
}

int cli_verify(const Store& store) {
    std::size_t damaged = 0;
    const std::vector<std::string> ids = store.ids();
    for (const std::string& id : ids) {
        if (store.load(id)) continue;
        ++damaged;
        fmt::print("damaged: {}\n", store.run_file(id).string());
    }
    fmt::print("{} result files: {} sound, {} damaged\n", ids.size(), ids.size() - damaged, damaged);
    if (damaged > 0) {
        fmt::print("The damaged files and the reasons are in {}; assay run computes their runs again.\n",
                   (store.root() / "quarantine").string());
    }
    return damaged > 0 ? 1 : 0;
}

int cli_experiments(const std::string& name) {
    if (name.empty()) {
        for (const auto& [key, experiment] : experiments()) fmt::print("{:<28} {}\n", key, experiment.doc);
        return 0;
    }
    const auto found = experiments().find(name);
    if (found == experiments().end())
        throw Error("there is no experiment " + name, {}, "assay experiments lists them");
    print_experiment(found->second);
    return 0;
}

int cli_gpu() {
    const solvers::GpuStatus status = solvers::gpu_status();
    fmt::print("{}\n", status.usable ? status.name : status.problem + "\n  hint: " + status.hint);
    return status.usable ? 0 : 3;
}

}  // namespace assay::harness
