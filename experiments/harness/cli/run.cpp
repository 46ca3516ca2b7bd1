#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "experiments/harness/cli/commands.hpp"
#include "experiments/harness/run/estimate.hpp"
#include "experiments/harness/run/scheduler.hpp"

namespace assay::harness {

namespace {

/// The planned runs sorted by what is to be done with them.
struct Todo {
    std::set<std::string> stored;                ///< ids
    std::vector<PlannedRun> missing;             ///< to be computed
    std::map<std::string, std::size_t> waiting;  ///< data set that is not here -> runs that wait for it
    std::size_t waiting_runs = 0;
};

Todo sort_out(const Planned& planned, const Store& store) {
    Todo todo;
    for (const PlannedRun& run : planned.runs) {
        if (store.has(run.id)) {
            todo.stored.insert(run.id);
        } else if (run.missing_data.empty()) {
            todo.missing.push_back(run);
        } else {
            ++todo.waiting_runs;
            for (const std::string& name : run.missing_data) ++todo.waiting[name];
        }
    }
    return todo;
}

std::size_t default_jobs(const DeviceChoice& device) {
    if (device.device == "cuda") return 1;  // runs that share a GPU share its memory
    return static_cast<std::size_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
}

/// Expected seconds of all the runs; the second is how many of them nothing is known about.
std::pair<double, std::size_t> expected(const std::vector<PlannedRun>& runs, const Estimates& estimates) {
    double total = 0;
    std::size_t unknown = 0;
    for (const PlannedRun& run : runs) {
        const auto seconds = estimates.seconds(run);
        if (seconds) {
            total += *seconds;
        } else {
            ++unknown;
        }
    }
    return {total, unknown};
}

std::string expected_text(const std::vector<PlannedRun>& runs, const Estimates& estimates, std::size_t jobs) {
    const auto [total, unknown] = expected(runs, estimates);
    if (unknown == runs.size()) return "time not known yet";
    std::string text = "about " + duration_text(total / static_cast<double>(jobs));
    if (unknown > 0) text += fmt::format(" and {} runs of unknown length", unknown);
    return text;
}

void print_counts(const Planned& planned, const Todo& todo, const Store& store, std::size_t jobs) {
    if (!planned.device.reason.empty())
        fmt::print("device: {} ({})\n", planned.device.device, planned.device.reason);
    fmt::print("{} {}, {} runs: {} stored, {} to compute", planned.specs.size(),
               planned.specs.size() == 1 ? "spec" : "specs", planned.runs.size(), todo.stored.size(),
               todo.missing.size());
    if (todo.waiting_runs > 0) fmt::print(", {} wait for data", todo.waiting_runs);
    if (!todo.missing.empty()) {
        const Estimates estimates(store.journal().read());
        fmt::print("; {} with -j {}", expected_text(todo.missing, estimates, jobs), jobs);
    }
    fmt::print("\n");
    for (const auto& [name, count] : todo.waiting) {
        fmt::print("  {} runs need the data set {}: assay data get {}\n", count, name, name);
    }
    // Before hours of computing: without any result a claim can only wait, unless it never could be judged.
    // One seed tells, since every seed has the same points.
    Evidence nothing{planned.specs, {}, {}, {}};
    for (const std::vector<PlannedRun>& runs : planned.by_spec) {
        nothing.runs.emplace_back();
        std::ranges::copy_if(runs, std::back_inserter(nothing.runs.back()),
                             [&](const PlannedRun& run) { return run.seed == runs.front().seed; });
    }
    for (const Judgement& judgement : judge(nothing))
        if (judgement.verdict == Verdict::failed)
            fmt::print("  the claim {} of {} will not be judged: {}\n", judgement.claim->id,
                       spec_name(*judgement.spec), judgement.reason);
    std::fflush(stdout);
}

/// "pudle/gradient_error: 30 runs: 28 stored, 1 completed, 1 timeout".
void print_spec_lines(const Planned& planned, const Todo& todo, const Summary& summary) {
    std::map<std::string, Status> ended;
    for (const Finished& run : summary.finished) ended[run.run->id] = run.outcome.status;
    for (std::size_t i = 0; i < planned.specs.size(); ++i) {
        std::map<std::string, std::size_t> counts;
        for (const PlannedRun& run : planned.by_spec[i]) {
            const auto found = ended.find(run.id);
            if (todo.stored.contains(run.id)) {
                ++counts["stored before"];
            } else if (found != ended.end()) {
                ++counts[to_string(found->second)];
            } else {
                ++counts[run.missing_data.empty() ? "not started" : "without data"];
            }
        }
        std::string text;
        for (const auto& [state, count] : counts)
            text += fmt::format("{} {} {}", text.empty() ? "" : ",", count, state);
        fmt::print("{}: {} runs:{}\n", spec_name(planned.specs[i]), planned.by_spec[i].size(), text);
    }
}

}  // namespace

int cli_run(const Inputs& inputs, const RunArguments& arguments) {
    const Planned planned = plan_inputs(inputs);
    inputs.store.prepare();
    const Todo todo = sort_out(planned, inputs.store);
    ScheduleOptions options;
    options.jobs = arguments.jobs > 0 ? arguments.jobs : default_jobs(planned.device);
    options.timeout_seconds = arguments.timeout_seconds;
    options.fail_fast = arguments.fail_fast;
    options.command_line = arguments.command_line;
    options.programs[planned.device.device] = planned.device.program;
    print_counts(planned, todo, inputs.store, options.jobs);

    Summary summary;
    if (!todo.missing.empty()) summary = schedule(todo.missing, inputs.store, options);
    print_spec_lines(planned, todo, summary);
    if (summary.interrupted) {
        fmt::print("interrupted: {} runs were not started; the same command goes on from here\n",
                   summary.not_started);
        return 130;
    }
    if (!summary.stopped_because.empty()) {
        fmt::print("stopped: {}\n  {} runs were not started\n", summary.stopped_because, summary.not_started);
        return 1;
    }
    const bool failed = std::any_of(summary.finished.begin(), summary.finished.end(),
                                    [](const Finished& run) { return !has_result(run.outcome.status); });
    return failed ? 1 : 0;
}

int cli_plan(const Inputs& inputs, std::size_t jobs) {
    const Planned planned = plan_inputs(inputs);
    const Todo todo = sort_out(planned, inputs.store);
    const std::size_t workers = jobs > 0 ? jobs : default_jobs(planned.device);
    const Estimates estimates(inputs.store.journal().read());
    for (std::size_t i = 0; i < planned.specs.size(); ++i) {
        std::vector<PlannedRun> missing;
        std::size_t stored = 0;
        for (const PlannedRun& run : planned.by_spec[i]) {
            if (todo.stored.contains(run.id)) {
                ++stored;
            } else {
                missing.push_back(run);
            }
        }
        fmt::print("{}: {} runs: {} stored, {} to compute{}\n", spec_name(planned.specs[i]),
                   planned.by_spec[i].size(), stored, missing.size(),
                   missing.empty() ? "" : "; " + expected_text(missing, estimates, workers));
    }
    print_counts(planned, todo, inputs.store, workers);
    return 0;
}

}  // namespace assay::harness
