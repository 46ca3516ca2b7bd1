#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/harness/experiment.hpp"

namespace assay::harness {

/// How a run ended. Only `completed` and `diverged` leave a result file; the rest live in the journal.
enum class Status { completed, diverged, failed, crashed, timeout, out_of_memory, interrupted };

const char* to_string(Status status);
/// The inverse of `to_string`; throws Error for any other text.
Status status_from(std::string_view text);

struct Axis {
    std::string unit;
    std::string doc;
    std::vector<double> values;
};

/// A measured quantity: row-major over its axes; NaN where nothing was recorded.
struct Metric {
    std::string unit;
    std::string doc;
    std::vector<std::string> axes;  ///< slowest index first
    std::vector<double> values;     ///< one value for a scalar
};

struct Timing {
    double solver_seconds = 0;  ///< the experiment's body; without observers, drawing and loading of data
    double wall_seconds = 0;    ///< the worker process up to the writing of the file
    double cpu_seconds = 0;
    std::uint64_t peak_memory_bytes = 0;
    std::optional<std::uint64_t> peak_device_bytes = {};  ///< of arrays on the GPU, where it was counted
};

/// What a run costs, as expressions read it: a scalar metric of every experiment, under a name that no
/// experiment may give to one of its own.
struct CostMetric {
    MetricSpec spec;
    std::optional<double> (*of)(const Timing& timing);  ///< nothing where it was not recorded
};

/// solver_seconds, peak_memory_bytes and peak_device_bytes.
const std::vector<CostMetric>& cost_metrics();
/// The one of that name, or nullptr.
const CostMetric* find_cost_metric(std::string_view name);

/// One run, as the store keeps it.
struct Result {
    std::string id;  ///< 64 hexadecimal digits
    std::string experiment;
    Params params;
    std::uint64_t seed = 0;
    std::string device;  ///< "cpu" or "cuda"
    Status status = Status::completed;
    std::string message;            ///< why it diverged
    std::uint64_t diverged_at = 0;  ///< iteration, when diverged
    std::map<std::string, Axis> axes;
    std::map<std::string, Metric> metrics;
    Timing timing;
    std::map<std::string, std::string>
        provenance;      ///< "git.commit", "cpu.model", "data.mnist.train-images" ...
    std::string spec;    ///< the resolved spec's text
    std::string digest;  ///< SHA-256 over the logical content, see store
};

}  // namespace assay::harness
