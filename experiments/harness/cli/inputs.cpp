#include "experiments/harness/cli/inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace assay::harness {

namespace fs = std::filesystem;

namespace {

void add_folder(const fs::path& folder, std::vector<fs::path>& files) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.is_regular_file() && entry.path().extension() == ".toml" &&
            entry.path().filename() != "paper.toml") {
            files.push_back(entry.path());
        }
    }
}

std::vector<fs::path> folder_specs(const fs::path& folder) {
    std::vector<fs::path> files;
    add_folder(folder, files);
    if (files.empty()) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.is_directory()) add_folder(entry.path(), files);
        }
    }
    if (files.empty())
        throw Error("there is no spec in this folder", folder.string(), "a spec is a .toml file");
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<Spec> load_specs(const Inputs& inputs) {
    std::vector<Spec> specs;
    std::vector<std::string> messages;
    for (const fs::path& file : spec_files(inputs.specs)) {
        try {
            specs.push_back(load_spec(file, inputs.load));
        } catch (const SpecErrors& errors) {
            messages.insert(messages.end(), errors.messages().begin(), errors.messages().end());
        }
    }
    if (!messages.empty()) throw SpecErrors(std::move(messages));
    return specs;
}

bool fits_gpu(const Spec& spec) {
    return experiments().at(spec.experiment).on_cuda;
}

/// A spec whose experiment runs on the host alone goes there, and "cuda" says so; only where no spec of the
/// call can use the GPU that was asked for does planning refuse it.
std::string device_of(const Spec& spec, const std::string& wanted, const DeviceChoice& choice,
                      bool some_fit) {
    if (choice.device != "cuda" || fits_gpu(spec) || (wanted == "cuda" && !some_fit)) return choice.device;
    if (wanted == "cuda")
        fmt::print(stderr, "{}/{} runs on the CPU: {} has no GPU version\n", spec.study, spec.name,
                   spec.experiment);
    return "cpu";
}

}  // namespace

fs::path default_results() {
    if (const char* const chosen = std::getenv("ASSAY_RESULTS"); chosen != nullptr && *chosen != '\0')
        return chosen;
    const fs::path source = ASSAY_SOURCE_DIR;
    return fs::exists(source) ? source / "results" : fs::path("results");
}

std::vector<fs::path> spec_files(const std::vector<std::string>& arguments) {
    if (arguments.empty()) return folder_specs(fs::path(ASSAY_SOURCE_DIR) / "experiments");
    std::vector<fs::path> files;
    for (const std::string& argument : arguments) {
        if (fs::is_directory(argument)) {
            const auto found = folder_specs(argument);
            files.insert(files.end(), found.begin(), found.end());
        } else {
            files.emplace_back(argument);
        }
    }
    return files;
}

Planned plan_inputs(const Inputs& inputs) {
    Planned planned;
    planned.specs = load_specs(inputs);
    planned.device = choose_device(inputs.device);
    const bool some_fit = std::any_of(planned.specs.begin(), planned.specs.end(), fits_gpu);
    std::map<std::string, std::vector<Spec>> by_device;
    for (const Spec& spec : planned.specs) {
        const std::string device = device_of(spec, inputs.device, planned.device, some_fit);
        planned.by_spec.push_back(plan({spec}, device));
        by_device[device].push_back(spec);
    }
    for (const auto& [device, specs] : by_device) {
        auto runs = plan(specs, device);
        std::move(runs.begin(), runs.end(), std::back_inserter(planned.runs));
    }
    return planned;
}

Evidence gather(const Planned& planned, const Store& store) {
    Evidence evidence;
    evidence.specs = planned.specs;
    evidence.runs = planned.by_spec;
    const auto history = store.journal().last();
    for (const PlannedRun& run : planned.runs) {
        if (auto result = store.load(run.id)) {
            evidence.results.emplace(run.id, std::move(*result));
            continue;
        }
        const auto last = history.find(run.id);
        if (last == history.end()) continue;
        // A run whose file was lost since is simply not there, and one that the user stopped has not failed.
        const Status status = last->second.status;
        if (status == Status::completed || status == Status::diverged || status == Status::interrupted)
            continue;
        evidence.failures[run.id] = {status, last->second.message};
    }
    return evidence;
}

std::string find_id(const std::vector<std::string>& ids, const std::string& prefix) {
    std::vector<std::string> matches;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(matches),
                 [&](const std::string& id) { return id.starts_with(prefix); });
    std::sort(matches.begin(), matches.end());
    matches.erase(std::unique(matches.begin(), matches.end()), matches.end());
    if (matches.empty()) throw Error("there is no run " + prefix, {}, "assay status --all lists the runs");
    if (matches.size() > 1) {
        throw Error(fmt::format("{} runs begin with {}", matches.size(), prefix), {},
                    fmt::format("give more digits: {} or {}", matches[0].substr(0, prefix.size() + 6),
                                matches[1].substr(0, prefix.size() + 6)));
    }
    return matches.front();
}

Result find_result(const Store& store, const std::string& name) {
    if (fs::is_regular_file(name)) return read_result(name);
    const std::string id = find_id(store.ids(), name);
    auto result = store.load(id);
    if (!result) {
        throw Error(
            "the file of the run " + id.substr(0, 8) + " was damaged and has been set aside", {},
            "the reason is in " + (store.root() / "quarantine").string() + "; assay run computes it again");
    }
    return *std::move(result);
}

PlannedRun planned_today(const Result& result) {
    if (!experiments().contains(result.experiment)) {
        throw Error("this program has no experiment " + result.experiment, {},
                    "assay experiments lists them");
    }
    Spec spec;
    spec.experiment = result.experiment;
    spec.params = result.params;
    spec.first_seed = result.seed;
    spec.seeds = 1;
    auto runs = plan({spec}, result.device);
    runs.front().spec_text = result.spec;
    return runs.front();
}

std::string spec_name(const Spec& spec) {
    return spec.study.empty() ? spec.name : spec.study + "/" + spec.name;
}

}  // namespace assay::harness
