#include "experiments/harness/plan/code_digest.hpp"

#include "experiments/harness/plan/generated_digests.hpp"
#include "support/sha256.hpp"

namespace assay::harness {

std::string code_digest(const std::string& experiment) {
    const std::string study = experiment.substr(0, experiment.find('.'));
    std::string common, own;
    for (const CodeDigest& entry : code_digests()) {
        if (entry.study.empty()) common = entry.digest;
        if (entry.study == study) own = entry.digest;
    }
    return sha256_hex(common + own);
}

}  // namespace assay::harness
