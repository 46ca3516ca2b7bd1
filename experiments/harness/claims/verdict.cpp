#include "experiments/harness/claims/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <set>

#include "experiments/harness/claims/decide.hpp"
#include "experiments/harness/claims/expression.hpp"
#include "experiments/harness/claims/statistics.hpp"

namespace assay::harness {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::string short_id(const std::string& id) {
    return id.substr(0, 12);
}

/// What computes the spec's runs: make knows the specs of studies, any other is named by its file.
std::string command(const Spec& spec, const std::string& profile) {
    if (!spec.file.empty() &&
        std::filesystem::absolute(spec.file).parent_path().parent_path().filename() != "experiments")
        return fmt::format("assay run {} --profile {}", spec.file.string(), profile);
    return "make reproduce-" + spec.study +
           (profile.empty() || profile == "quick" ? "" : " PROFILE=" + profile);
}

std::string in_one_line(const Error& error) {
    const std::string place = error.where().empty() ? "" : error.where() + ": ";
    return place + error.problem() + (error.hint().empty() ? "" : "; " + error.hint());
}

/// Thrown inside this file when a check cannot be decided; carries the verdict that says so.
struct Undecidable {
    Verdict verdict;
    std::string reason;
};

/// Everything that judging one spec needs.
class Bench {
  public:
    Bench(const Spec& spec, const std::vector<PlannedRun>& planned, const Evidence& evidence)
        : spec_(spec), planned_(planned), evidence_(evidence) {
        std::set<std::uint64_t> seeds;
        for (const PlannedRun& run : planned) seeds.insert(run.seed);
        seeds_.assign(seeds.begin(), seeds.end());
    }

    Judgement judge(const Claim& claim) const {
        Judgement judgement;
        judgement.spec = &spec_;
        judgement.claim = &claim;
        judgement.estimate = judgement.low = judgement.high = nan;
        try {
            if (!claim.profiles.empty() && std::find(claim.profiles.begin(), claim.profiles.end(),
                                                     spec_.profile) == claim.profiles.end())
                throw Undecidable{Verdict::not_run, "judged only in the profile " + claim.profiles[0] + ": " +
                                                        command(spec_, claim.profiles[0])};
            fill(judgement, claim);
        } catch (const Undecidable& why) {
            judgement.verdict = why.verdict;
            judgement.reason = why.reason;
        }
        sensitivities(judgement, claim);
        return judgement;
    }

  private:
    struct Outcome {
        Decision decision;
        std::string method;
        Quantity shape;  ///< of the value; its values are one seed's
        std::vector<std::string> runs;
    };

    void fill(Judgement& judgement, const Claim& claim) const {
        const Outcome outcome = decided(claim.check, claim.interval, claim.level,
                                        spec_.study + "/" + spec_.name + "/" + claim.id, judgement.runs);
        const Decision& decision = outcome.decision;
        judgement.verdict = decision.verdict;
        judgement.estimate = decision.estimate;
        judgement.low = decision.low;
        judgement.high = decision.high;
        judgement.method = outcome.method;
        judgement.p_value = decision.p_value;
        judgement.holm_p = decision.p_answer;
        judgement.per_seed = decision.per_seed;
        judgement.seeds_holding = decision.seeds_holding;
        judgement.seeds = seeds_.size();
        judgement.components = outcome.shape.values.size();
        judgement.component = component_name(outcome.shape, decision.worst);
        judgement.seeds_to_decide = decision.seeds_to_decide;
        judgement.reason = decision.remark;
        if (!spec_.scaled_down || !claim.needs_scale || claim.role == Role::identity) return;
        if (decision.verdict == Verdict::reproduced) judgement.verdict = Verdict::reproduced_at_reduced_scale;
        if (decision.verdict == Verdict::contradicted) {
            judgement.verdict = Verdict::contradicted_at_reduced_scale;
            judgement.reason = "at the paper's scale: " + command(spec_, "paper");
        }
    }

    Outcome decided(const Check& check, const std::string& interval, double level, const std::string& purpose,
                    std::vector<std::string>& runs) const {
        try {
            const Expression expression(check.of);
            runs = runs_of(expression);
            require_results(runs);
            Outcome outcome;
            outcome.method = check.exact               ? "exact"
                             : expression.is_truth()   ? "binomial"
                             : !check.share_of.empty() ? "share"
                                                       : interval;
            if (outcome.method == "binomial" && (check.log_scale || !check.share_of.empty()))
                throw Error("the value is a truth, 0 or 1 a seed", {}, "drop scale and share_of");
            std::vector<std::vector<double>> values;
            for (const std::uint64_t seed : seeds_) {
                Quantity of_seed = value(expression, seed, runs);
                require_numbers(of_seed, seed, runs);
                if (!values.empty()) require_same_points(outcome.shape, of_seed, seed);
                values.push_back(of_seed.values);
                outcome.shape = std::move(of_seed);
            }
            const std::size_t samples = outcome.method == "share" ? samples_behind(check, runs) : 1;
            outcome.decision = decide(check, outcome.method, level, values, purpose, {samples, check.reused});
            return outcome;
        } catch (const Error& error) {
            throw Undecidable{Verdict::failed, in_one_line(error)};
        }
    }

