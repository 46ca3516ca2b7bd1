#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/store/journal.hpp"

namespace assay::harness {

/// What runs that differ only in seed or code have in common: a digest of experiment, parameters and device.
std::string point_of(const PlannedRun& run);

/// How long runs will take, from the journal: the last time of the same point, else the median of the
/// experiment.
class Estimates {
  public:
    explicit Estimates(const std::vector<JournalEntry>& history);
    void add(const JournalEntry& entry);
    std::optional<double> seconds(const PlannedRun& run) const;

  private:
    std::map<std::string, double> by_point_;
    std::map<std::string, std::vector<double>> by_experiment_;
};

/// "3 s", "4 min 10 s", "2 h 05 min".
std::string duration_text(double seconds);

}  // namespace assay::harness
