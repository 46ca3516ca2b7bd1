#include "experiments/harness/run/scheduler.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <deque>
#include <memory>

#include "experiments/harness/run/display.hpp"
#include "experiments/harness/run/estimate.hpp"

namespace assay::harness {

namespace {

constexpr int poll_milliseconds = 100;
constexpr std::size_t alike_failures =
    3;  // that many equal failures and no success: the fault is not the runs'

volatile std::sig_atomic_t signals_seen = 0;

extern "C" void count_signal(int) {
    signals_seen = signals_seen + 1;
}

/// Counts SIGINT, SIGTERM and SIGHUP while it lives.
class SignalWatch {
  public:
    SignalWatch() {
        signals_seen = 0;
        struct sigaction action {};
        action.sa_handler = count_signal;
        sigemptyset(&action.sa_mask);
        for (std::size_t i = 0; i < std::size(watched_); ++i) ::sigaction(watched_[i], &action, &before_[i]);
    }
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;
    ~SignalWatch() {
        for (std::size_t i = 0; i < std::size(watched_); ++i) ::sigaction(watched_[i], &before_[i], nullptr);
    }

  private:
    static constexpr int watched_[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before_[std::size(watched_)]{};
};

/// A message without the run's id, the folder named after its beginning, and digits: two failures that differ
/// only in those are alike.
std::string likeness(const PlannedRun& run, const Outcome& outcome) {
    std::string text = to_string(outcome.status) + std::string(" ") + outcome.message;
    for (const std::string& part : {run.id, "/" + run.id.substr(0, 2) + "/"}) {
        for (std::size_t at; (at = text.find(part)) != std::string::npos;) text.erase(at, part.size());
    }
    std::erase_if(text, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
    return text;
}

class Scheduler {
  public:
    Scheduler(const std::vector<PlannedRun>& runs, const Store& store, const ScheduleOptions& options)
        : store_(store),
          options_(options),
          estimates_(store.journal().read()),
          display_(runs, options.quiet) {
        for (const PlannedRun& run : runs) queue_.push_back(&run);
        // Longest first keeps the workers busy to the end; a run that nothing is known about may be long.
        std::stable_sort(queue_.begin(), queue_.end(), [&](const PlannedRun* a, const PlannedRun* b) {
            return expected(*a) > expected(*b);
        });
    }

    Summary work() {
        while (!queue_.empty() || !workers_.empty()) {
            heed_signals();
            start_workers();
            wait();
            collect();
            display_.update(workers_, remaining());
        }
        store_.sweep();  // also of an earlier call's worker that was still ending when this one began
        return std::move(summary_);
    }

  private:
    double expected(const PlannedRun& run) const {
        return estimates_.seconds(run).value_or(std::numeric_limits<double>::infinity());
    }

    void stop(std::string reason) {
        if (!summary_.stopped_because.empty()) return;
        summary_.stopped_because = std::move(reason);
        summary_.not_started = queue_.size();
        queue_.clear();
        for (const auto& worker : workers_)
            worker->interrupt("stopped before its end, with all the others", false);
    }

    void heed_signals() {
        if (signals_seen == 0) return;
        summary_.interrupted = true;
        stop("interrupted");
        if (signals_seen > 1) {
            for (const auto& worker : workers_) worker->interrupt("interrupted", true);
        }
    }

    void start_workers() {
        while (!queue_.empty() && workers_.size() < options_.jobs) {
            const PlannedRun& run = *queue_.front();
            queue_.pop_front();
            const double limit = options_.timeout_seconds > 0 ? options_.timeout_seconds : run.limits.seconds;
            const Program& program = program_of(run.device);
            workers_.push_back(
                std::make_unique<WorkerProcess>(run, store_, program.facts, program.file, limit));
        }
    }

    struct Program {
        std::filesystem::path file;
        Provenance facts;
    };

    const Program& program_of(const std::string& device) {
        const auto [entry, fresh] = programs_.try_emplace(device);
        if (fresh) {
            const auto given = options_.programs.find(device);
            entry->second.file = given == options_.programs.end() ? "/proc/self/exe" : given->second;
            entry->second.facts = shared_provenance(entry->second.file, options_.command_line);
        }
        return entry->second;
    }

    void wait() {
        std::vector<pollfd> waiting;
        int milliseconds = poll_milliseconds;
        for (const auto& worker : workers_) {
            if (worker->descriptor() >= 0) {
                waiting.push_back({worker->descriptor(), POLLIN, 0});
            } else {
                milliseconds = 1;  // it has closed its pipe and is about to end
            }
        }
        ::poll(waiting.data(), waiting.size(), milliseconds);  // an interruption is seen at the loop's start
    }

    void collect() {
        std::vector<Finished> ended;
        std::erase_if(workers_, [&](const std::unique_ptr<WorkerProcess>& worker) {
            const auto outcome = worker->poll();
            if (outcome) ended.push_back({&worker->run(), *outcome});
            return outcome.has_value();
        });
        const bool well = std::all_of(ended.begin(), ended.end(),
                                      [](const Finished& run) { return has_result(run.outcome.status); });
        if (well) start_workers();  // before the bookkeeping, so that no core waits for it
        for (const Finished& run : ended) note(*run.run, run.outcome);
    }

    void note(const PlannedRun& run, const Outcome& outcome) {
        JournalEntry entry;
        entry.id = run.id;
        entry.experiment = run.experiment;
        entry.point = point_of(run);
        entry.seed = run.seed;
        entry.status = outcome.status;
        entry.message = outcome.message;
        entry.seconds = outcome.seconds;
        store_.journal().append(entry);
        estimates_.add(entry);
        const auto log = store_.log_file(run.id);
        std::error_code ignored;
        if (has_result(outcome.status) && std::filesystem::file_size(log, ignored) == 0)
            std::filesystem::remove(log, ignored);
        display_.ended(run, outcome, log);
        summary_.finished.push_back({&run, outcome});
        judge_failures(run, outcome);
    }

    void judge_failures(const PlannedRun& run, const Outcome& outcome) {
        if (has_result(outcome.status)) {
            ++successes_;
            return;
        }
        if (outcome.status == Status::interrupted) return;
        if (options_.fail_fast) stop("a run failed and --fail-fast is set");
        failures_.push_back(likeness(run, outcome));
        const bool alike =
            std::all_of(failures_.begin(), failures_.end(), [&](const auto& f) { return f == failures_[0]; });
        if (successes_ == 0 && alike && failures_.size() >= alike_failures) {
            stop(fmt::format("the first {} runs all ended the same way: {}: {}", failures_.size(),
                             to_string(outcome.status), outcome.message));
        }
    }

    /// Seconds to the end, negative when nothing is known.
    double remaining() const {
        double total = 0;
        for (const PlannedRun* run : queue_) {
            const auto seconds = estimates_.seconds(*run);
            if (!seconds) return -1;
            total += *seconds;
        }
        for (const auto& worker : workers_) {
            const double done = worker->fraction();
            const auto known = estimates_.seconds(worker->run());
            if (done > 0.02) {
                total += worker->elapsed() * (1 - done) / done;
            } else if (known) {
                total += std::max(0.0, *known - worker->elapsed());
            } else {
                return -1;
            }
        }
        return total / static_cast<double>(std::max<std::size_t>(1, workers_.size()));
    }

    const Store& store_;
    const ScheduleOptions& options_;
    Estimates estimates_;
    Display display_;
    SignalWatch signals_;
    std::map<std::string, Program> programs_;
    std::deque<const PlannedRun*> queue_;
    std::vector<std::unique_ptr<WorkerProcess>> workers_;
    std::size_t successes_ = 0;
    std::vector<std::string> failures_;
    Summary summary_;
};

}  // namespace

bool has_result(Status status) {
    return status == Status::completed || status == Status::diverged;
}

Summary schedule(const std::vector<PlannedRun>& runs, const Store& store, const ScheduleOptions& options) {
    return Scheduler(runs, store, options).work();
}

}  // namespace assay::harness
