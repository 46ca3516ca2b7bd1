#pragma once

#include <string_view>
#include <vector>

namespace assay::harness {

/// The digest of one study's own sources; study "" holds what all share.
struct CodeDigest {
    std::string_view study, digest;
};

/// Generated at build time by digest_tool.
const std::vector<CodeDigest>& code_digests();

}  // namespace assay::harness
