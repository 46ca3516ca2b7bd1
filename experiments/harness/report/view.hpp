#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiments/harness/claims/expression.hpp"
#include "experiments/harness/claims/verdict.hpp"

namespace assay::harness::report {

/// One spec with its runs and results.
struct View {
    const Spec& spec;
    const std::vector<PlannedRun>& planned;
    const Evidence& evidence;
    std::vector<std::uint64_t> seeds;

    View(const Evidence& all, std::size_t index);

    /// "pudle-gradient_error": begins the name of each of its files.
    std::string stem() const;
    /// The command that computes its runs.
    std::string command() const;
};

/// An expression's value for each seed that has results.
struct PerSeed {
    std::vector<std::uint64_t> seeds;
    std::vector<Quantity> values;   ///< all of one shape: NaN where a seed lacks a point that another has
    std::size_t padded = 0;         ///< number of those NaN
    std::vector<std::string> runs;  ///< ids of all runs it reads, whether they have results or not
    std::string problem;            ///< why there are fewer seeds than planned; "" when there are all
};

/// Never throws for an expression that cannot be evaluated: the problem says why.
PerSeed evaluate_seeds(const std::string& expression, const View& view);

}  // namespace assay::harness::report
