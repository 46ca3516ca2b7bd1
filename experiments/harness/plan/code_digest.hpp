#pragma once

#include <string>

namespace assay::harness {

/// SHA-256 over the code that a run of this experiment ("study.what") executes: its own study, what that
/// includes of the solvers and the loaders, and what an experiment sees of the harness. A solver that no file
/// of the study includes leaves it alone. It was taken at build time over tokens, so that a changed comment
/// or line break leaves it alone too, and any other change does not. A study without a folder has the shared
/// part.
std::string code_digest(const std::string& experiment);

}  // namespace assay::harness
