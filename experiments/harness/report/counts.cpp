#include "experiments/harness/report/counts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "experiments/harness/report/text.hpp"

namespace assay::harness::report {

namespace {

/// "9 reproduced (5 after Holm's correction, 3 exact)".
std::string verdict_text(Verdict verdict, const VerdictCount& found) {
    std::vector<std::string> firmness;
    if (is_decided(verdict)) {
        if (found.claims > found.exact)
            firmness.push_back(fmt::format("{} after Holm's correction", found.after_holm));
        if (found.exact > 0) firmness.push_back(fmt::format("{} exact", found.exact));
    }
    return fmt::format("{} {}{}", found.claims, to_string(verdict),
                       firmness.empty() ? "" : fmt::format(" ({})", fmt::join(firmness, ", ")));
}

std::string counts_text(const Counts& counts, const char* what, const char* whose = "") {
    std::vector<std::string> parts;
    for (const auto& [verdict, found] : counts.verdicts) parts.push_back(verdict_text(verdict, found));
    return fmt::format("{}{}{}{}", count_text(counts.claims, what), whose, parts.empty() ? "" : ": ",
                       fmt::join(parts, ", "));
}

}  // namespace

Counts count(const std::vector<Judgement>& judgements, Role role) {
    Counts counts;
    for (const Judgement& judgement : judgements) {
        if (judgement.claim->role != role) continue;
        const bool exact = judgement.method == "exact", calibrated = !judgement.claim->calibrated.empty();
        VerdictCount& found = counts.verdicts[judgement.verdict];
        ++counts.claims;
        ++found.claims;
        if (exact) ++found.exact;
        if (!exact && judgement.holds_after_holm) ++found.after_holm;
        if (calibrated) ++found.calibrated;
        if (calibrated) ++counts.calibrated;
    }
    return counts;
}

std::string summary(const std::vector<Judgement>& judgements) {
    const Counts claims = count(judgements, Role::claim);
    std::string out = counts_text(claims, "claim");
    std::size_t calibrated = 0;
    for (const auto& [verdict, found] : claims.verdicts)
        if (is_reproduced(verdict)) calibrated += found.calibrated;
    if (calibrated > 0)
        out += fmt::format("; {} of the reproduced use{} a setting calibrated on the published numbers",
                           calibrated, calibrated == 1 ? "s" : "");
    const char* link = "; apart from these ";
    for (const auto& [role, what] :
         {std::pair{Role::own, "statement"}, {Role::identity, "implementation check"}}) {
        const Counts others = count(judgements, role);
        if (others.claims == 0) continue;
        out += link + counts_text(others, what, role == Role::own ? " of this project" : "");
        link = "; and ";
    }
    return out;
}

std::vector<const Judgement*> grouped(const std::vector<Judgement>& judgements) {
    std::vector<const Judgement*> out;
    for (const Judgement& judgement : judgements) out.push_back(&judgement);
    for (auto first = out.begin(); first != out.end();) {
        const auto last = std::find_if(
            first, out.end(), [&](const Judgement* j) { return j->spec->study != (*first)->spec->study; });
        std::stable_sort(first, last, [](const Judgement* a, const Judgement* b) {
            return a->claim->role < b->claim->role;
        });
        first = last;
    }
    return out;
}

std::string qualification(const Claim& claim) {
    if (claim.role == Role::identity) return "implementation check";
    const std::string calibrated = claim.calibrated.empty() ? "" : "calibrated: " + claim.calibrated;
    if (claim.role == Role::claim) return calibrated;
    return calibrated.empty() ? "not in the paper" : "not in the paper; " + calibrated;
}

std::string heading(Role role) {
    return role == Role::claim ? ""
           : role == Role::own ? "statements of this project"
                               : "implementation checks";
}

std::string seeds_text(const Judgement& judgement) {
    return judgement.seeds == 0
               ? ""
               : fmt::format("{} of {} hold{}", judgement.seeds_holding, count_text(judgement.seeds, "seed"),
                             judgement.seeds == 1 ? "s" : "");
}

}  // namespace assay::harness::report
