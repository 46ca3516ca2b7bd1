#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/derived.hpp"
#include "datasets/own.hpp"
#include "datasets/registry.hpp"
#include "experiments/harness/cli/commands.hpp"
#include "experiments/harness/run/provenance.hpp"

namespace assay::harness {

namespace {

std::string megabytes(const datasets::Dataset& dataset, std::uint64_t datasets::File::*size) {
    std::uint64_t total = 0;
    for (const datasets::File& file : dataset.files) total += file.*size;
    return fmt::format("{:.1f} MB", static_cast<double>(total) / 1e6);
}

/// Fetches the data set, or computes it where it is one of features.
void bring(const datasets::Dataset& dataset) {
    if (!dataset.recipe) return datasets::get(dataset);
    if (datasets::available(dataset)) return;
    const Provenance facts = shared_provenance("/proc/self/exe", "");
    const auto fact = [&](const char* name) {
        const auto found = facts.find(name);
        return found == facts.end() ? std::string("unknown") : found->second;
    };
    fmt::print("{}: computing\n", dataset.name);
    std::fflush(stdout);
    const std::string holds = datasets::make_features(
        dataset, fmt::format("commit {}, uncommitted changes {}", fact("git.commit"), fact("git.dirty")));
    fmt::print("{}: {}\n", dataset.name, holds);
}

}  // namespace

int cli_data_list() {
    std::size_t width = 0, licence = 0;
    for (const datasets::Dataset& dataset : datasets::catalogue()) {
        width = std::max(width, dataset.name.size());
        licence = std::max(licence, dataset.licence.size());
    }
    fmt::print("{:<{}} {:<10} {:>9} {:>9}  {:<{}}  {}\n", "name", width, "state", "download", "unpacked",
               "licence", licence, "title");
    for (const datasets::Dataset& dataset : datasets::catalogue()) {
        fmt::print("{:<{}} {:<10} {:>9} {:>9}  {:<{}}  {}\n", dataset.name, width,
                   datasets::available(dataset) ? "available" : "missing",
                   megabytes(dataset, &datasets::File::packed_bytes),
                   megabytes(dataset, &datasets::File::bytes), dataset.licence, licence, dataset.title);
    }
    return 0;
}

int cli_data_needed(const Inputs& inputs) {
    std::set<std::string> opened, missing;
    for (const PlannedRun& run : plan_inputs(inputs).runs) {
        opened.insert(run.data.begin(), run.data.end());
        missing.insert(run.missing_data.begin(), run.missing_data.end());
    }
    for (const std::string& name : opened)
        fmt::print("{} {}\n", name, missing.contains(name) ? "missing" : "available");
    return 0;
}

int cli_data_get(const std::vector<std::string>& names) {
    std::vector<std::string> wanted = names;
    if (names.empty() || names == std::vector<std::string>{"all"}) {
        wanted.clear();
        for (const datasets::Dataset& dataset : datasets::catalogue()) wanted.push_back(dataset.name);
    }
    // A misspelt name is found before anything is fetched.
    for (const std::string& name : wanted) datasets::find(name);
    int code = 0;
    for (const std::string& name : wanted) {
        try {
            const datasets::Dataset& dataset = datasets::find(name);
            const std::string why = datasets::out_of_reach(dataset);
            if (wanted.size() > 1 && !why.empty()) {
                fmt::print("{}: not here, {}; assay data get {} says more\n", name, why, name);
                code = 1;
                continue;
            }
            bring(dataset);
            fmt::print("{}: available\n", name);
        } catch (const Error& error) {
            fmt::print(stderr, "{}\n", error.what());
            code = 1;
        }
        std::fflush(stdout);
    }
    return code;
}

int cli_data_add(const std::string& name, const std::string& train, const std::string& test) {
    const std::string holds = datasets::describe_own(name, train, test);
    fmt::print("{}: {}\n", name, holds);
    return 0;
}

}  // namespace assay::harness
