#include "experiments/harness/report/verdict_files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/harness/report/counts.hpp"
#include "experiments/harness/report/text.hpp"

namespace assay::harness::report {

namespace {

using Json = nlohmann::ordered_json;

Json finite(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

/// Texts may come from logs and files: bytes that are not UTF-8 are replaced when the JSON is written.
std::string dump(const Json& json) {
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json describe(const Judgement& judgement, const std::vector<PlannedRun>& planned) {
    const Claim& claim = *judgement.claim;
    std::set<std::uint64_t> seeds;
    for (const PlannedRun& run : planned) seeds.insert(run.seed);
    Json out;
    out["study"] = judgement.spec->study;
    out["spec"] = judgement.spec->name;
    out["id"] = claim.id;
    out["verdict"] = to_string(judgement.verdict);
    out["role"] = to_string(claim.role);
    out["calibrated"] = claim.calibrated.empty() ? Json(nullptr) : Json(claim.calibrated);
    out["says"] = claim.says;
    out["where"] = claim.where;
    out["profile"] = judgement.spec->profile;
    out["scaled_down"] = judgement.spec->scaled_down;
    out["expression"] = claim.check.of;
    if (claim.check.above) out["above"] = *claim.check.above;
    if (claim.check.below) out["below"] = *claim.check.below;
    if (claim.check.near) out["near"] = *claim.check.near;
    if (claim.check.near) out["within"] = claim.check.within;
    out["scale"] = claim.check.log_scale ? "log" : "linear";
    if (!claim.check.share_of.empty()) out["share_of"] = claim.check.share_of;
    if (claim.check.reused) out["reused"] = *claim.check.reused;
    out["estimate"] = finite(judgement.estimate);
    out["interval"] = Json::array({finite(judgement.low), finite(judgement.high)});
    out["method"] = judgement.method.empty() ? Json(nullptr) : Json(judgement.method);
    out["level"] = claim.level;
    out["component"] = judgement.component.empty() ? Json(nullptr) : Json(judgement.component);
    out["components"] = judgement.components;
    out["paper"] = claim.paper.empty() ? Json(nullptr) : Json(claim.paper);
    out["paper_source"] = claim.paper.empty() ? Json(nullptr) : Json(claim.from_theory ? "paper" : "authors");
    const bool tested = !judgement.method.empty() && judgement.method != "exact";
    out["p_value"] = tested ? finite(judgement.p_value) : Json(nullptr);
    out["holm_p"] = tested ? finite(judgement.holm_p) : Json(nullptr);
    out["holds_after_holm"] = judgement.holds_after_holm;
    out["seeds_to_decide"] = judgement.seeds_to_decide > 0 ? Json(judgement.seeds_to_decide) : Json(nullptr);
    out["reason"] = judgement.reason;
    out["deviations"] = claim.deviations;
    out["seeds"] = seeds;
    out["seeds_holding"] = judgement.seeds > 0 ? Json(judgement.seeds_holding) : Json(nullptr);
    out["per_seed"] = Json::array();
    for (const double value : judgement.per_seed) out["per_seed"].push_back(finite(value));
    out["runs"] = judgement.runs;
    return out;
}

Json describe(const Counts& counts) {
    Json verdicts = Json::object();
    for (const auto& [verdict, found] : counts.verdicts)
        verdicts[to_string(verdict)] = {{"claims", found.claims},
                                        {"after_holm", found.after_holm},
                                        {"exact", found.exact},
                                        {"calibrated", found.calibrated}};
    return {{"claims", counts.claims}, {"calibrated", counts.calibrated}, {"verdicts", verdicts}};
}

}  // namespace

std::string verdicts_json(const Evidence& evidence, const std::vector<Judgement>& judgements) {
    Json claims = Json::array();
    for (const Judgement& judgement : judgements) {
        for (std::size_t i = 0; i < evidence.specs.size(); ++i)
            if (&evidence.specs[i] == judgement.spec) claims.push_back(describe(judgement, evidence.runs[i]));
    }
    Json out{{"schema", 1},
             {"counts", describe(count(judgements, Role::claim))},
             {"own_statements", describe(count(judgements, Role::own))},
             {"implementation_checks", describe(count(judgements, Role::identity))}};
    out["claims"] = std::move(claims);
    return dump(out);
}

std::string verdicts_csv(const std::vector<Judgement>& judgements) {
    const auto plain = [](double value) {
        return std::isnan(value) ? std::string() : fmt::format("{:.12g}", value);
    };
    std::string out =
        "study,spec,id,verdict,estimate,low,high,method,level,paper,holm_p,holds_after_holm,profile,where,"
        "says,reason,role,calibrated,seeds_holding,seeds\n";
    for (const Judgement& each : judgements) {
        const bool tested = !each.method.empty() && each.method != "exact";
        out += fmt::format("{},{},{},{},{},{},{},{},{:g},{},{},{},{},{},{},{},{},{},{},{}\n",
                           csv_field(each.spec->study), csv_field(each.spec->name), csv_field(each.claim->id),
                           to_string(each.verdict), plain(each.estimate), plain(each.low), plain(each.high),
                           each.method, each.claim->level, csv_field(each.claim->paper),
                           tested ? plain(each.holm_p) : "", each.holds_after_holm,
                           csv_field(each.spec->profile), csv_field(each.claim->where),
                           csv_field(each.claim->says), csv_field(each.reason), to_string(each.claim->role),
                           csv_field(each.claim->calibrated), each.seeds_holding, each.seeds);
    }
    return out;
}

std::string verdicts_markdown(const std::vector<Judgement>& judgements) {
    std::string out = "# Verdicts\n\n" + markdown(summary(judgements)) + "\n\n";
    out +=
        "| study | claim | statement | where | verdict | estimate | interval | seeds that hold | paper | "
        "Holm |\n";
    out += "|---|---|---|---|---|---:|---|---:|---:|---|\n";
    for (const Judgement* const judgement : grouped(judgements)) {
        const Judgement& each = *judgement;
        const std::string kind = interval_kind(each), mark = qualification(*each.claim);
        out += fmt::format("| {} | {} | {} | {} | {} {}{} | {} | {}{} | {} | {} | {} |\n",
                           markdown(each.spec->study), markdown(each.spec->name + "/" + each.claim->id),
                           markdown(each.claim->says), markdown(each.claim->where), symbol(each.verdict),
                           to_string(each.verdict), mark.empty() ? "" : " (" + markdown(mark) + ")",
                           number(each.estimate), markdown(interval(each.low, each.high)),
                           kind.empty() ? "" : " (" + markdown(kind) + ")",
                           each.seeds == 0 ? "\u2013" : fmt::format("{}/{}", each.seeds_holding, each.seeds),
                           markdown(paper_value(*each.claim)), markdown(holm_text(each)));
    }
    return out;
}

std::string verdicts_latex(const std::vector<Judgement>& judgements) {
    std::string out =
        "% needs \\usepackage{booktabs}\n\\begin{tabular}{lp{0.38\\linewidth}llrr}\n\\toprule\n";
    out += "Study & Statement & Where & Verdict & Ours & Paper \\\\\n\\midrule\n";
    for (const Judgement* const judgement : grouped(judgements)) {
        const Judgement& each = *judgement;
        const bool known = !std::isnan(each.low);
        const std::string mark = qualification(*each.claim);
        out += fmt::format("{} & {} & {} & {}{} & {}{} & {} \\\\\n", latex(each.spec->study),
                           latex(each.claim->says), latex(each.claim->where), to_string(each.verdict),
                           mark.empty() ? "" : latex(" (" + mark + ")"), latex_number(each.estimate),
                           known ? " [" + latex_number(each.low) + ", " + latex_number(each.high) + "]" : "",
                           each.claim->paper.empty() ? "--" : latex(each.claim->paper));
    }
    return out + "\\bottomrule\n\\end{tabular}\n";
}

std::string paper_value(const Claim& claim) {
    if (claim.paper.empty()) return "\u2013";
    return claim.from_theory ? claim.paper : claim.paper + " (authors' file)";
}

std::string holm_text(const Judgement& judgement) {
    if (judgement.method.empty() || judgement.verdict == Verdict::not_run ||
        judgement.verdict == Verdict::failed)
        return "\u2013";
    if (judgement.method == "exact") return "exact";
    const std::string p =
        judgement.holm_p < 1e-4 ? "p\u00A0<\u00A00.0001" : "p\u00A0=\u00A0" + number(judgement.holm_p, 2);
    return (judgement.holds_after_holm ? "holds, " : "open, ") + p;
}

}  // namespace assay::harness::report
