#pragma once

#include <string>

namespace assay::harness {

/// SHA-256 over the code that a run of this experiment ("study.what") executes: the solvers, the loaders,
/// what an experiment sees of the harness, and its own study. It was taken at build time over tokens, so that
/// a changed comment or line break leaves it alone and any other change does not. A study without a folder
/// has the common part alone.
std::string code_digest(const std::string& experiment);

}  // namespace assay::harness
