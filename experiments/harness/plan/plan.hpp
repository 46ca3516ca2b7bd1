#pragma once

#include <string>
#include <vector>

#include "experiments/harness/spec/spec.hpp"

namespace assay::harness {

/// One run to be: a parameter point, a seed and a device.
struct PlannedRun {
    std::string id;        ///< SHA-256 of `identity`
    std::string identity;  ///< canonical JSON: experiment, params, seed, device, data digests, code digest
    std::string experiment;
    Params params;
    std::uint64_t seed = 0;
    std::string device;
    Limits limits;
    std::string spec_text;                  ///< resolved spec that first asked for it
    std::vector<std::string> data;          ///< data sets it opens
    std::vector<std::string> missing_data;  ///< those of `data` that are not on this machine
};

/// The points of a spec's sweeps over its base parameters, in a deterministic order, duplicates merged.
std::vector<Params> expand(const Spec& spec);

/// All runs of the specs, equal ones merged. `device` is "cpu" or "cuda".
std::vector<PlannedRun> plan(const std::vector<Spec>& specs, const std::string& device);

/// Canonical text of a value or of parameters: integers stay integers, reals are shortest round trip.
std::string canonical(const Value& value);
std::string canonical(const Params& params);

/// Which fields differ between two runs' identities, one line each: `params.m: 50 -> 100`, `code: "..." ->
/// "..."`. Throws Error when a text is no identity.
std::vector<std::string> explain_difference(const std::string& identity_a, const std::string& identity_b);

}  // namespace assay::harness
