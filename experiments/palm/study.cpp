#include "experiments/palm/study.hpp"

#include "experiments/palm/registrations.hpp"

namespace assay::palm {

void register_study() {
    register_certificates();
    register_classification();
    register_label_consistency();
    register_lc_ksvd();
    register_model_size();
    register_topk_convergence();
}

}  // namespace assay::palm
