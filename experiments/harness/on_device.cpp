#include "experiments/harness/on_device.hpp"

namespace assay::harness {

ParamSpec precision_param() {
    return {.name = "precision",
            .fallback = std::string("float"),
            .doc = "scalar of the whole computation",
            .choices = {"float", "double"}};
}

}  // namespace assay::harness
