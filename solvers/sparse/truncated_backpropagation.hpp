#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/sparse/momentum.hpp"

/// Back-propagation through the last iterations of ISTA or FISTA, as in the gradient test of Malezieux,
/// Moreau and Kowalski (ICLR 2022). Dense and plain: it serves small problems, and it is the one place where
/// the reverse pass has a momentum.
namespace assay::solvers {

/// The lasso min_z 1/2 ||x - D z||^2 + lambda ||z||_1, by iterations with a step.
struct LassoIteration {
    double lambda = 0.1;
    double step = 0.1;         ///< 1 / sigma_max(D)^2
    bool accelerated = true;   ///< FISTA's momentum
    std::size_t memory = 100;  ///< iterations that can be differentiated
};

/// Runs the iterations on all samples X (m x n) at once and differentiates the lasso loss of the last code
/// with respect to D (m x p) through any number of the last iterations.
template <class Device, class T>
class TruncatedBackpropagation {
  public:
    using Matrix = Array<Device, T>;

    /// Starts at z_0 = 0. Throws Error on empty, non-finite or ill-fitting D and X.
    TruncatedBackpropagation(const LassoIteration& options, const Matrix& D, const Matrix& X);

    /// y = z_t + mu (z_t - z_{t-1});  z_{t+1} = soft(y - alpha (G y - B), alpha lambda), G = D^T D, B = D^T
    /// X.
    void iterate();

    std::size_t iterations() const { return iterations_; }
    const Matrix& codes() const { return code_; }  ///< z_t, p x n

    /// The mean over the samples of the derivative of the lasso loss at z_t, through the decoder and the last
    /// d iterations (all, when t is smaller), for each d of the increasing `depths`. Depth 0 is the gradient
    /// of alternating minimisation. Throws Error when the depths do not increase or go beyond the memory.
    std::vector<Matrix> gradients(std::span<const std::size_t> depths) const;

  private:
    struct Layer {
        double mu;
        Matrix y, z;
    };

    void check(std::span<const std::size_t> depths) const;
    void gradient_step(const Matrix& y, Matrix& z) const;
    void step_back(const Layer& layer, T mean, Matrix& g, Matrix& u, Matrix& carried) const;

    LassoIteration options_;
    Matrix D_, X_, G_, B_, before_, code_;
    std::deque<Layer> layers_;
    Momentum momentum_;
    std::size_t iterations_ = 0;
};

}  // namespace assay::solvers
