#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/claims/verdict.hpp"

/// Hand-made runs for the tests of claims, figures, tables and reports.
namespace assay::harness::testing {

/// Runs of one spec over given parameter points and seeds, with whatever the maker records.
class Runs {
  public:
    using Maker = std::function<void(Result&)>;

    Runs(const std::vector<Params>& points, std::size_t seeds, const Maker& make) {
        for (const Params& params : points)
            for (std::uint64_t seed = 1; seed <= seeds; ++seed) add(params, seed, make);
    }

    void add(const Params& params, std::uint64_t seed, const Maker& make) {
        PlannedRun run;
        run.id = std::string(60, 'a') + std::to_string(1000 + planned.size());
        run.experiment = "test.hand_made";
        run.params = params;
        run.seed = seed;
        run.device = "cpu";
        Result result;
        result.id = run.id;
        result.experiment = run.experiment;
        result.params = params;
        result.seed = seed;
        result.device = "cpu";
        result.digest = std::string(64, 'd');
        result.provenance = {{"git.commit", "0123456789abcdef"}, {"cpu.model", "Test CPU <1>"}};
        make(result);
        results[run.id] = std::move(result);
        planned.push_back(std::move(run));
    }

    std::function<const Result&(const std::string&)> lookup() const {
        return [this](const std::string& id) -> const Result& { return results.at(id); };
    }

    std::vector<PlannedRun> planned;
    std::map<std::string, Result> results;
};

inline void record(Result& result, const std::string& name, double value) {
    result.metrics[name] = {"", "", {}, {value}};
}

inline void record(Result& result, const std::string& name, const std::string& axis,
                   std::vector<double> points, std::vector<double> values) {
    result.axes[axis] = {"", "", std::move(points)};
    result.metrics[name] = {"", "", {axis}, std::move(values)};
}

}  // namespace assay::harness::testing
