#pragma once

namespace assay::depth {

/// Registers the experiments of the study of "Convergence Analysis for Deep Sparse Coding via Convolutional
/// Neural Networks".
void register_study();

}  // namespace assay::depth
