#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "experiments/harness/claims/syntax.hpp"
#include "experiments/harness/experiment.hpp"

namespace assay::harness {

/// The runs that a metric's picks choose among parameter points: one per combination of the axes that lists,
/// ranges and stars over parameters make; row-major.
struct Selection {
    std::vector<std::string> axis_names;
    std::vector<std::vector<double>> axis_values;
    std::map<std::string, std::map<double, std::string>> labels;  ///< of axes over texts
    std::vector<std::size_t> chosen;                              ///< indices into the candidates
    std::vector<syntax::Pick>
        point_picks;  ///< the picks that are not parameters: they choose points of the metric's axes
};

/// `candidates` are the parameter points of one seed. Throws Error (without place) when a combination finds
/// no run or several.
Selection select(const syntax::Node& metric, const std::vector<const Params*>& candidates);

/// The text of a metric with its picks, for messages.
std::string describe(const syntax::Node& metric);

}  // namespace assay::harness
