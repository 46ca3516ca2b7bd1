#include "experiments/harness/result.hpp"

#include <algorithm>

namespace assay::harness {

const char* to_string(Status status) {
    switch (status) {
        case Status::completed:
            return "completed";
        case Status::diverged:
            return "diverged";
        case Status::failed:
            return "failed";
        case Status::crashed:
            return "crashed";
        case Status::timeout:
            return "timeout";
        case Status::out_of_memory:
            return "out of memory";
        case Status::interrupted:
            return "interrupted";
    }
    return "unknown";
}

Status status_from(std::string_view text) {
    for (Status status : {Status::completed, Status::diverged, Status::failed, Status::crashed,
                          Status::timeout, Status::out_of_memory, Status::interrupted}) {
        if (text == to_string(status)) return status;
    }
    throw Error("\"" + std::string(text) + "\" is not the status of a run");
}

const std::vector<CostMetric>& cost_metrics() {
    using Cost = std::optional<double>;
    static const std::vector<CostMetric> all = {
        {{"solver_seconds", "s", "time of the experiment's body without observers and data"},
         [](const Timing& timing) -> Cost { return timing.solver_seconds; }},
        {{"peak_memory_bytes", "B", "most memory that the run's process held"},
         [](const Timing& timing) -> Cost { return static_cast<double>(timing.peak_memory_bytes); }},
        {{"peak_device_bytes", "B", "most memory that arrays held on the GPU"},
         [](const Timing& timing) -> Cost {
             if (!timing.peak_device_bytes) return std::nullopt;
             return static_cast<double>(*timing.peak_device_bytes);
         }}};
    return all;
}

const CostMetric* find_cost_metric(std::string_view name) {
    const auto found = std::find_if(cost_metrics().begin(), cost_metrics().end(),
                                    [&](const CostMetric& metric) { return metric.spec.name == name; });
    return found == cost_metrics().end() ? nullptr : &*found;
}

}  // namespace assay::harness
