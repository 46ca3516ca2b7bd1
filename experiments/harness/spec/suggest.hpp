#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay::harness {

/// Edit distance with neighbouring letters swapped counted as one edit (optimal string alignment), letter
/// case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// `; did you mean "x"?` with the candidate nearest to `word`, or "" when none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// `"a", "b", "c"`: the allowed values as a message lists them, cut off after `most`.
std::string quoted_list(const std::vector<std::string>& words, std::size_t most = 30);

}  // namespace assay::harness
