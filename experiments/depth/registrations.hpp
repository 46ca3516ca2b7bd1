#pragma once

/// The experiments of this study, one function for each source file; `register_study` calls them all.
namespace assay::depth {

void register_activations();  ///< activations.cpp
void register_cnn();          ///< cnn.cpp
void register_convergence();  ///< convergence.cpp
void register_guarantees();   ///< guarantees.cpp
void register_instances();    ///< instances.cpp
void register_ista();         ///< ista.cpp
void register_noise();        ///< noise.cpp

}  // namespace assay::depth
