#pragma once

#include <map>
#include <string>

namespace assay::harness {

/// Names that stand for expressions of the claim language: a spec's [let]. They may use each other.
using Definitions = std::map<std::string, std::string>;

/// The expression with every defined name replaced by what it stands for. Picks behind such a name are added
/// to every metric in it: with gap = "last(a) - last(b)", `gap[n=5]` is `(last(a[n=5]) - last(b[n=5]))`.
/// Throws Error when something does not parse, a name stands for itself, or the outcome is longer or the
/// chain of names deeper than the language allows.
std::string expanded(const std::string& text, const Definitions& definitions);

}  // namespace assay::harness
