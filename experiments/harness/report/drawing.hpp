#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/harness/report/figure_source.hpp"

namespace assay::harness::report {

/// Writes the sources and data into the folder and draws what changed since it was last drawn, with as few
/// gnuplot processes as there are cores to use. Returns "" or why nothing could be drawn (gnuplot is missing,
/// or its message).
std::string draw(const std::vector<FigureSource>& figures, const std::filesystem::path& folder);

/// Whether the drawing of a source stands in the folder.
bool is_drawn(const FigureSource& figure, const std::filesystem::path& folder);

}  // namespace assay::harness::report
