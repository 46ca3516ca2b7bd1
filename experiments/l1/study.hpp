#pragma once

namespace assay::l1 {

/// Registers the experiments on l1-regularised feature maps of "Convergence Analysis for Deep Sparse Coding
/// via Convolutional Neural Networks".
void register_study();

}  // namespace assay::l1
