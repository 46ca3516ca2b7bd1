#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace assay::harness {

/// Names that stand for expressions of the claim language: a spec's [let]. They may use each other.
using Definitions = std::map<std::string, std::string>;

/// The evaluator recurses; no honest expression comes near this length.
inline constexpr std::size_t longest_expression = 2000;

/// The expression with every defined name replaced by what it stands for. Picks behind such a name are added
/// to every metric in it: with gap = "last(a) - last(b)", `gap[n=5]` is `(last(a[n=5]) - last(b[n=5]))`.
/// Throws Error when something does not parse, a name stands for itself or the outcome is longer than
/// `longest_expression`.
std::string expanded(const std::string& text, const Definitions& definitions);

}  // namespace assay::harness
