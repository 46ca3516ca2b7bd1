#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiments/harness/report/figure_source.hpp"
#include "experiments/harness/report/tables.hpp"
#include "experiments/harness/report/view.hpp"
#include "experiments/harness/store/store.hpp"

/// The pages of the site, filled from the templates beside this file. Every text is escaped by the templates.
namespace assay::harness::report {

/// A figure of a page: drawn from curves, or a mosaic of images.
struct ShownFigure {
    const Figure* figure = nullptr;
    std::string stem;
    std::string alternative;
    std::vector<std::string> notes;
    int panels = 1;
    bool drawn = false;       ///< the SVG (curves) or PNG (images) is there
    bool has_source = false;  ///< the gnuplot source and CSV are there
    int tile_rows = 0;
};

struct SpecPage {
    const View* view = nullptr;
    std::vector<const Judgement*> judgements;
    std::vector<ShownFigure> figures;
    std::vector<TableData> tables;
};

std::string index_page(const std::vector<SpecPage>& pages, const std::vector<Judgement>& judgements,
                       const std::string& note);
std::string spec_page(const SpecPage& page, const std::string& note);
std::string runs_page(const std::vector<SpecPage>& pages, const Store& store);

}  // namespace assay::harness::report
