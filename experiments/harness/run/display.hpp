#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "experiments/harness/run/process.hpp"

namespace assay::harness {

/// Names runs in a line by what tells them apart: "pudle.gradient_error gradient=dec seed 3 1a2b3c4d".
class Labels {
  public:
    explicit Labels(const std::vector<PlannedRun>& runs);
    std::string operator()(const PlannedRun& run) const;

  private:
    std::map<std::string, std::set<std::string>> varying_;  ///< experiment -> parameters with several values
};

/// Progress on stdout: on a terminal one live line per worker below the lines that stay, in a pipe plain
/// lines.
class Display {
  public:
    Display(const std::vector<PlannedRun>& runs, bool quiet);
    Display(const Display&) = delete;
    Display& operator=(const Display&) = delete;
    ~Display();

    /// A run has ended: a line that stays (on a terminal only when it failed).
    void ended(const PlannedRun& run, const Outcome& outcome, const std::filesystem::path& log);
    /// Redraws the live lines; does nothing in a pipe. `remaining` seconds, negative: not known.
    void update(const std::vector<std::unique_ptr<WorkerProcess>>& workers, double remaining);

  private:
    void erase();

    Labels labels_;
    std::size_t total_;
    bool quiet_;
    bool terminal_;
    std::size_t ended_ = 0;
    std::size_t failed_ = 0;
    std::size_t drawn_ = 0;  ///< live lines on the screen
    double started_;
    double last_ = 0;
};

}  // namespace assay::harness
