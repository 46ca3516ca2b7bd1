#pragma once

#include <string>
#include <vector>

#include "experiments/harness/report/series.hpp"

namespace assay::harness::report {

/// A figure of curves, ready to be written: its gnuplot source, its data, and what must be said under it.
struct FigureSource {
    std::string stem;  ///< file name without ending
    std::string gnuplot;
    std::string csv;
    std::vector<std::string> notes;
    int panels = 1;
    bool empty = true;  ///< nothing to draw

    /// For the text that stands for the drawing: titles and axes.
    std::string alternative;
};

/// Evaluates a figure of kind "curves".
FigureSource figure_source(const Figure& figure, const View& view);

}  // namespace assay::harness::report
