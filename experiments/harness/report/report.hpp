#pragma once

#include <string>
#include <vector>

#include "experiments/harness/claims/verdict.hpp"
#include "experiments/harness/store/store.hpp"

namespace assay::harness {

/// Writes the static site into the store's report folder: index.html with the verdicts, one page a spec,
/// runs.html, verdicts.json/.md/.csv/.tex, figures/ (SVG, PDF, PNG, CSV and gnuplot source) and tables/.
/// Figures whose data and source are unchanged are not drawn again; without gnuplot the rest is still
/// written, and says so. Throws Error when a file cannot be written.
void write_report(const Evidence& evidence, const std::vector<Judgement>& judgements, const Store& store);

/// The verdicts for a terminal, at most 100 columns wide, with a summary line at the end.
std::string terminal_table(const std::vector<Judgement>& judgements);

}  // namespace assay::harness
