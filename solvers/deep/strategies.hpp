#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "solvers/deep/instance.hpp"
#include "solvers/deep/lista_cp.hpp"

/// The two ways to the codes of all layers (Theorems 5 and 6): the deepest code first, by LISTA-CP on D_[J],
/// which gives the others as products; or layer by layer, each reading the estimate of the one before.
/// Weights are W_i = d_i / ||d_i||^2.
namespace assay::solvers {

/// x_1 .. x_J with x_{j-1} = D_j x_j. Throws Error when x_J does not fit.
std::vector<std::vector<double>> codes_of_all_layers(const DeepInstance& instance,
                                                     std::span<const double> deepest);

/// Sums of |x_i - truth_i| and the root of the sum of squares, and whether x is zero wherever the truth is.
struct CodeError {
    double l1 = 0.0, l2 = 0.0;
    bool support_inside = true;
};
CodeError code_error(std::span<const double> x, std::span<const double> truth);

/// Of x_J on D_[J], for codes with |x_J|_max <= 1 and max |W_i^T e| <= nu: E_0 = lambda_J.
CodeBounds code_bounds(const DeepInstance& instance, double nu);

/// The certified thresholds of layer-by-layer recovery: layer j's noise is what layer j - 1 leaves,
///   nu_1 = max |W_1^T e_1|,  nu_{j+1} = ||W_{j+1}||_max E^(j) + max |W_{j+1}^T e_{j+1}|.
/// `starts` are E_0 of each layer, `noise` max |W_j^T e_j|, `iterations` K_j; all J values. Throws Error when
/// one has another length.
std::vector<Certificate> certify_layers(const DeepInstance& instance, std::span<const double> starts,
                                        std::span<const double> noise,
                                        std::span<const std::size_t> iterations);

/// E_0 of every layer for codes with |x_J|_max <= 1: lambda_J prod sqrt(t), as ||D_j x||_1 <= sqrt(t_j)
/// ||x||_1.
std::vector<double> code_bounds_of_layers(const InstanceShape& shape);

/// What each strategy makes of noise in y: its gain over max |W_1^T e_1|, for K -> infinity. Deepest first
/// 2 lambda_J / (1 - r); layer by layer the product of 2 lambda_j ||W_j||_max / (1 - r_j), the first factor
/// without ||W||_max. Infinite where a condition fails.
double deepest_gain(const DeepInstance& instance);
double layerwise_gain(const DeepInstance& instance);

/// Chooses the thresholds of layer j (from 0), which reads `input`: x~_{j-1}, or D_1^T y for the first layer.
using LayerRule = std::function<ThresholdRule(std::size_t layer, std::span<const double> input)>;

/// The coder of an instance.
class DeepCoder {
  public:
    explicit DeepCoder(const DeepInstance& instance);  ///< which must outlive it

    const DeepInstance& instance() const { return instance_; }

    /// W^T y of D_[J] from D_1^T y.
    std::vector<double> effective_correlations(std::span<const double> first) const;

    /// x~_J after K iterations, from D_1^T y.
    std::vector<double> deepest_first(std::span<const double> first, std::size_t iterations,
                                      const ThresholdRule& rule, const CodeObserver& observer = {}) const;

    /// What a layer leaves may be mended before the next layer reads it.
    using Mend = std::function<void(std::size_t layer, std::vector<double>& code)>;
    /// x~_1 .. x~_J with K_j iterations in layer j.
    std::vector<std::vector<double>> layer_by_layer(std::span<const double> first,
                                                    std::span<const std::size_t> iterations,
                                                    const LayerRule& rule, const Mend& mend = {}) const;

  private:
    const DeepInstance& instance_;
    std::vector<CoupledGram> layers_;
    CoupledGram effective_;
};

}  // namespace assay::solvers
