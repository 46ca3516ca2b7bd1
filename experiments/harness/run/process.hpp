#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "experiments/harness/run/job.hpp"
#include "experiments/harness/store/store.hpp"

namespace assay::harness {

/// How one attempt at a run ended.
struct Outcome {
    Status status = Status::failed;
    std::string message;
    double seconds = 0;  ///< of the process
};

/// One worker: a process of its own in a group of its own, which dies with its parent. Its job goes in as its
/// stdin, its reports come back through a pipe, its stdout and stderr go to the run's log, which exists
/// before the process starts.
class WorkerProcess {
  public:
    /// Starts `program worker`. `seconds` is the time limit, 0: none. Throws Error when it cannot be started.
    WorkerProcess(const PlannedRun& run, const Store& store, const Provenance& provenance,
                  const std::filesystem::path& program, double seconds);
    WorkerProcess(const WorkerProcess&) = delete;
    WorkerProcess& operator=(const WorkerProcess&) = delete;
    ~WorkerProcess();  ///< kills the group if it still runs

    /// For poll: readable when a report waits or the worker ends; -1 once it has closed its end.
    int descriptor() const { return reports_; }
    /// Reads reports, enforces the time limit; the outcome once the process has ended and was waited for.
    std::optional<Outcome> poll();
    /// Ends the run as interrupted: SIGTERM, after a grace SIGKILL; at once when `now`.
    void interrupt(std::string reason, bool now);

    const PlannedRun& run() const { return run_; }
    double elapsed() const { return steady_seconds() - started_; }
    double fraction() const { return fraction_; }
    const std::string& note() const { return note_; }
    pid_t pid() const { return pid_; }

  private:
    void start(const std::filesystem::path& program, const Provenance& provenance);
    void read_reports();
    void take(std::string_view line);
    void terminate(Status why, std::string reason);
    Outcome conclude(int wait_status) const;

    const PlannedRun& run_;
    const Store& store_;
    double limit_seconds_;
    double started_ = 0;
    pid_t pid_ = -1;
    int reports_ = -1;
    std::string pending_;
    double fraction_ = 0;
    std::string note_;
    std::optional<WorkerReport> final_;
    std::optional<Status> ended_by_us_;
    std::string reason_;  ///< why we ended it
    double kill_at_ = 0;
    std::uint64_t oom_kills_before_ = 0;
};

}  // namespace assay::harness
