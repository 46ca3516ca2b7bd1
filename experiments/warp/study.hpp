#pragma once

namespace assay::warp {

/// Registers the experiments of the study of "WARP-LCA: efficient convolutional sparse coding with locally
/// competitive algorithms".
void register_study();

}  // namespace assay::warp
