#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/harness/experiment.hpp"
#include "experiments/harness/spec/document.hpp"

namespace assay::harness {

/// The declared parameter of that name, or nullptr.
const ParamSpec* find_param(const Experiment& experiment, const std::string& name);

/// The value that a parameter takes from a node, an integer widened where a real is declared. When it does
/// not fit, nothing, and `complaint` says "must be ..., but is ...".
std::optional<Value> value_for(const ParamSpec& param, const Node& node, std::string& complaint);

/// What is wrong with a value of the declared type ("must be at least 1, but is 0"), or "".
std::string complaint_about(const ParamSpec& param, const Value& value);

/// `unknown parameter "x" of study.what; did you mean "y"? (its parameters: ...)`.
std::string unknown_param(const Experiment& experiment, const std::string& name);

}  // namespace assay::harness
