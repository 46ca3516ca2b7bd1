#pragma once

#include <string>
#include <vector>

#include "experiments/harness/result.hpp"

namespace assay::harness {

/// One line per metric or axis: bit-equal, or how far apart, or only on one side.
struct Comparison {
    bool equal = true;  ///< all metrics and axes have equal bits
    std::vector<std::string> lines;
};

Comparison compare_results(const Result& a, const Result& b);

}  // namespace assay::harness
