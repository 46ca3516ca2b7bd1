#pragma once

#include <string>
#include <utility>

#include "experiments/harness/run_context.hpp"
#include "experiments/studies.hpp"

/// Runs of the studies' experiments in the test's own process.
namespace assay::testing {

/// The registered experiment of that name.
inline const harness::Experiment& experiment_named(const std::string& name) {
    if (harness::experiments().empty()) register_studies();
    return harness::experiments().at(name);
}

/// The parameters with the defaults of those that are not named.
inline harness::Params complete(const std::string& experiment, const harness::Params& params) {
    harness::Params all;
    for (const harness::ParamSpec& spec : experiment_named(experiment).params) all[spec.name] = spec.fallback;
    for (const auto& [name, value] : params) all.at(name) = value;
    return all;
}

/// Runs the body on the CPU and returns what it recorded.
inline harness::Result finish(const std::string& experiment, const harness::Params& params,
                              std::uint64_t seed = 1) {
    const harness::Params all = complete(experiment, params);
    const harness::Experiment& registered = experiment_named(experiment);
    harness::Run run(registered, all, seed, "cpu");
    registered.body(run);
    return std::move(run.finish());
}

}  // namespace assay::testing
