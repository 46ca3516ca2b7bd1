#include "experiments/palm/study.hpp"

#include "experiments/palm/registrations.hpp"

namespace assay::palm {

void register_study() {
    register_classification();
    register_lc_ksvd();
    register_model_size();
}

}  // namespace assay::palm
