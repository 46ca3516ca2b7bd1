#pragma once

namespace assay::pudle {

/// Registers the experiments of "Stable and Interpretable Unrolled Dictionary Learning" (Tolooshams and Ba,
/// TMLR 2022).
void register_study();

}  // namespace assay::pudle
