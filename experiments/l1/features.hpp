#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/network/network.hpp"

/// The feature maps x_1, x_2, ... of a network, which are its nodes "x1", "x2", ...: the penalty on them and
/// how sparse they are.
namespace assay::l1 {

/// The nodes "x1", "x2", ... in this order.
std::vector<solvers::Node> feature_nodes(const solvers::Graph& graph);
/// The convolutions that have weights, in order, whatever their names.
std::vector<solvers::Node> convolutions(const solvers::Graph& graph);

/// gamma, penalised and norm.
std::vector<harness::ParamSpec> penalty_params();
/// gamma sum_j omega_j ||x_j||_1, or another norm's, as the network layer takes it: omega is 1 on the first
/// maps, on the last ones or on all, else 0. A norm is one sample's, averaged over the batch. None for
/// gamma = 0.
std::vector<solvers::FeaturePenalty> penalties_of(const harness::Run& run, const solvers::Graph& graph);

/// How sparse maps are, means over samples. The last three do not change when the maps are scaled.
struct Sparsity {
    double magnitude = 0.0;   ///< ||x||_1 over the number of entries
    double density = 0.0;     ///< share of |x| > 1e-6
    double negligible = 0.0;  ///< share of |x| <= 1e-3 max |x|, for activations that are nowhere 0
    double hoyer = 0.0;       ///< (sqrt n - ||x||_1 / ||x||_2) / (sqrt n - 1): 0 for equal entries, 1 for one
};

/// Of one sample's entries. Maps that are 0 throughout have a Hoyer sparsity of 1.
Sparsity sparsity_of(std::span<const float> entries);

/// Adds up the sparsities of samples that come in blocks.
class SparsityMean {
  public:
    void add(const Sparsity& one);
    Sparsity mean() const;  ///< of no samples: zeros

  private:
    Sparsity sum_;
    std::size_t count_ = 0;
};

/// Adds those of the network's last forward pass, a mean for each of the nodes; `first` is the number of its
/// first sample. What comes behind the first 1000 samples is left out.
template <class Device>
void add_sparsities(const solvers::Network<Device>& network, std::span<const solvers::Node> nodes,
                    std::size_t first, std::span<SparsityMean> means);
/// The metrics magnitude, density, negligible and hoyer, by epoch and layer.
std::vector<harness::MetricSpec> sparsity_metrics();
/// Records them for one epoch, counted from 0.
void record_sparsities(harness::Run& run, std::size_t epoch, std::span<const SparsityMean> means);

/// Spearman's rank correlation; equal values share their mean rank. Throws Error for fewer than two values or
/// another number of partners. 0 when one side is constant.
double rank_correlation(std::span<const double> x, std::span<const double> y);

}  // namespace assay::l1
