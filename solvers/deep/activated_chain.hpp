#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "solvers/deep/instance.hpp"
#include "solvers/device/activation.hpp"

/// LISTA-CP as the network that it is: every iteration runs through D_J, ..., D_1 and back through D_1^T,
/// ..., D_J^T, and its threshold consists of activations (Theorem 9, Lemma 14). In double on the host, for
/// codes that activations leave without exact zeros.
namespace assay::solvers {

/// T_a made of rho at the scale c, rho_c(x) = rho(c x) / c:
///   rho_c(x - a) - rho_c(-x - a),
/// which for ReLU is the soft threshold itself. |rho - relu| <= beta costs up to 2 beta / c an entry.
struct ActivatedThreshold {
    ActivationKind kind = ActivationKind::relu;
    double slope = 0.01;  ///< of leaky ReLU and ELU
    double scale = 1.0;   ///< c
    /// Leaky ReLU in the exact form relu(x) = (rho(x) + slope rho(-x)) / (1 - slope^2), twice the width.
    bool exact_leaky = false;

    double operator()(double x, double a) const;
    /// Throws Error for a scale that is not above 0, and for the exact form of anything but a leaky ReLU with
    /// a slope in [0, 1).
    void validate() const;
};

/// D_[J] as the product of its layers on batches (a column is a code), without ever being formed.
class LayerChain {
  public:
    explicit LayerChain(const DeepInstance& instance);  ///< which must outlive it

    /// How a signed value passes from layer to layer: as itself, or as a network has to carry it, in the pair
    /// (relu(t), relu(-t)) that the next layer reads with weights (D, -D).
    enum class Carried { signed_values, relu_pairs };

    Array<Cpu, double> times(const Array<Cpu, double>& X, Carried carried = Carried::signed_values) const;
    Array<Cpu, double> transposed_times(const Array<Cpu, double>& V,
                                        Carried carried = Carried::signed_values) const;
    const DeepInstance& instance() const { return instance_; }

  private:
    Array<Cpu, double> through(std::size_t layer, bool transposed, const Array<Cpu, double>& X) const;
    Array<Cpu, double> carry(std::size_t layer, bool transposed, const Array<Cpu, double>& X,
                             Carried carried) const;

    const DeepInstance& instance_;
    Array<Cpu, double> first_;  ///< D_1 as a matrix: it is dense, and BLAS is fast at it
};

/// Sees X^k for k = 1..K.
using BatchObserver = std::function<void(std::size_t k, const Array<Cpu, double>& X)>;

/// X^{k+1} = T_{theta^k}( X^k + w . D^T (Y - D X^k) ) with one weight a channel, one threshold an iteration;
/// Y is d_0 x n. With w = 1/||d||^2 this is LISTA-CP, with w = 1/||D||^2 and theta = lambda w it is ISTA.
/// Throws Diverged when an entry overflows, Error when shapes do not fit.
Array<Cpu, double> run_chain(const LayerChain& chain, const std::vector<double>& weights,
                             const std::vector<double>& thresholds, const ActivatedThreshold& threshold,
                             const Array<Cpu, double>& Y, const BatchObserver& observer = {},
                             LayerChain::Carried carried = LayerChain::Carried::signed_values);

/// 1/||d||^2 of D_[J], a channel each.
std::vector<double> matched_factors(const DeepInstance& instance);

/// ||D_[J]||^2 from below, by power iterations on D^T D; 60 of them are within 1 % on these instances.
double squared_spectral_norm(const LayerChain& chain, std::size_t iterations = 60);

}  // namespace assay::solvers
