#pragma once

#include <string>
#include <utility>

#include "experiments/harness/run_context.hpp"
#include "experiments/pudle/study.hpp"

/// Runs of the study's experiments in the test's own process.
namespace assay::pudle {

inline void register_once() {
    if (harness::experiments().count("pudle.baselines") == 0) register_study();
}

/// The parameters with the defaults of those that are not named.
inline harness::Params complete(const std::string& experiment, const harness::Params& params) {
    register_once();
    harness::Params all;
    for (const harness::ParamSpec& spec : harness::experiments().at(experiment).params)
        all[spec.name] = spec.fallback;
    for (const auto& [name, value] : params) all.at(name) = value;
    return all;
}

/// Runs the body on the CPU and returns what it recorded.
inline harness::Result finish(const std::string& experiment, const harness::Params& params,
                              std::uint64_t seed = 1) {
    const harness::Params all = complete(experiment, params);
    const harness::Experiment& registered = harness::experiments().at(experiment);
    harness::Run run(registered, all, seed, "cpu");
    registered.body(run);
    return std::move(run.finish());
}

}  // namespace assay::pudle
