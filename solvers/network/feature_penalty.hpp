#pragma once

#include "solvers/device/array.hpp"
#include "solvers/network/graph.hpp"

namespace assay::solvers {

/// What of a sample's maps x is penalised.
enum class FeatureNorm {
    l1,          ///< ||x||_1
    l2_squared,  ///< ||x||_2^2: small, not sparse
    l1_over_l2,  ///< ||x||_1 / ||x||_2: sparse whatever the scale; 0 for x = 0, with gradient 0
};

/// An addition to a batch's loss: weight times a norm of a node's maps over one sample's entries, averaged
/// over the batch (gamma omega_j ||x_j||_1 of the l1-regularised networks).
struct FeaturePenalty {
    Node node;
    double weight;
    FeatureNorm norm = FeatureNorm::l1;
};

/// The sum of a norm over the samples, which are the columns of X, accumulated in double.
template <class Device>
double feature_norm(FeatureNorm norm, const Array<Device, float>& X);

/// Its gradient by X times `weight`, in the shape of X.
template <class Device>
Array<Device, float> feature_norm_gradient(FeatureNorm norm, double weight, const Array<Device, float>& X);

}  // namespace assay::solvers
