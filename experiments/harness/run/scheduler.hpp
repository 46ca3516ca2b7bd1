#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/run/process.hpp"
#include "experiments/harness/store/store.hpp"

namespace assay::harness {

struct ScheduleOptions {
    std::size_t jobs = 1;        ///< workers at a time
    double timeout_seconds = 0;  ///< replaces the runs' own limits; 0: keep them
    bool fail_fast = false;      ///< stop at the first failure
    bool quiet = false;          ///< print nothing
    /// By device: the program whose `worker` subcommand computes; a device that is not named takes this
    /// program.
    std::map<std::string, std::filesystem::path> programs = {};
    std::string command_line = {};  ///< for the provenance
};

struct Finished {
    const PlannedRun* run = nullptr;
    Outcome outcome;
};

struct Summary {
    std::vector<Finished> finished;  ///< in the order in which they ended
    std::size_t not_started = 0;
    bool interrupted = false;
    std::string stopped_because;  ///< why not everything was started; empty: it was
};

/// Computes the runs, each in a worker process, longest first, and journals how each ended. A failed run does
/// not stop the others, unless the first three fail alike with no success, or `fail_fast` is set. SIGINT or
/// SIGTERM once ends the running workers and returns; twice kills them. No worker outlives the call.
Summary schedule(const std::vector<PlannedRun>& runs, const Store& store, const ScheduleOptions& options);

/// True for the outcomes that leave a result.
bool has_result(Status status);

}  // namespace assay::harness
