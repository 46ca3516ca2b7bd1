#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiments/harness/claims/quantity.hpp"

namespace assay::harness {

/// What stands in a call beside its operands.
struct CallOptions {
    std::optional<std::string> along;                     ///< `along=axis`
    std::optional<std::pair<std::string, double>> point;  ///< `axis=value` of `at`
};

/// One function of the claim language. NaN in an operand makes the result NaN, in reductions too (but for
/// first and last, which read one entry): a quantity that was never recorded must not hide behind a minimum.
struct Function {
    std::size_t operands;
    bool takes_along;
    bool takes_point;
    std::string usage;  ///< "slope(x[, along=axis])"
    Quantity (*apply)(const std::vector<Quantity>& operands, const CallOptions& options);
};

/// The function of that name, or null.
const Function* find_function(std::string_view name);
std::vector<std::string> function_names();

/// + - * / ^ and the comparisons (1 or 0; NaN when a side is NaN).
Quantity apply_operator(const std::string& op, Quantity left, Quantity right);

}  // namespace assay::harness
