#include "experiments/l1/study.hpp"

#include "experiments/l1/registrations.hpp"

namespace assay::l1 {

void register_study() {
    register_classification();
    register_segmentation();
}

}  // namespace assay::l1