    /// The number of samples behind each value of a share: as written, or the one value of the parameter.
    std::size_t samples_behind(const Check& check, const std::vector<std::string>& runs) const {
        if (check.share_of.find_first_not_of("0123456789") == std::string::npos)
            return std::stoul(check.share_of);
        std::set<std::int64_t> counts;
        for (const std::string& id : runs)
            counts.insert(std::get<std::int64_t>(evidence_.results.at(id).params.at(check.share_of)));
        if (counts.size() != 1 || *counts.begin() <= 0)
            throw Error("share_of: the runs do not agree on one positive " + check.share_of, {},
                        "give the number of samples instead");
        return static_cast<std::size_t>(*counts.begin());
    }

    std::vector<std::string> runs_of(const Expression& expression) const {
        try {
            return expression.runs(planned_);
        } catch (const Error& error) {
            // Only a run that is not there can be the profile's or the command line's doing; a pick that
            // leaves several is a mistake anywhere.
            const bool of_profile = spec_.profile != "paper";
            if ((!of_profile && spec_.scaled.empty()) || !error.problem().starts_with("no run")) throw;
            throw Undecidable{Verdict::not_run,
                              fmt::format("{} leaves out what it reads ({}){}",
                                          of_profile ? "the profile " + spec_.profile : "--set",
                                          error.problem(), of_profile ? ": " + command(spec_, "paper") : "")};
        }
    }

    /// Every run that an expression reads must have a result; says which has none, and what to do.
    void require_results(const std::vector<std::string>& ids) const {
        std::vector<std::string> absent;
        std::set<std::string> data;
        for (const std::string& id : ids) {
            if (evidence_.results.contains(id)) continue;
            const auto failure = evidence_.failures.find(id);
            if (failure != evidence_.failures.end() && failure->second.first != Status::interrupted)
                throw Undecidable{Verdict::failed,
                                  "run " + short_id(id) + " " + to_string(failure->second.first) +
                                      (failure->second.second.empty() ? "" : ": " + failure->second.second)};
            absent.push_back(id);
            for (const PlannedRun& run : planned_)
                if (run.id == id) data.insert(run.missing_data.begin(), run.missing_data.end());
        }
        if (!data.empty())
            throw Undecidable{Verdict::not_run,
                              fmt::format("the data is not here: assay data get {}", fmt::join(data, " "))};
        if (!absent.empty())
            throw Undecidable{Verdict::not_run, fmt::format("{} of {} runs are missing: {}", absent.size(),
                                                            ids.size(), command(spec_, spec_.profile))};
    }

    Quantity value(const Expression& expression, std::uint64_t seed,
                   const std::vector<std::string>& runs) const {
        const auto result = [&](const std::string& id) -> const Result& { return evidence_.results.at(id); };
        try {
            return expression.evaluate(planned_, seed, result);
        } catch (const Error&) {
            if (const std::string who = diverged(runs, seed); !who.empty())
                throw Undecidable{Verdict::failed, who};
            throw;
        }
    }

    void require_numbers(const Quantity& quantity, std::uint64_t seed,
                         const std::vector<std::string>& runs) const {
        for (const double number : quantity.values) {
            if (!std::isnan(number)) continue;
            const std::string who = diverged(runs, seed);
            throw Undecidable{
                Verdict::failed,
                !who.empty() ? who
                             : fmt::format("the value is not a number for seed {} (0/0, a logarithm of a "
                                           "negative number, a crossing of curves in the wrong order)",
                                           seed)};
        }
    }

    /// Components are judged over seeds, so each needs a value in every seed.
    void require_same_points(const Quantity& first, const Quantity& other, std::uint64_t seed) const {
        for (std::size_t i = 0; i < first.axis_values.size(); ++i) {
            if (first.axis_values[i] == other.axis_values[i]) continue;
            const std::string& axis = first.axis_names[i];
            throw Undecidable{
                Verdict::failed,
                fmt::format("the seeds have different points on axis \"{0}\": {1} for seed {2}, {3} for seed "
                            "{4}; claim one number a seed, such as last(...) or min(...), or points that all "
                            "have, such as [{0}=a..b]",
                            axis, first.axis_values[i].size(), seeds_[0], other.axis_values[i].size(), seed)};
        }
    }

