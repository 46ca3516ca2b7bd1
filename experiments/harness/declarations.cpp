#include "experiments/harness/declarations.hpp"

#include <algorithm>

namespace assay::harness {

std::vector<ParamSpec> with_defaults(std::vector<ParamSpec> params, const harness::Params& defaults) {
    for (const auto& [name, value] : defaults) {
        const auto named = [&](const ParamSpec& param) { return param.name == name; };
        const auto found = std::find_if(params.begin(), params.end(), named);
        if (found == params.end())
            throw Error("no parameter is called " + name, "with_defaults", "declare it first");
        found->fallback = value;
    }
    return params;
}

std::vector<ParamSpec> joined(std::vector<ParamSpec> params, const std::vector<ParamSpec>& more) {
    params.insert(params.end(), more.begin(), more.end());
    return params;
}

std::vector<ParamSpec> adam_params() {
    const solvers::Adam adam;
    return {
        {"rate", adam.rate, "eta, Adam's step", 0, 1e3},
        {"epsilon", adam.epsilon,
         "Adam's epsilon: where it is far above the gradient's entries, Adam is gradient descent with the "
         "rate eta / epsilon",
         1e-30, 1e3}};
}

solvers::Adam adam_of(const harness::Run& run) {
    return {.rate = run.real("rate"), .epsilon = run.real("epsilon")};
}

std::vector<double> counted(std::size_t first, std::size_t last) {
    std::vector<double> points;
    for (std::size_t i = first; i <= last; ++i) points.push_back(static_cast<double>(i));
    return points;
}

}  // namespace assay::harness
