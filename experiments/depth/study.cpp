#include "experiments/depth/study.hpp"

#include "experiments/depth/registrations.hpp"

namespace assay::depth {

void register_study() {
    register_activations();
    register_attention();
    register_between_layers();
    register_beyond_coherence();
    register_cnn();
    register_convergence();
    register_guarantees();
    register_instances();
    register_ista();
    register_learned();
    register_noise();
    register_refit();
}

}  // namespace assay::depth
