#include "experiments/harness/run/estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "support/sha256.hpp"

namespace assay::harness {

std::string point_of(const PlannedRun& run) {
    constexpr std::size_t digits = 16;
    return sha256_hex(run.experiment + "\n" + canonical(run.params) + "\n" + run.device).substr(0, digits);
}

namespace {

bool tells_a_length(const JournalEntry& entry) {
    return entry.status == Status::completed || entry.status == Status::diverged;
}

}  // namespace

Estimates::Estimates(const std::vector<JournalEntry>& history) {
    for (const JournalEntry& entry : history)
        if (tells_a_length(entry)) by_point_[entry.point] = entry.seconds;
}

void Estimates::add(const JournalEntry& entry) {
    if (!tells_a_length(entry)) return;
    by_point_[entry.point] = entry.seconds;
    by_experiment_[entry.experiment].push_back(entry.seconds);
}

std::optional<double> Estimates::seconds(const PlannedRun& run) const {
    if (const auto point = by_point_.find(point_of(run)); point != by_point_.end()) return point->second;
    const auto found = by_experiment_.find(run.experiment);
    if (found == by_experiment_.end()) return {};
    std::vector<double> times = found->second;
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return *middle;
}

std::string duration_text(double seconds) {
    if (seconds < 10) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<long>(std::lround(seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace assay::harness
