#include "experiments/harness/report/view.hpp"

#include <set>

#include "experiments/harness/claims/quantity.hpp"
#include "experiments/harness/report/text.hpp"

namespace assay::harness::report {

View::View(const Evidence& all, std::size_t index)
    : spec(all.specs[index]), planned(all.runs[index]), evidence(all) {
    std::set<std::uint64_t> distinct;
    for (const PlannedRun& run : planned) distinct.insert(run.seed);
    seeds.assign(distinct.begin(), distinct.end());
}

std::string View::stem() const {
    return file_stem(spec.study + "-" + spec.name);
}

std::string View::command() const {
    return "make reproduce-" + spec.study +
           (spec.profile.empty() || spec.profile == "quick" ? "" : " PROFILE=" + spec.profile);
}

namespace {

/// Brings the seeds' values to the union of their points on every axis, in ascending order where they differ.
/// Returns how many values that added, which are NaN.
std::size_t align(std::vector<Quantity>& seeds) {
    std::size_t before = 0, after = 0;
    for (const Quantity& seed : seeds) before += seed.values.size();
    for (std::size_t axis = 0; !seeds.empty() && axis < seeds[0].axis_values.size(); ++axis) {
        std::set<double> all;
        bool equal = true;
        for (const Quantity& seed : seeds) {
            all.insert(seed.axis_values[axis].begin(), seed.axis_values[axis].end());
            equal = equal && seed.axis_values[axis] == seeds[0].axis_values[axis];
        }
        if (equal) continue;
        const std::vector<double> points(all.begin(), all.end());
        for (Quantity& seed : seeds) seed = spread(seed, axis, points);
    }
    for (const Quantity& seed : seeds) after += seed.values.size();
    return after - before;
}

}  // namespace

PerSeed evaluate_seeds(const std::string& text, const View& view) {
    PerSeed out;
    std::size_t missing = 0;
    try {
        const Expression expression(text);
        out.runs = expression.runs(view.planned);
        for (const std::uint64_t seed : view.seeds) {
            bool absent = false;
            const auto result = [&](const std::string& id) -> const Result& {
                const auto found = view.evidence.results.find(id);
                absent = found == view.evidence.results.end();
                if (absent) throw Error("no result");
                return found->second;
            };
            try {
                Quantity value = expression.evaluate(view.planned, seed, result);
                out.values.push_back(std::move(value));
                out.seeds.push_back(seed);
            } catch (const Error&) {
                if (!absent) throw;
                ++missing;
            }
        }
    } catch (const Error& error) {
        out.problem = error.what();
        return out;
    }
    out.padded = align(out.values);
    if (missing > 0)
        out.problem = std::to_string(missing) + " of " + std::to_string(view.seeds.size()) +
                      " seeds have no result: " + view.command();
    return out;
}

}  // namespace assay::harness::report
