#pragma once

/// The experiments of this study, one function for each source file; `register_study` calls them all.
namespace assay::l1 {

void register_classification();  ///< classification.cpp
void register_segmentation();    ///< segmentation.cpp

}  // namespace assay::l1
