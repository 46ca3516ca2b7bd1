#pragma once

#include <cstddef>
#include <vector>

/// pudle.dictionary_learning: unrolled dictionary learning on the synthetic set with one of the three
/// gradients, Adam and column normalisation (Figures 4b, 4c, 11, 12, 13 and 14; Lemma A.7).
namespace assay::pudle {

/// How well codes tell the support of the truth. Means over the samples.
struct CodeQuality {
    double nonzeros = 0;         ///< entries of the code that are not zero
    double missed = 0;           ///< entries of the true support that are zero in the code
    double false_amplitude = 0;  ///< the largest |z_j| off the true support
    double true_amplitude = 0;   ///< |z_j| on the true support, zeros included
};

/// `codes` and `truth` hold p entries a sample.
CodeQuality code_quality(std::size_t p, const std::vector<double>& codes, const std::vector<double>& truth);

}  // namespace assay::pudle
