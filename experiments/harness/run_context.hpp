#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/harness/result.hpp"

namespace assay::harness {

/// What an experiment's body sees: its parameters, its seed, and where to put what it measures.
///
/// Everything recorded is kept even when the body ends early by divergence. Time spent between `pause_clock`
/// and the guard's end (evaluating an error curve, say) is not counted as the solver's.
class Run {
  public:
    using Progress = std::function<void(double fraction, std::string_view note)>;

    Run(const Experiment& experiment, Params params, std::uint64_t seed, std::string device,
        Progress progress = {});

    bool flag(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;
    /// An integer that a count or a size needs: as std::size_t; the declared range keeps it non-negative.
    std::size_t count(std::string_view name) const;
    double real(std::string_view name) const;
    const std::string& text(std::string_view name) const;

    std::uint64_t seed() const { return result_.seed; }
    const std::string& device() const { return result_.device; }

    /// Declares the points of an axis that some metric uses. Must come before the metric's first value.
    void axis(std::string name, std::vector<double> values, std::string unit = "", std::string doc = "");
    /// The same for an algorithm that stops by itself: these are the most points that there can be, and
    /// `finish` cuts off those that no metric has reached.
    void axis_at_most(const std::string& name, std::vector<double> values, std::string unit = "",
                      std::string doc = "");

    /// Records a scalar metric, or a whole one over its axes, row-major. A value that is not finite ends the
    /// run as diverged.
    void record(std::string_view metric, double value);
    void record(std::string_view metric, std::span<const double> values);
    /// Records one point of a metric by its index along each axis. A value that is not finite ends the run as
    /// diverged, at iteration `index` of the first axis; points that were never recorded stay NaN.
    void record_at(std::string_view metric, std::initializer_list<std::size_t> index, double value);

    /// Tells the live display how far the run is, 0 to 1.
    void progress(double fraction, std::string_view note = {});

    /// Path of a file of a data set that the experiment declared; its digest goes into the provenance.
    std::filesystem::path data_file(std::string_view dataset, std::string_view file);

    /// Where a Checkpoint keeps this run's state; empty, as at the start: nowhere.
    void set_checkpoint_file(std::filesystem::path file) { checkpoint_file_ = std::move(file); }
    const std::filesystem::path& checkpoint_file() const { return checkpoint_file_; }

    /// Waits until the run's device has done what it was asked for: a GPU works behind the caller's back.
    void synchronize() const;

    /// Stops the solver's clock until the returned guard is destroyed; a pause within a pause adds nothing.
    /// Work that the GPU has in its queue is waited for at both ends, so that it counts where it was asked
    /// for.
    class Paused {
      public:
        explicit Paused(Run& run);
        ~Paused();
        Paused(const Paused&) = delete;
        Paused& operator=(const Paused&) = delete;

      private:
        Run& run_;
        std::chrono::steady_clock::time_point start_;
    };
    Paused pause_clock() { return Paused(*this); }
    /// What `make()` returns, made off the solver's clock: data that is drawn or loaded.
    template <class Make>
    auto off_clock(Make make) {
        const Paused paused(*this);
        return make();
    }
    /// Seconds that `pause_clock` kept out of the solver's time.
    double paused_seconds() const { return std::chrono::duration<double>(paused_).count(); }

    Result& result() { return result_; }
    /// The result once the body has ended: axes declared by `axis_at_most` are cut to the points that some
    /// metric has. A diverged run keeps one point more, where there is one: the NaN at which it ended, so
    /// that nothing takes its last good value for its outcome.
    Result& finish();

  private:
    const Value& param(std::string_view name) const;
    Metric& metric(std::string_view name, std::size_t& size);
    void cut(const std::string& axis);

    const Experiment& experiment_;
    Progress progress_;
    std::filesystem::path checkpoint_file_;
    Result result_;
    std::vector<std::string> open_axes_;  ///< those of `axis_at_most`
    std::chrono::steady_clock::duration paused_{};
    std::size_t pauses_ = 0;  ///< guards alive
};

}  // namespace assay::harness
