#pragma once

/// The experiments of this study, one function for each source file; `register_study` calls them all.
namespace assay::pudle {

void register_gradient_error();           ///< gradient_error.cpp
void register_dictionary_learning();      ///< dictionary_learning.cpp
void register_theorems();                 ///< theorems.cpp
void register_pairwise_initialisation();  ///< pairwise_initialisation.cpp
void register_baselines();                ///< baselines.cpp
void register_interpretability();         ///< interpretability.cpp
void register_jacobian();                 ///< jacobian.cpp
void register_truncated_gradient();       ///< truncated_gradient.cpp
void register_denoising();                ///< denoising.cpp

}  // namespace assay::pudle
