#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "experiments/harness/report/counts.hpp"
#include "experiments/harness/report/pages.hpp"
#include "experiments/harness/report/template.hpp"
#include "experiments/harness/report/text.hpp"
#include "experiments/harness/report/verdict_files.hpp"

namespace assay::harness::report {

namespace {

std::string short_id(const std::string& id) {
    return id.substr(0, 12);
}

/// Paragraphs of a free text: blank lines part them.
TemplateData paragraphs(const std::string& text) {
    TemplateData out = list();
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find("\n\n", at), text.size());
        const std::string part = text.substr(at, end - at);
        if (part.find_first_not_of(" \n\t\r") != std::string::npos) out << part;
        at = end + 2;
    }
    return out;
}

std::string demand(const Check& check) {
    std::vector<std::string> parts;
    if (check.above) parts.push_back("above " + number(*check.above, 6));
    if (check.below) parts.push_back("below " + number(*check.below, 6));
    if (check.near) parts.push_back(number(*check.near, 6) + " \u00B1 " + number(check.within, 6));
    const std::string share =
        check.share_of.empty() ? "" : ", as a share of " + check.share_of + " samples a seed";
    const std::string reused = !check.reused ? ""
                               : *check.reused == 0.0
                                   ? ", the same for every seed"
                                   : ", seeds being splits of one set (corrected interval)";
    return fmt::format("{}{}{}{}{}", fmt::join(parts, " and "), check.exact ? ", for every seed" : "",
                       check.log_scale ? ", for the geometric mean" : "", share, reused);
}

void set_verdict(TemplateData& data, Verdict verdict) {
    data.set("class", style_class(verdict));
    data.set("symbol", symbol(verdict));
    data.set("verdict", to_string(verdict));
}

TemplateData run_links(const std::vector<std::string>& ids) {
    TemplateData out = list();
    for (const std::string& id : ids) out << TemplateData("run", short_id(id));
    return out;
}

/// One row a seed: its value and the runs it came from.
TemplateData value_rows(const Judgement& judgement, const View& view) {
    TemplateData rows = list();
    for (std::size_t i = 0; i < judgement.per_seed.size() && i < view.seeds.size(); ++i) {
        std::vector<std::string> runs;
        for (const PlannedRun& run : view.planned)
            if (run.seed == view.seeds[i] &&
                std::find(judgement.runs.begin(), judgement.runs.end(), run.id) != judgement.runs.end())
                runs.push_back(run.id);
        TemplateData row;
        row.set("seed", std::to_string(view.seeds[i]));
        row.set("value", number(judgement.per_seed[i], 6));
        row.set("runs", run_links(runs));
        rows << row;
    }
    return rows;
}

TemplateData deviation_items(const Judgement& judgement) {
    TemplateData items = list();
    for (const Deviation& deviation : judgement.spec->deviations) {
        const auto& named = judgement.claim->deviations;
        if (std::find(named.begin(), named.end(), deviation.id) == named.end()) continue;
        TemplateData item, sensitivity;
        item.set("what", deviation.what);
        item.set("why", maybe(deviation.why));
        item.set("sensitivity", false);
        for (const Sensitivity& found : judgement.sensitivities) {
            if (found.deviation != &deviation) continue;
            set_verdict(sensitivity, found.verdict);
            sensitivity.set("text", fmt::format("{}: {} {}, demanded {}{}{}", deviation.sensitivity->of,
                                                number(found.estimate), interval(found.low, found.high),
                                                demand(*deviation.sensitivity),
                                                found.reason.empty() ? "" : "; ", found.reason));
            item.set("sensitivity", sensitivity);
        }
        items << item;
    }
    return items;
}

TemplateData claim_article(const Judgement& judgement, const View& view) {
    const Claim& claim = *judgement.claim;
    TemplateData data;
    set_verdict(data, judgement.verdict);
    data.set("id", claim.id);
    data.set("says", claim.says);
    data.set("where", maybe(claim.where));
    data.set("reason", maybe(judgement.reason));
    data.set("seeds_to_decide",
             maybe(judgement.seeds_to_decide > 0 ? std::to_string(judgement.seeds_to_decide) : ""));
    const std::string& of = claim.check.of;
    const bool named = !claim.check.written.empty() && claim.check.written != of;
    data.set("of", named ? claim.check.written : of);
    data.set("meaning", maybe(named ? of : ""));
    data.set("demand", demand(claim.check));
    data.set("margin", maybe(claim.check.margin));
    data.set("judged", !judgement.method.empty());
    data.set("estimate", number(judgement.estimate));
    data.set("interval", interval(judgement.low, judgement.high));
    data.set("kind", interval_kind(judgement));
    data.set("holding", seeds_text(judgement));
    data.set("mark", maybe(qualification(claim)));
    data.set("component", maybe(judgement.component));
    data.set("components", std::to_string(judgement.components));
    data.set("has_paper", !claim.paper.empty());
    data.set("paper", paper_value(claim));
    data.set("tested", !judgement.method.empty() && judgement.method != "exact");
    data.set("holm", holm_text(judgement));
    data.set("has_deviations", !claim.deviations.empty());
    data.set("deviations", deviation_items(judgement));
    data.set("run_count", count_text(judgement.runs.size(), "run"));
    data.set("has_values", !judgement.per_seed.empty());
    data.set("values", value_rows(judgement, view));
    data.set("runs", run_links(judgement.runs));
    return data;
}

