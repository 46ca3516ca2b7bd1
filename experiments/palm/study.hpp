#pragma once

namespace assay::palm {

/// Registers the experiments of the study of "Semi-Unified Sparse Dictionary Learning with Learnable Top-K
/// LISTA and FISTA Encoders".
void register_study();

}  // namespace assay::palm
