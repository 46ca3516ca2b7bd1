#include <fmt/format.h>

#include "experiments/harness/report/counts.hpp"
#include "experiments/harness/report/pages.hpp"
#include "experiments/harness/report/template.hpp"
#include "experiments/harness/report/text.hpp"
#include "experiments/harness/report/verdict_files.hpp"

namespace assay::harness::report {

namespace {

TemplateData claim_row(const Judgement& judgement, const std::string& page) {
    TemplateData row;
    row.set("page", page);
    row.set("id", judgement.claim->id);
    row.set("spec", judgement.spec->name);
    row.set("says", judgement.claim->says);
    row.set("where", judgement.claim->where);
    row.set("class", style_class(judgement.verdict));
    row.set("symbol", symbol(judgement.verdict));
    row.set("verdict", to_string(judgement.verdict));
    row.set("estimate", number(judgement.estimate, 3));
    row.set("interval", interval(judgement.low, judgement.high, 3));
    row.set("kind", interval_kind(judgement));
    row.set("paper", paper_value(*judgement.claim));
    row.set("holm", holm_text(judgement));
    row.set("runs", count_text(judgement.runs.size(), "run"));
    std::string reason = judgement.reason;
    if (judgement.seeds_to_decide > 0)
        reason += fmt::format("{}about {} seeds would decide", reason.empty() ? "" : "; ",
                              judgement.seeds_to_decide);
    row.set("reason", maybe(reason));
    row.set("mark", maybe(judgement.claim->role == Role::claim ? qualification(*judgement.claim) : ""));
    row.set("holding", maybe(seeds_text(judgement)));
    return row;
}

TemplateData study_section(const std::string& study, const std::vector<SpecPage>& pages) {
    TemplateData section, claims = list(), own = list(), checks = list(), links = list();
    std::vector<Judgement> all;
    bool scaled = false;
    for (const SpecPage& page : pages) {
        const Spec& spec = page.view->spec;
        if (spec.study != study) continue;
        const std::string file = page.view->stem() + ".html";
        for (const Judgement* judgement : page.judgements) {
            const Role role = judgement->claim->role;
            (role == Role::claim ? claims : role == Role::own ? own : checks) << claim_row(*judgement, file);
            all.push_back(*judgement);
        }
        scaled = scaled || spec.scaled_down;
        section.set("profile", spec.profile);
        TemplateData link;
        link.set("page", file);
        link.set("title", spec.title.empty() ? spec.name : spec.title);
        link.set("source", maybe(spec.source));
        links << link;
    }
    section.set("study", study);
    section.set("counts", summary(all));
    section.set("scaled", scaled);
    section.set("claims", claims);
    section.set("has_own", !own.is_empty_list());
    section.set("own", own);
    section.set("has_checks", !checks.is_empty_list());
    section.set("checks", checks);
    section.set("pages", links);
    return section;
}

}  // namespace

std::string index_page(const std::vector<SpecPage>& pages, const std::vector<Judgement>& judgements,
                       const std::string& note) {
    TemplateData data, studies = list();
    std::vector<std::string> seen;
    for (const SpecPage& page : pages) {
        if (std::find(seen.begin(), seen.end(), page.view->spec.study) != seen.end()) continue;
        seen.push_back(page.view->spec.study);
        studies << study_section(seen.back(), pages);
    }
    data.set("title", "Assay: verdicts");
    data.set("summary", summary(judgements));
    data.set("note", maybe(note));
    data.set("has_studies", !seen.empty());
    data.set("studies", studies);
    return render("index", std::move(data));
}

}  // namespace assay::harness::report
