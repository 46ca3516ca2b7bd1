#include "experiments/harness/cli/compare.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstring>

#include "experiments/harness/cli/commands.hpp"
#include "experiments/harness/run/scheduler.hpp"

namespace assay::harness {

namespace {

namespace fs = std::filesystem;

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

std::string difference(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size()) return fmt::format("{} and {} values", a.size(), b.size());
    double absolute = 0;
    double relative = 0;
    std::size_t different = 0;
    std::size_t one_sided = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::memcmp(&a[i], &b[i], sizeof(double)) == 0) continue;
        ++different;
        if (std::isnan(a[i]) != std::isnan(b[i])) {
            ++one_sided;
        } else if (!std::isnan(a[i])) {
            const double gap = std::abs(a[i] - b[i]);
            absolute = std::max(absolute, gap);
            if (gap > 0) relative = std::max(relative, gap / std::max(std::abs(a[i]), std::abs(b[i])));
        }
    }
    std::string text = fmt::format("{} of {} values differ, by at most {:.3g} absolute, {:.3g} relative",
                                   different, a.size(), absolute, relative);
    if (one_sided > 0) text += fmt::format("; {} recorded on one side only", one_sided);
    return text;
}

template <class Map>
void compare_maps(const Map& a, const Map& b, const char* kind, Comparison& comparison) {
    const auto note = [&](const std::string& name, const std::string& text, bool equal) {
        comparison.lines.push_back(fmt::format("{} {:<20} {}", kind, name, text));
        comparison.equal = comparison.equal && equal;
    };
    for (const auto& [name, left] : a) {
        const auto right = b.find(name);
        if (right == b.end()) {
            note(name, "only in the first", false);
        } else if (same_bits(left.values, right->second.values)) {
            note(name, "bit-equal", true);
        } else {
            note(name, difference(left.values, right->second.values), false);
        }
    }
    for (const auto& [name, right] : b) {
        if (!a.contains(name)) note(name, "only in the second", false);
    }
}

/// A folder of its own that is gone at the end.
class Scratch {
  public:
    Scratch() : path_(fs::temp_directory_path() / fmt::format("assay-replay-{}", ::getpid())) {
        fs::create_directories(path_);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

Result recompute(const PlannedRun& run, const std::string& command_line) {
    for (const std::string& name : run.missing_data) {
        throw Error("the run needs the data set " + name, {}, "assay data get " + name);
    }
    const Scratch scratch;
    const Store store(scratch.path());
    store.prepare();
    const DeviceChoice device = choose_device(run.device);
    ScheduleOptions options;
    options.quiet = true;
    options.command_line = command_line;
    options.programs[device.device] = device.program;
    const Summary summary = schedule({run}, store, options);
    if (auto result = store.load(run.id)) return *std::move(result);
    const Outcome& outcome = summary.finished.at(0).outcome;
    throw Error(fmt::format("the replay ended as {}: {}", to_string(outcome.status), outcome.message));
}

}  // namespace

Comparison compare_results(const Result& a, const Result& b) {
    Comparison comparison;
    compare_maps(a.axes, b.axes, "axis  ", comparison);
    compare_maps(a.metrics, b.metrics, "metric", comparison);
    return comparison;
}

int cli_compare(const Store& store, const std::string& a, const std::string& b) {
    const Result first = find_result(store, a);
    const Result second = find_result(store, b);
    for (const std::string& line :
         explain_difference(first.provenance.at("identity"), second.provenance.at("identity"))) {
        fmt::print("identity {}\n", line);
    }
    if (first.status != second.status)
        fmt::print("status {} and {}\n", to_string(first.status), to_string(second.status));
    const Comparison comparison = compare_results(first, second);
    for (const std::string& line : comparison.lines) fmt::print("{}\n", line);
    const bool equal = comparison.equal && first.status == second.status;
    fmt::print("{}\n", equal ? "equal: every bit" : "different");
    return equal ? 0 : 1;
}

int cli_replay(const Store& store, const std::string& run, const std::string& command_line) {
    const Result stored = find_result(store, run);
    const PlannedRun today = planned_today(stored);
    fmt::print("replaying {} seed {} on {}\n", stored.experiment, stored.seed, stored.device);
    for (const std::string& line : explain_difference(stored.provenance.at("identity"), today.identity)) {
        fmt::print("  changed since: {}\n", line);
    }
    std::fflush(stdout);
    const Result again = recompute(today, command_line);
    if (again.digest == stored.digest) {
        fmt::print("equal: digest {}\n", stored.digest);
        return 0;
    }
    for (const std::string& line : compare_results(stored, again).lines) fmt::print("{}\n", line);
    fmt::print("different: stored {}, replayed {}\n", stored.digest, again.digest);
    return 1;
}

}  // namespace assay::harness
