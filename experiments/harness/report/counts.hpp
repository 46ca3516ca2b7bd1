#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "experiments/harness/claims/verdict.hpp"

/// The headline: how many claims have which verdict, and how firmly. Claims about the paper, statements of
/// this project and checks of the implementation are never added up.
namespace assay::harness::report {

struct VerdictCount {
    std::size_t claims = 0;
    std::size_t after_holm = 0;  ///< of those that were tested: still so after Holm's correction
    std::size_t exact = 0;       ///< judged without a test
    std::size_t calibrated = 0;  ///< with a setting calibrated on the published numbers
};

struct Counts {
    std::size_t claims = 0;
    std::size_t calibrated = 0;
    std::map<Verdict, VerdictCount> verdicts;  ///< only those that occur, in the order of the enumeration
};

/// Counts the claims of one role.
Counts count(const std::vector<Judgement>& judgements, Role role);

/// "12 claims: 9 reproduced (5 after Holm's correction, 3 exact), 3 not run; 2 of the reproduced use a
/// setting calibrated on the published numbers; apart from these 3 statements of this project: 3 reproduced
/// (1 after Holm's correction); and 4 implementation checks: 4 reproduced (4 exact)".
std::string summary(const std::vector<Judgement>& judgements);

/// The judgements as they are shown: of each study first the claims about the paper, then this project's
/// statements, then the checks of the implementation; otherwise in the order given.
std::vector<const Judgement*> grouped(const std::vector<Judgement>& judgements);

/// What qualifies a claim beside its verdict: "calibrated: ...", "not in the paper" or "implementation
/// check"; mostly "".
std::string qualification(const Claim& claim);

/// What stands above the claims of a role: "", "statements of this project" or "implementation checks".
std::string heading(Role role);

/// "2 of 3 seeds hold"; "" for a claim that was not judged.
std::string seeds_text(const Judgement& judgement);

}  // namespace assay::harness::report
