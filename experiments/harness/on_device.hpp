#pragma once

#include <functional>

#include "experiments/harness/run_context.hpp"
#include "solvers/device/array.hpp"
#include "solvers/device/gpu.hpp"

/// The choice of device and scalar for an experiment that is written once, as a template over both.
namespace assay::harness {

/// The parameter `precision` that `dispatch` reads: "float" or "double".
ParamSpec precision_param();

/// Calls work.template operator()<Device, T>() for the run's device and its parameter `precision`. Throws
/// Error when the device is a GPU and there is none.
template <class Work>
void dispatch(const Run& run, Work work) {
    const bool single = run.text("precision") == "float";
    if (run.device() == solvers::Cuda::name) {
        solvers::require_gpu();
        single ? work.template operator()<solvers::Cuda, float>()
               : work.template operator()<solvers::Cuda, double>();
    } else {
        single ? work.template operator()<solvers::Cpu, float>()
               : work.template operator()<solvers::Cpu, double>();
    }
}

/// An experiment's body that calls work.template operator()<Device, T>(run) as `dispatch` chooses.
template <class Work>
std::function<void(Run&)> on_device(Work work) {
    return [work](Run& run) {
        dispatch(run, [&]<class Device, class T>() { work.template operator()<Device, T>(run); });
    };
}

/// The same for work that is done in float throughout: calls work.template operator()<Device>(run).
template <class Work>
std::function<void(Run&)> on_device_in_float(Work work) {
    return [work](Run& run) {
        if (run.device() != solvers::Cuda::name) return work.template operator()<solvers::Cpu>(run);
        solvers::require_gpu();
        work.template operator()<solvers::Cuda>(run);
    };
}

}  // namespace assay::harness
