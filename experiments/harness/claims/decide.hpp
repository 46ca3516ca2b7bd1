#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/harness/claims/statistics.hpp"
#include "experiments/harness/claims/verdict.hpp"

namespace assay::harness {

/// The statistical answer to a check, before anything is known of scale or of other claims.
struct Decision {
    Verdict verdict = Verdict::inconclusive;  ///< reproduced, contradicted or inconclusive
    double estimate = 0, low = 0, high = 0;   ///< of the worst component; NaN where there is none
    double p_value = 1;                       ///< two-sided, that the check does not hold; NaN when exact
    double p_answer = 1;  ///< two-sided, against the verdict given: equal to p_value unless contradicted
    std::size_t worst = 0;
    std::size_t seeds_to_decide = 0;
    std::vector<double> per_seed;   ///< of the worst component
    std::size_t seeds_holding = 0;  ///< seeds whose own value (all its components) keeps the check
    std::string remark;
};

/// Decides from `values[seed][component]`. Each component has its own interval at `level`: all wholly inside
/// the demanded region means reproduced; one wholly outside at the level that Bonferroni's correction over
/// the components asks for means contradicted; else inconclusive. method and sampling: see Inference.
/// `purpose` names the bootstrap's stream.
///
/// A component that is the same for every seed (to rounding) decides nothing unless the method is exact,
/// binomial or share: a few equal draws tell nothing of the next, since without spread there is no interval.
///
/// On a logarithmic scale values and bounds are replaced by their logarithms, so that the estimate is the
/// geometric mean and the interval stays positive; what is shown is transformed back. A value of 0 or less
/// makes the answer inconclusive, with the reason.
/// A value may be infinite (a crossing that has not happened): then there is no mean, and each seed counts
/// only as keeping the check or not, which is judged as a binomial share with the bound one half.
Decision decide(const Check& check, const std::string& method, double level,
                const std::vector<std::vector<double>>& values, std::string_view purpose,
                const Sampling& sampling = {});

}  // namespace assay::harness
