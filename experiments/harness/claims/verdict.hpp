#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/result.hpp"

namespace assay::harness {

enum class Verdict {
    reproduced,
    reproduced_at_reduced_scale,
    inconclusive,
    contradicted,
    contradicted_at_reduced_scale,
    not_run,
    failed
};

const char* to_string(Verdict verdict);
bool is_reproduced(Verdict verdict);    ///< at whatever scale
bool is_contradicted(Verdict verdict);  ///< at whatever scale
inline bool is_decided(Verdict verdict) {
    return is_reproduced(verdict) || is_contradicted(verdict);
}

/// How far a deviation moves a claim: the deviation's own check over the sensitivity sweep.
struct Sensitivity {
    const Deviation* deviation = nullptr;
    Verdict verdict = Verdict::not_run;  ///< of the deviation's check
    double estimate = 0;
    double low = 0, high = 0;
    std::string reason;
};

/// A claim's answer with its evidence. The numbers are NaN where there are none.
struct Judgement {
    const Spec* spec = nullptr;
    const Claim* claim = nullptr;
    Verdict verdict = Verdict::not_run;
    double estimate = 0;       ///< mean over seeds, of the worst component when the expression is a vector
    double low = 0, high = 0;  ///< the interval; for an exact claim the extremes over the seeds
    std::string method;        ///< of Inference: "t", "bootstrap", "binomial", "share" or "exact"
    double p_value = 1;        ///< two-sided, of the hypothesis that the claim is false; NaN for exact claims
    double holm_p = 1;  ///< of the answer given, corrected for all tested claims of the study (of its role)
    bool holds_after_holm = false;  ///< still decided when all claims of the study are tested together
    std::vector<double> per_seed;   ///< of the worst component
    std::size_t seeds_holding = 0;  ///< seeds whose own value keeps the check; of `seeds`
    std::size_t seeds = 0;          ///< seeds that were judged; 0 when the claim was not
    std::string component;          ///< which component was worst, for a vector
    std::size_t components = 1;
    std::size_t seeds_to_decide = 0;  ///< for inconclusive: an estimate; 0 when there is none
    std::string reason;  ///< for not_run and failed: why, and the command that would; else a remark, or ""
    std::vector<std::string> runs;  ///< ids
    std::vector<Sensitivity> sensitivities;
};

/// The specs' results: for each spec its planned runs, and for each id its result or its last status.
struct Evidence {
    std::vector<Spec> specs;
    std::vector<std::vector<PlannedRun>> runs;                       ///< one list per spec
    std::map<std::string, Result> results;                           ///< by id
    std::map<std::string, std::pair<Status, std::string>> failures;  ///< by id: status and message
};

/// Judges every claim of every spec, in order. The judgements point into `evidence`. Never throws for a claim
/// that cannot be judged: it is then not run or failed, with the reason.
std::vector<Judgement> judge(const Evidence& evidence);
std::vector<Judgement> judge(Evidence&& evidence) = delete;

}  // namespace assay::harness
