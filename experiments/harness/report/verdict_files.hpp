#pragma once

#include <string>
#include <vector>

#include "experiments/harness/claims/verdict.hpp"

/// The verdicts as files for machines and for papers.
namespace assay::harness::report {

/// {"schema": 1, "counts": ..., "own_statements": ..., "implementation_checks": ..., "claims": [...]}: the
/// headline's numbers, then one object a claim; numbers that are not there are null.
std::string verdicts_json(const Evidence& evidence, const std::vector<Judgement>& judgements);
std::string verdicts_csv(const std::vector<Judgement>& judgements);
std::string verdicts_markdown(const std::vector<Judgement>& judgements);
std::string verdicts_latex(const std::vector<Judgement>& judgements);  ///< booktabs

/// The paper's value with a mark when it is the authors' stored one; a dash when there is none.
std::string paper_value(const Claim& claim);
/// What holds after Holm's correction: "yes, p = 0.003", "no, p = 0.08", "exact" or a dash.
std::string holm_text(const Judgement& judgement);

}  // namespace assay::harness::report
