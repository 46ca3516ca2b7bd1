#pragma once

/// The experiments of this study, one function for each source file; `register_study` calls them all.
namespace assay::depth {

void register_activations();       ///< activations.cpp
void register_attention();         ///< attention.cpp
void register_between_layers();    ///< between_layers.cpp
void register_beyond_coherence();  ///< beyond_coherence.cpp
void register_cnn();               ///< cnn.cpp
void register_convergence();       ///< convergence.cpp
void register_guarantees();        ///< guarantees.cpp
void register_instances();         ///< instances.cpp
void register_ista();              ///< ista.cpp
void register_learned();           ///< learned.cpp
void register_noise();             ///< noise.cpp
void register_refit();             ///< refit.cpp

}  // namespace assay::depth
