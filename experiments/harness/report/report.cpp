#include "experiments/harness/report/report.hpp"

#include <filesystem>
#include <memory>

#include "experiments/harness/report/drawing.hpp"
#include "experiments/harness/report/mosaic.hpp"
#include "experiments/harness/report/pages.hpp"
#include "experiments/harness/report/template.hpp"
#include "experiments/harness/report/text.hpp"
#include "experiments/harness/report/verdict_files.hpp"
#include "support/files.hpp"

namespace assay::harness {

namespace {

using namespace report;
namespace fs = std::filesystem;

/// A figure of kind "images": the tiles of the first seed that has results, as PNG.
ShownFigure images_figure(const Figure& figure, const View& view, const fs::path& folder) {
    ShownFigure shown;
    shown.figure = &figure;
    shown.stem = file_stem(view.spec.study + "-" + view.spec.name + "-" + figure.id);
    shown.alternative = figure.title;
    const PerSeed value = evaluate_seeds(figure.images, view);
    if (value.values.empty()) {
        shown.notes.push_back(value.problem.empty() ? "no seed has results" : value.problem);
        return shown;
    }
    try {
        write_png(
            mosaic(value.values[0], static_cast<std::size_t>(std::max(figure.columns, 0)), figure.color),
            folder / (shown.stem + ".png"));
        shown.drawn = true;
        shown.notes.push_back("Seed " + std::to_string(value.seeds[0]) +
                              ". Each tile is scaled to its own range.");
    } catch (const Error& error) {
        shown.notes.push_back(error.what());
    }
    return shown;
}

/// Evaluates and draws the figures of all pages in one go, so that gnuplot starts once. Returns what must be
/// said about it.
std::string add_figures(std::vector<SpecPage>& pages, const fs::path& folder) {
    std::vector<FigureSource> sources;
    for (const SpecPage& page : pages)
        for (const Figure& figure : page.view->spec.figures)
            if (figure.kind != "images") sources.push_back(figure_source(figure, *page.view));
    const std::string problem = draw(sources, folder);
    auto source = sources.begin();
    for (SpecPage& page : pages) {
        for (const Figure& figure : page.view->spec.figures) {
            if (figure.kind == "images") {
                page.figures.push_back(images_figure(figure, *page.view, folder));
                continue;
            }
            ShownFigure shown;
            shown.figure = &figure;
            shown.stem = source->stem;
            shown.alternative = source->alternative;
            shown.notes = source->notes;
            shown.panels = source->panels;
            shown.has_source = !source->empty;
            shown.drawn = !source->empty && is_drawn(*source, folder);
            page.figures.push_back(std::move(shown));
            ++source;
        }
    }
    return problem;
}

void add_tables(SpecPage& page, const fs::path& folder) {
    for (const Table& table : page.view->spec.tables) {
        page.tables.push_back(evaluate_table(table, *page.view));
        const TableData& data = page.tables.back();
        write_file(folder / (data.stem + ".csv"), table_csv(data));
        write_file(folder / (data.stem + ".md"), table_markdown(data));
        write_file(folder / (data.stem + ".tex"), table_latex(data));
    }
}

void write_verdicts(const Evidence& evidence, const std::vector<Judgement>& judgements,
                    const fs::path& folder) {
    write_file(folder / "verdicts.json", verdicts_json(evidence, judgements));
    write_file(folder / "verdicts.csv", verdicts_csv(judgements));
    write_file(folder / "verdicts.md", verdicts_markdown(judgements));
    write_file(folder / "verdicts.tex", verdicts_latex(judgements));
}

}  // namespace

void write_report(const Evidence& evidence, const std::vector<Judgement>& judgements, const Store& store) {
    const fs::path folder = store.report_folder();
    for (const char* part : {"figures", "tables"}) create_folder(folder / part);
    std::vector<std::unique_ptr<View>> views;
    std::vector<SpecPage> pages;
    for (std::size_t i = 0; i < evidence.specs.size(); ++i) {
        views.push_back(std::make_unique<View>(evidence, i));
        SpecPage page;
        page.view = views.back().get();
        for (const Judgement& judgement : judgements)
            if (judgement.spec == &evidence.specs[i]) page.judgements.push_back(&judgement);
        add_tables(page, folder / "tables");
        pages.push_back(std::move(page));
    }
    const std::string note = add_figures(pages, folder / "figures");
    write_verdicts(evidence, judgements, folder);
    write_file(folder / "style.css", template_text("style.css"));
    for (const SpecPage& page : pages)
        write_file(folder / (page.view->stem() + ".html"), spec_page(page, note));
    write_file(folder / "runs.html", runs_page(pages, store));
    // Last, so that a page of verdicts never points at pages that are not there yet.
    write_file(folder / "index.html", index_page(pages, judgements, note));
}

}  // namespace assay::harness
