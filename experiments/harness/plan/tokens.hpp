#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::harness {

/// The tokens of C++ (or CUDA) source without comments and layout: names, numbers, literals (kept byte for
/// byte), operators by longest match. A preprocessor directive ends with the token "\n", since its line end
/// means something; inside one, white space is a token " ", since `#define f(x)` and `#define f (x)` differ.
std::vector<std::string> tokens_of(std::string_view source);

/// Text that is equal for two sources exactly when their tokens are.
std::string token_text(std::string_view source);

}  // namespace assay::harness
