#pragma once

#include <cstddef>
#include <span>

/// How coherent the filters of a convolution are, as the columns of a dictionary.
namespace assay::l1 {

struct FilterShape {
    std::size_t filters = 0, channels = 0, kernel = 1;

    std::size_t entries() const { return channels * kernel * kernel; }  ///< of one filter
    std::size_t size() const { return filters * entries(); }
};

struct FilterCoherence {
    double filters = 0.0;  ///< max |w_o . w_q| / (||w_o|| ||w_q||), o != q
    double shifted = 0.0;  ///< the same over all shifts of the filters: mu of the convolution's matrix
};

/// The mutual coherence of filters (filters x channels x kernel x kernel, the last running fastest), alone
/// and shifted against each other at stride 1: mu(D) of the matrix whose columns are all shifts of all
/// filters on an image large enough for them. A filter that is zero is coherent with none. Throws Error when
/// there are fewer than two filters or another number of weights. Costs filters^2 channels (kernel^2 + 1)^2 /
/// 4 multiply-adds or so.
FilterCoherence filter_coherence(const FilterShape& shape, std::span<const float> weights);

}  // namespace assay::l1
