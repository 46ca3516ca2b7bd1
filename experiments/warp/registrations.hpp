#pragma once

/// The experiments of this study, one function for each source file; `register_study` calls them all.
namespace assay::warp {

void register_convergence();          ///< convergence.cpp
void register_cost();                 ///< cost.cpp
void register_denoising();            ///< denoising.cpp
void register_dictionary_learning();  ///< dictionary_learning.cpp
void register_predictors();           ///< predictors.cpp
void register_recognition();          ///< recognition.cpp
void register_transfer();             ///< transfer.cpp

}  // namespace assay::warp
