#pragma once

/// The experiments of this study, one function for each source file; `register_study` calls them all.
namespace assay::palm {

void register_certificates();       ///< certificates.cpp
void register_classification();     ///< classification.cpp
void register_label_consistency();  ///< label_consistency.cpp
void register_lc_ksvd();            ///< lc_ksvd.cpp
void register_model_size();         ///< model_size.cpp
void register_topk_convergence();   ///< topk_convergence.cpp

}  // namespace assay::palm
