#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/palm/codes_change.hpp"
#include "experiments/palm/data.hpp"
#include "experiments/palm/label_matrices.hpp"
#include "experiments/palm/palm_params.hpp"
#include "experiments/palm/registrations.hpp"
#include "solvers/device/primitives.hpp"

/// PALM with everything that its convergence theorem promises measured in every outer iteration.
namespace assay::palm {

namespace {

using namespace assay::solvers;

/// What a run of records comes to.
class Account {
  public:
    Account(const PalmOptions& options, std::size_t iterations)
        : options_(options), iterations_(iterations) {}

    void add(const PalmRecord& record) {
        violations_ += record.violations;
        least_margin_ = std::min(least_margin_, record.worst_margin);
        count_rises(record);
        note_slacks(record);
        if (record.iteration > opening)
            (2 * record.iteration <= iterations_ ? first_half_ : second_half_) += record.squared_step;
        if (record.iteration == 1) first_distance_ = record.distance;
        final_distance_ = record.distance;
        best_distance_ = std::min(best_distance_, record.distance);
        if (record.ratio_bound > 0.0)
            ratio_share_ = std::max(ratio_share_, record.ratio / record.ratio_bound);
        bound_share_ = std::max({bound_share_, record.codes_norm / record.codes_bound, maps_share(record)});
    }

    double best_distance() const { return best_distance_; }

    /// Iterations that are left out where squared steps are summed: from zero codes the first ones are most
    /// of all.
    static constexpr std::size_t opening = 5;
    static constexpr std::array<const char*, 4> blocks{"codes", "dictionary", "consistency", "classifier"};

    void record(harness::Run& run) const {
        run.record("total_violations", static_cast<double>(violations_));
        run.record("rises", static_cast<double>(rises_));
        run.record("least_margin", least_margin_);
        run.record("first_half_squared_steps", first_half_);
        run.record("second_half_squared_steps", second_half_);
        run.record("first_distance", first_distance_);
        run.record("final_distance", final_distance_);
        run.record("largest_ratio_share", ratio_share_);
        run.record("largest_bound_share", bound_share_);
        for (std::size_t k = 0; k < blocks.size(); ++k)
            run.record(std::string(blocks[k]) + "_slack", std::isfinite(slacks_[k]) ? slacks_[k] : 0.0);
    }

  private:
    static std::array<const PalmStep*, 4> steps_of(const PalmRecord& record) {
        return {&record.codes, &record.dictionary, &record.consistency, &record.classifier};
    }

    /// How many times its certificate each block takes off Psi, where that is more than Psi's rounding.
    void note_slacks(const PalmRecord& record) {
        const auto steps = steps_of(record);
        for (std::size_t k = 0; k < steps.size(); ++k) {
            if (steps[k]->certified_drop > options_.tolerance * std::abs(record.start))
                slacks_[k] = std::min(slacks_[k], steps[k]->drop / steps[k]->certified_drop);
        }
    }

    void count_rises(const PalmRecord& record) {
        double before = record.start;
        for (const PalmStep* step : steps_of(record)) {
            rises_ += step->drop < -options_.tolerance * std::abs(before) ? 1 : 0;
            before = step->objective;
        }
    }

    /// The larger of ||A|| and ||W|| over what neither can exceed while Psi does not rise.
    double maps_share(const PalmRecord& record) const {
        const double start = 0.5 * options_.weights.mu_G * record.codes_bound * record.codes_bound;
        return std::sqrt(std::max(record.terms.consistency_ridge, record.terms.classifier_ridge) / start);
    }

    PalmOptions options_;
    std::size_t iterations_;
    std::size_t violations_ = 0, rises_ = 0;
    double least_margin_ = std::numeric_limits<double>::infinity();
    double first_half_ = 0.0, second_half_ = 0.0;
    double first_distance_ = 0.0, final_distance_ = 0.0;
    double best_distance_ = std::numeric_limits<double>::infinity();
    double ratio_share_ = 0.0, bound_share_ = 0.0;
    std::array<double, 4> slacks_ = filled(std::numeric_limits<double>::infinity());

