#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "solvers/error.hpp"

namespace assay::harness {

class Run;

/// A parameter's value as a spec may write it.
using Value = std::variant<bool, std::int64_t, double, std::string>;

/// Parameters by name; the order of the map is the canonical order.
using Params = std::map<std::string, Value>;

/// One declared parameter of an experiment. The alternative of `fallback` is the parameter's type; an integer
/// written where a real is declared is taken as a real, never the reverse.
struct ParamSpec {
    std::string name;
    Value fallback;
    std::string doc;                                        ///< meaning, with the paper's symbol and unit
    double min = -std::numeric_limits<double>::infinity();  ///< smallest allowed number
    double max = std::numeric_limits<double>::infinity();   ///< largest allowed number
    std::vector<std::string> choices = {};                  ///< allowed texts; empty: any
};

/// One quantity that an experiment measures. It has one value per point of its axes (none: a scalar).
struct MetricSpec {
    std::string name;
    std::string unit;  ///< "" for a pure number
    std::string doc;
    std::vector<std::string> axes = {};  ///< names of the axes, slowest index first
};

/// A registered experiment: what a spec's `experiment` key names.
struct Experiment {
    std::string name;  ///< "study.what"
    std::string doc;
    std::vector<ParamSpec> params;
    std::vector<MetricSpec> metrics;
    std::function<void(Run&)> body;
    /// Names of the data sets that a run with these parameters opens; empty: none.
    std::function<std::vector<std::string>(const Params&)> data = {};
    bool on_cuda = true;  ///< false: runs on the host; --device cuda says so before anything runs
    /// Checks between several parameters (for example s <= p); returns one message per violation.
    std::function<std::vector<std::string>(const Params&)> check = {};
};

/// Called from a study's `register_study()`; throws Error when the name is taken.
void register_experiment(Experiment experiment);

/// All registered experiments, by name.
const std::map<std::string, Experiment>& experiments();

}  // namespace assay::harness
