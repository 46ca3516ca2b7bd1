#include "experiments/pudle/study.hpp"

#include "experiments/pudle/registrations.hpp"

namespace assay::pudle {

void register_study() {
    register_gradient_error();
    register_dictionary_learning();
    register_theorems();
    register_pairwise_initialisation();
    register_baselines();
    register_interpretability();
    register_jacobian();
    register_truncated_gradient();
    register_denoising();
}

}  // namespace assay::pudle