    static std::array<double, 4> filled(double value) { return {value, value, value, value}; }
};

template <class Device, class T>
Palm<Device, T> start(harness::Run& run) {
    return run.off_clock([&] {
        const Split<T> split = load<T>(run);
        auto data = training_samples<Device>(split, run.count("atoms"));
        const auto atoms = class_atoms(data, split.train.labels, run.seed());
        return Palm<Device, T>(palm_options(run), std::move(data), atoms);
    });
}

template <class Device, class T>
void certify(harness::Run& run) {
    const std::size_t iterations = run.count("iterations");
    const SupervisionSchedule schedule = schedule_of(run);
    const PalmOptions options = palm_options(run);
    run.axis("iteration", harness::counted(1, iterations), "", "outer iterations done");
    Palm<Device, T> palm = start<Device, T>(run);
    Account account(options, iterations);
    double s = 0.0, jump_error = 0.0;
    for (std::size_t t = 0; t < iterations; ++t) {
        const double change = schedule(t) - std::exchange(s, schedule(t));
        const double jump = run.off_clock([&] {
            const auto& data = palm.objective().data();
            return change == 0.0 ? 0.0 : change * supervised_terms(options.weights, data, palm.model());
        });
        const auto before = run.off_clock([&] { return palm.model().codes.copy(); });
        const PalmRecord record = palm.step(s);
        const auto paused = run.pause_clock();
        jump_error = std::max(jump_error, std::abs(record.jump - jump) / std::abs(record.start));
        account.add(record);
        for (const PalmField& field : palm_fields()) run.record_at(field.name, {t}, field.value(record));
        run.record_at("best_distance", {t}, account.best_distance());
        run.record_at("support_change", {t}, support_change(before, palm.model().codes));
        run.progress(static_cast<double>(t + 1) / static_cast<double>(iterations), "outer iterations");
    }
    account.record(run);
    run.record("jump_error", jump_error);
}

std::vector<harness::ParamSpec> params() {
    const std::vector<harness::ParamSpec> own = {{.name = "iterations",
                                                  .fallback = std::int64_t{800},
                                                  .doc = "outer iterations",
                                                  .min = 2,
                                                  .max = 1e6},
                                                 harness::precision_param()};
    return harness::with_defaults(
        harness::joined(harness::joined(harness::joined(data_params(), palm_params()), schedule_params()),
                        own),
        {{"data", std::string("synthetic")},
         {"samples", std::int64_t{1000}},
         {"test_samples", std::int64_t{1}},
         {"precision", std::string("double")}});
}

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all;
    for (const PalmField& field : palm_fields()) all.push_back({field.name, "", field.doc, {"iteration"}});
    for (const char* block : Account::blocks)
        all.push_back(
            {std::string(block) + "_slack", "",
             "least decrease over certified decrease, where this is above Psi's rounding; 0: nowhere"});
    const std::vector<harness::MetricSpec> own = {
        {"best_distance", "", "the smallest distance so far", {"iteration"}},
        {"support_change",
         "",
         "share of the codes' entries that became zero or stopped being it",
         {"iteration"}},
        {"total_violations", "", "certificates that failed, of four in an iteration"},
        {"rises", "", "blocks that raised Psi by more than the tolerance"},
        {"least_margin", "", "the smallest margin of any block"},
        {"first_half_squared_steps", "",
         "sum of ||z after - z before||^2 over the first half but its first five iterations"},
        {"second_half_squared_steps", "", "the same over the second half"},
        {"first_distance", "", "upper bound on dist(0, dPsi) after the first iteration"},
        {"final_distance", "", "the same after the last"},
        {"largest_ratio_share", "", "largest ratio over its bound; 0 where there is none"},
        {"largest_bound_share", "", "largest ||G||, ||A|| or ||W|| over what it cannot exceed"},
        {"jump_error", "",
         "largest |jump - (s - s before) (alpha/2 ||A G - Q||^2 + beta/2 ||W G - H||^2)| / Psi, with A and Q "
         "in full"}};
    all.insert(all.end(), own.begin(), own.end());
    return all;
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages = check_data(params);
    for (std::string& message : check_palm(params)) messages.push_back(std::move(message));
    return messages;
}

}  // namespace

void register_certificates() {
    harness::register_experiment(
        {.name = "palm.certificates",
         .doc = "Sufficient decrease, relative error and bounded iterates of PALM, iteration by iteration",
         .params = params(),
         .metrics = metrics(),
         .body =
             harness::on_device([]<class Device, class T>(harness::Run& run) { certify<Device, T>(run); }),
         .data = data_sets,
         .check = check});
}

}  // namespace assay::palm
