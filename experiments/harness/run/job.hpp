#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/result.hpp"
#include "experiments/harness/run/provenance.hpp"

/// What scheduler and worker say to each other, as JSON: one job down, a line per event up.
namespace assay::harness {

struct Job {
    PlannedRun run;
    std::filesystem::path results;
    Provenance provenance;  ///< of `shared_provenance`
    double started = 0;     ///< steady clock of the machine, seconds
};

std::string encode_job(const Job& job);
Job decode_job(std::string_view text);

/// A line from a worker: progress while it computes, `final` once at the end.
struct WorkerReport {
    bool final = false;
    double fraction = 0;  ///< done, 0 to 1
    std::string note;
    Status status = Status::failed;  ///< when final: completed, diverged, failed or out_of_memory
    std::string message;
    std::string digest;
};

std::string encode_report(const WorkerReport& report);  ///< without the line end
WorkerReport decode_report(std::string_view line);

/// The steady clock in seconds; the same for all processes of the machine.
double steady_seconds();

}  // namespace assay::harness
