#include "experiments/warp/study.hpp"

#include "experiments/warp/registrations.hpp"

namespace assay::warp {

void register_study() {
    register_convergence();
    register_cost();
    register_denoising();
    register_dictionary_learning();
    register_predictors();
    register_recognition();
    register_transfer();
}

}  // namespace assay::warp
