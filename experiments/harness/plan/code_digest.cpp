#include "experiments/harness/plan/code_digest.hpp"

#include "experiments/harness/plan/generated_digests.hpp"

namespace assay::harness {

std::string code_digest(const std::string& experiment) {
    const std::string study = experiment.substr(0, experiment.find('.'));
    std::string_view found;
    for (const CodeDigest& entry : code_digests())
        if (entry.study == study || (found.empty() && entry.study.empty())) found = entry.digest;
    return std::string(found);
}

}  // namespace assay::harness
