#include "experiments/harness/plan/code_digest.hpp"

#include "experiments/harness/plan/code_digests.hpp"
#include "experiments/harness/store/sha256.hpp"

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
