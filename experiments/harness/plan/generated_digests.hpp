#pragma once

#include <string_view>
#include <vector>

namespace assay::harness {

/// The digest of the sources that one study reaches; study "" holds what all share.
struct CodeDigest {
    std::string_view study, digest;
};

/// Generated at build time by digest_tool.
const std::vector<CodeDigest>& code_digests();

}  // namespace assay::harness