    std::string diverged(const std::vector<std::string>& runs, std::uint64_t seed) const {
        for (const std::string& id : runs) {
            const Result& result = evidence_.results.at(id);
            if (result.seed == seed && result.status == Status::diverged)
                return fmt::format("run {} diverged at iteration {}: {}", short_id(id), result.diverged_at,
                                   result.message);
        }
        return "";
    }

    void sensitivities(Judgement& judgement, const Claim& claim) const {
        for (const Deviation& deviation : spec_.deviations) {
            const bool named = std::find(claim.deviations.begin(), claim.deviations.end(), deviation.id) !=
                               claim.deviations.end();
            if (!named || !deviation.sensitivity) continue;
            Sensitivity found;
            found.deviation = &deviation;
            found.estimate = found.low = found.high = nan;
            try {
                std::vector<std::string> runs;
                const Decision decision = decided(*deviation.sensitivity, claim.interval, claim.level,
                                                  spec_.study + "/" + spec_.name + "/" + deviation.id, runs)
                                              .decision;
                found.verdict = decision.verdict;
                found.estimate = decision.estimate;
                found.low = decision.low;
                found.high = decision.high;
                found.reason = decision.remark;
            } catch (const Undecidable& why) {
                found.verdict = why.verdict;
                found.reason = why.reason;
            }
            judgement.sensitivities.push_back(std::move(found));
        }
    }

    /// "t=100, gradient=1" of the component at a flat index.
    static std::string component_name(const Quantity& shape, std::size_t flat) {
        std::vector<std::string> parts;
        for (std::size_t i = shape.axis_names.size(); i-- > 0;) {
            const std::size_t length = shape.axis_values[i].size();
            const std::string name = shape.axis_names[i].empty() ? "entry" : shape.axis_names[i];
            const double value = shape.axis_values[i][flat % length];
            const auto labels = shape.labels.find(shape.axis_names[i]);
            parts.insert(parts.begin(), labels == shape.labels.end() ? fmt::format("{}={:g}", name, value)
                                                                     : name + "=" + labels->second.at(value));
            flat /= length;
        }
        return fmt::format("{}", fmt::join(parts, ", "));
    }

    const Spec& spec_;
    const std::vector<PlannedRun>& planned_;
    const Evidence& evidence_;
    std::vector<std::uint64_t> seeds_;
};

bool was_tested(const Judgement& judgement) {
    return judgement.verdict != Verdict::not_run && judgement.verdict != Verdict::failed &&
           judgement.method != "exact";
}

/// Holm's correction over the tested claims of each study, those of each role by themselves; an exact claim
/// is no test, and stands as it is.
void correct(std::vector<Judgement>& judgements) {
    std::map<std::pair<std::string, Role>, std::vector<Judgement*>> families;
    for (Judgement& judgement : judgements) {
        if (was_tested(judgement))
            families[{judgement.spec->study, judgement.claim->role}].push_back(&judgement);
        else if (is_decided(judgement.verdict))
            judgement.holds_after_holm = true;
        if (judgement.method == "exact") judgement.holm_p = nan;
    }
    for (const auto& [family, tested] : families) {
        std::vector<double> p_values;
        for (const Judgement* judgement : tested) p_values.push_back(judgement->holm_p);
        const std::vector<double> adjusted = holm(p_values);
        for (std::size_t i = 0; i < tested.size(); ++i) {
            tested[i]->holm_p = adjusted[i];
            tested[i]->holds_after_holm =
                is_decided(tested[i]->verdict) && adjusted[i] < 1 - tested[i]->claim->level;
        }
    }
}

}  // namespace

const char* to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::reproduced:
            return "reproduced";
        case Verdict::reproduced_at_reduced_scale:
            return "reproduced at reduced scale";
        case Verdict::inconclusive:
            return "inconclusive";
        case Verdict::contradicted:
            return "contradicted";
        case Verdict::contradicted_at_reduced_scale:
            return "contradicted at reduced scale";
        case Verdict::not_run:
            return "not run";
        case Verdict::failed:
            return "failed";
    }
    return "unknown";
}

bool is_reproduced(Verdict verdict) {
    return verdict == Verdict::reproduced || verdict == Verdict::reproduced_at_reduced_scale;
}

bool is_contradicted(Verdict verdict) {
    return verdict == Verdict::contradicted || verdict == Verdict::contradicted_at_reduced_scale;
}

std::vector<Judgement> judge(const Evidence& evidence) {
    std::vector<Judgement> judgements;
    for (std::size_t i = 0; i < evidence.specs.size(); ++i) {
        const Bench bench(evidence.specs[i], evidence.runs.at(i), evidence);
        for (const Claim& claim : evidence.specs[i].claims) judgements.push_back(bench.judge(claim));
    }
    correct(judgements);
    return judgements;
}

}  // namespace assay::harness
