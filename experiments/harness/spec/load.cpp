#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/registry.hpp"
#include "experiments/harness/plan/expand.hpp"
#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/front_door.hpp"
#include "experiments/harness/spec/reading.hpp"
#include "experiments/harness/spec/spec.hpp"
#include "experiments/harness/spec/suggest.hpp"

namespace assay::harness {

namespace {

void check_profile_name(const std::string& name) {
    const auto& names = profile_names();
    if (std::find(names.begin(), names.end(), name) != names.end()) return;
    throw SpecErrors({fmt::format("--profile {}: unknown profile{} (allowed: {})", name,
                                  did_you_mean(name, names), fmt::join(names, ", "))});
}

Node parse(const std::string& text, Problems& problems) {
    Node root;
    std::string mistake;
    Mark mark;
    if (!parse_document(text, root, mistake, mark)) {
        problems.add(mark, mistake);
        problems.raise();
    }
    return root;
}

const Experiment* read_experiment(Section& top) {
    const std::string name = top.required_text("experiment");
    if (name.empty()) return nullptr;
    const auto found = experiments().find(name);
    if (found != experiments().end()) return &found->second;
    std::vector<std::string> names;
    for (const auto& [known, experiment] : experiments()) names.push_back(known);
    top.problems().add(top.find("experiment")->mark,
                       fmt::format("unknown experiment {}{} (known: {})", canonical(Value(name)),
                                   did_you_mean(name, names), fmt::join(names, ", ")));
    return nullptr;
}

void read_header(Section& top, Reading& reading, Spec& spec) {
    if (top.find("schema") == nullptr)
        reading.problems.add(top.mark(), "the key \"schema\" is missing; write schema = 1 in the first line");
    top.integer("schema", 1, 1);
    reading.experiment = read_experiment(top);
    if (reading.experiment != nullptr) spec.experiment = reading.experiment->name;
    spec.title = top.required_text("title");
    spec.source = top.text("source").value_or("");
    spec.about = top.text("about").value_or("");
}

void read_base_params(Section& top, Reading& reading, Spec& spec) {
    if (reading.experiment != nullptr)
        for (const ParamSpec& param : reading.experiment->params) spec.params[param.name] = param.fallback;
    const Node* params = top.table("params");
    if (params == nullptr) return;
    for (const auto& [name, value] : read_params(*params, "params", reading)) spec.params[name] = value;
}

/// `smoke` falls back to `quick`, and both to the file as it stands.
const Profile* chosen(const std::map<std::string, Profile>& profiles, const std::string& name) {
    if (name == "smoke" && profiles.count("smoke") != 0) return &profiles.at("smoke");
    if (name != "paper" && profiles.count("quick") != 0) return &profiles.at("quick");
    return nullptr;
}

void apply_options(const LoadOptions& options, const std::map<std::string, Profile>& profiles,
                   Reading& reading, Spec& spec) {
    if (const Profile* profile = chosen(profiles, options.profile)) apply_profile(*profile, spec);
    for (const std::string& assignment : options.sets) apply_set(assignment, reading, spec);
    if (!options.seeds) return;
    if (*options.seeds >= 1 && *options.seeds <= static_cast<std::size_t>(most_seeds))
        spec.seeds = *options.seeds;
    else
        reading.problems.add_argument(fmt::format("--seeds {}", *options.seeds),
                                      fmt::format("must be between 1 and {}", most_seeds));
}

std::vector<std::string> cross_check(const Experiment& experiment, const Params& point) {
    try {
        std::vector<std::string> messages;
        if (experiment.check) messages = experiment.check(point);
        if (experiment.data)
            for (const std::string& name : experiment.data(point)) datasets::find(name);
        return messages;
    } catch (const Error& error) {
        return {error.what()};
    }
}

/// "m = 50, s = 3": the swept parameters of a point.
std::string swept_text(const std::vector<std::string>& swept, const Params& point) {
    std::string text;
    for (const std::string& name : swept)
        text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, canonical(point.at(name)));
    return text;
}

/// Checks between parameters, on every point of the sweep; each message once, with the first point that earns
/// it.
void check_points(Section& top, const Reading& reading, const Spec& spec) {
    const Mark mark = top.key_mark(spec.sweeps.empty() ? "params" : "sweep");
    double count = 0;
    for (const Sweep& sweep : spec.sweeps) count += count_points(sweep);
    count = std::max(count, 1.0) * static_cast<double>(spec.seeds);
    if (count > static_cast<double>(most_runs)) {
        top.problems().add(mark, fmt::format("the spec makes {} runs; {} are allowed", count, most_runs));
        return;
    }
    const std::vector<Params> points = expand(spec);
    if (points.empty()) top.problems().add(mark, "sweep.exclude leaves no point");
    const std::vector<std::string> swept = swept_names(spec);
    std::set<std::string> told;
    for (const Params& point : points) {
        for (const std::string& message : cross_check(*reading.experiment, point)) {
            if (!told.insert(message).second) continue;
            top.problems().add(
                mark,
                swept.empty() ? message : fmt::format("{} (first at {})", message, swept_text(swept, point)));
        }
    }
}

/// Names of metrics, parameters and axes in expressions; each distinct message of a place once.
void check_expressions(const Reading& reading, const Spec& spec) {
    std::set<std::string> told;
    for (const PendingExpression& pending : reading.expressions) {
        const auto& profiles = pending.profiles;
        // What is judged in other profiles only may pick values that this one does not sweep.
        if (!profiles.empty() && std::find(profiles.begin(), profiles.end(), spec.profile) == profiles.end())
            continue;
        std::vector<std::string> messages;
        try {
            messages = pending.expression.check(spec);
        } catch (const Error& error) {
            messages = {error.what()};
        }
        for (const std::string& message : messages)
            if (told.insert(fmt::format("{}:{}:{}", pending.mark.line, pending.mark.column, message)).second)
                reading.problems.add(pending.mark, pending.path + ": " + message);
    }
}

}  // namespace

Spec load_spec(const std::filesystem::path& file, const LoadOptions& options) {
    check_profile_name(options.profile);
    Problems problems(file);
    Spec spec;
    spec.file = file;
    spec.study = std::filesystem::absolute(file).parent_path().filename().string();
    spec.name = file.stem().string();
    spec.profile = options.profile;
    spec.text = read_spec_file(file);
    const Node root = parse(spec.text, problems);
    Section top(root, "", problems);
    Reading reading{.problems = problems};

    read_header(top, reading, spec);
    const std::size_t before = problems.count();
    read_base_params(top, reading, spec);
    read_sweeps(top, reading, spec);
    if (const Node* limits = top.table("limits")) {
        std::optional<double> seconds, memory;
        read_limits(*limits, "limits", reading, seconds, memory);
        spec.limits = {seconds.value_or(0), memory.value_or(0)};
    }
    const std::map<std::string, Profile> profiles = read_profiles(top, reading, spec);
    if (reading.experiment != nullptr) apply_options(options, profiles, reading, spec);
    const bool points_known = reading.experiment != nullptr && problems.count() == before;
    const std::size_t before_let = problems.count();
    read_definitions(top, reading, spec);
    const bool names_known = points_known && problems.count() == before_let;
    read_claims(top, reading, spec);
    read_figures(top, reading, spec);
    top.finish();
    // With mistakes among the parameters these checks would only repeat them in other words.
    if (points_known) {
        const std::size_t so_far = problems.count();
        check_points(top, reading, spec);
        if (names_known && problems.count() == so_far) check_expressions(reading, spec);
    }
    problems.raise();
    return spec;
}

}  // namespace assay::harness
