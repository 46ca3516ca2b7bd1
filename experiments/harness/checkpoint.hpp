#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "experiments/harness/run_context.hpp"

namespace assay::harness {

/// What a long run keeps of itself, so that it goes on where it was when its process ended: what it has
/// recorded, its seconds, and a state that only the experiment can read. It belongs to one run's id, and so
/// to its parameters, its seed, its data and its code. The seconds are those of the solver over all
/// processes; wall and CPU seconds of a result are those of its last one.
class Checkpoint {
  public:
    explicit Checkpoint(Run& run);

    /// Gives the run what it had recorded, and returns the experiment's state; nothing when there is none. A
    /// file that is damaged is removed and counts as none: the run begins anew.
    std::optional<std::vector<std::byte>> resume();

    /// Replaces what was kept before, durably: a process that is killed at any time leaves the old state or
    /// the new one. Does nothing for a run without a checkpoint file. Off the run's clock, and to be called
    /// while that runs.
    void keep(std::span<const std::byte> state);

    /// Removes what is kept in `file`; no error when nothing is.
    static void remove(const std::filesystem::path& file);

  private:
    Run& run_;
    double start_, paused_before_;
};

}  // namespace assay::harness
