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

/// How long runs will take: the last time of the same point, from the journal or added since, else the median
/// of what was added of the experiment. Earlier runs of other points, of another profile say, tell nothing.
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