TemplateData figure_block(const ShownFigure& shown, const View& view) {
    TemplateData data, notes = list(), labels = list();
    for (const std::string& note : shown.notes) notes << note;
    for (const std::string& label : shown.figure->row_labels) labels << label;
    const bool images = shown.figure->kind == "images";
    data.set("id", shown.figure->id);
    data.set("title", shown.figure->title);
    data.set("where", maybe(shown.figure->where));
    data.set("caption", shown.figure->caption);
    data.set("stem", shown.stem);
    data.set("alternative", shown.alternative);
    data.set("panels", shown.panels > 2 ? "many" : std::to_string(shown.panels));
    data.set("drawn", shown.drawn);
    data.set("curves", !images);
    data.set("images", images);
    data.set("has_source", shown.has_source);
    data.set("has_labels", !shown.figure->row_labels.empty());
    data.set("labels", labels);
    data.set("notes", notes);
    data.set("runs", view.stem());
    return data;
}

TemplateData table_block(const TableData& table, const View& view) {
    TemplateData data, columns = list(), rows = list(), notes = list();
    bool has_paper = false;
    for (const Table::Header& column : table.table->columns) columns << column.label;
    for (std::size_t i = 0; i < table.cells.size(); ++i) {
        TemplateData row, cells = list();
        for (const TableData::Cell& cell : table.cells[i]) {
            TemplateData out;
            TableData::Cell ours = cell;
            ours.paper.reset();
            out.set("text", cell_text(ours, table.table->digits));
            out.set("paper", maybe(cell.paper ? number(*cell.paper, table.table->digits) : ""));
            out.set("run", maybe(cell.runs.empty() ? "" : short_id(cell.runs[0])));
            out.set("count", count_text(cell.runs.size(), "run"));
            has_paper = has_paper || cell.paper;
            cells << out;
        }
        row.set("label", table.table->rows[i].label);
        row.set("cells", cells);
        rows << row;
    }
    for (const std::string& note : table.notes) notes << note;
    data.set("id", table.table->id);
    data.set("title", table.table->title);
    data.set("where", maybe(table.table->where));
    data.set("caption", table.table->caption);
    data.set("columns", columns);
    data.set("rows", rows);
    data.set("has_paper", has_paper);
    data.set("notes", notes);
    data.set("stem", table.stem);
    data.set("runs", view.stem());
    return data;
}

/// The distinct values of a parameter over the runs.
std::string values_in_runs(const std::string& name, const View& view) {
    constexpr std::size_t shown = 12;
    std::vector<Value> values;
    for (const PlannedRun& run : view.planned)
        if (run.params.contains(name) &&
            std::find(values.begin(), values.end(), run.params.at(name)) == values.end())
            values.push_back(run.params.at(name));
    if (values.empty() && view.spec.params.contains(name)) values.push_back(view.spec.params.at(name));
    std::sort(values.begin(), values.end());
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < std::min(values.size(), shown); ++i) texts.push_back(value_text(values[i]));
    if (values.size() > shown) texts.push_back(fmt::format("... {} values", values.size()));
    return fmt::format("{}", fmt::join(texts, ", "));
}

TemplateData parameter_rows(const View& view) {
    const auto experiment = experiments().find(view.spec.experiment);
    TemplateData rows = list();
    for (const auto& [name, value] : view.spec.params) {
        TemplateData row;
        const auto scaled = view.spec.scaled.find(name);
        row.set("name", name);
        row.set("value", values_in_runs(name, view));
        row.set("scaled", scaled != view.spec.scaled.end());
        row.set("full", scaled == view.spec.scaled.end() ? "same" : value_text(scaled->second.first));
        row.set("doc", "");
        if (experiment != experiments().end())
            for (const ParamSpec& spec : experiment->second.params)
                if (spec.name == name) row.set("doc", spec.doc);
        rows << row;
    }
    return rows;
}

}  // namespace

std::string spec_page(const SpecPage& page, const std::string& note) {
    const View& view = *page.view;
    const Spec& spec = view.spec;
    TemplateData data, claims = list(), figures = list(), tables = list(), deviations = list();
    for (const Role role : roles)
        for (const Judgement* judgement : page.judgements)
            if (judgement->claim->role == role) claims << claim_article(*judgement, view);
    for (const ShownFigure& figure : page.figures) figures << figure_block(figure, view);
    for (const TableData& table : page.tables) tables << table_block(table, view);
    for (const Deviation& deviation : spec.deviations) {
        TemplateData item;
        item.set("id", deviation.id);
        item.set("what", deviation.what);
        item.set("why", deviation.why);
        deviations << item;
    }
    const std::string heading = spec.title.empty() ? spec.name : spec.title;
    data.set("title", heading + " \u2013 Assay");
    data.set("heading", heading);
    data.set("study", spec.study);
    data.set("spec", spec.name);
    data.set("source", maybe(spec.source));
    data.set("note", maybe(note));
    data.set("profile", spec.profile);
    data.set("scaled_count", maybe(spec.scaled.empty() ? "" : count_text(spec.scaled.size(), "parameter")));
    data.set("about", paragraphs(spec.about));
    data.set("has_claims", !page.judgements.empty());
    data.set("claims", claims);
    data.set("has_figures", !page.figures.empty());
    data.set("figures", figures);
    data.set("has_tables", !page.tables.empty());
    data.set("tables", tables);
    data.set("experiment", spec.experiment);
    data.set("seeds", count_text(view.seeds.size(), "seed"));
    data.set("runs", view.stem());
    data.set("run_total", count_text(view.planned.size(), "run"));
    data.set("params", parameter_rows(view));
    data.set("has_all_deviations", !spec.deviations.empty());
    data.set("all_deviations", deviations);
    return render("spec", std::move(data));
}

}  // namespace assay::harness::report
