#pragma once

#include <cstddef>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/device/adam.hpp"

/// What the declarations of several experiments have in common.
namespace assay::harness {

/// The declared parameters with other default values; throws Error for a name that is not among them.
std::vector<ParamSpec> with_defaults(std::vector<ParamSpec> params, const Params& defaults);

/// One list of parameters after the other.
std::vector<ParamSpec> joined(std::vector<ParamSpec> params, const std::vector<ParamSpec>& more);

/// `rate` and `epsilon` of Adam, and the optimiser that they describe.
std::vector<ParamSpec> adam_params();
solvers::Adam adam_of(const Run& run);

/// first, ..., last as the points of an axis.
std::vector<double> counted(std::size_t first, std::size_t last);

}  // namespace assay::harness
