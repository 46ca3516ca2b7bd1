#pragma once

#include <string>
#include <vector>

#include "experiments/harness/spec/spec.hpp"

namespace assay::harness {

/// How many points one block makes, before excludes and the merging of duplicates; a double, so that it
/// cannot overflow.
double count_points(const Sweep& sweep);

/// Names of the parameters that some block sweeps, sorted.
std::vector<std::string> swept_names(const Spec& spec);

/// The drawn points of a block: `draw_count` of them, each with every drawn parameter. "random" draws each
/// parameter from its own Philox stream (seed, name), so that one more parameter leaves the others' values
/// alone. "sobol" takes the sequence's points in order (dimensions by name), shifted digitally by the seed;
/// seed 0: not shifted. Reals are rounded to 12 significant digits, which is what a run's identity then
/// holds.
std::vector<Params> draw_points(const Sweep& sweep);

}  // namespace assay::harness
