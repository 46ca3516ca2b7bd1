#pragma once

#include <utility>
#include <vector>

#include "experiments/harness/experiment.hpp"

namespace assay::pudle {

/// The declared parameters with other default values; throws Error for a name that is not among them.
inline std::vector<harness::ParamSpec> with_defaults(std::vector<harness::ParamSpec> params,
                                                     const harness::Params& defaults) {
    for (const auto& [name, value] : defaults) {
        bool found = false;
        for (harness::ParamSpec& param : params) {
            if (param.name != name) continue;
            param.fallback = value;
            found = true;
        }
        if (!found) throw Error("no parameter is called " + name, "with_defaults", "declare it first");
    }
    return params;
}

}  // namespace assay::pudle
