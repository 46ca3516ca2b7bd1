#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "solvers/device/array.hpp"
#include "solvers/sparse/unrolled.hpp"

/// The lasso by ADMM (Boyd et al., 2011, Sections 3.4 and 6.4) with over-relaxation and residual balancing,
/// and the balancing rule itself, which the dictionary's ADMM shares.
namespace assay::solvers {

/// Residual balancing on the normalised residuals (Wohlberg, "ADMM penalty parameter selection by residual
/// balancing", 2017) with a fixed factor, as SPORCO's dictionary learning sets it. With the primal residual
///   r = ||X - Y|| / max(||X||, ||Y||)
/// and the dual residual s = ||Y - Y_prev|| / ||U|| (both Y and U after their updates; a zero denominator
/// counts as 1), every `period` iterations (the period-th, twice the period-th, ...): rho <- factor rho if r
/// > ratio s, rho <- rho / factor if s > ratio r, and the scaled dual U is divided by the same factor.
struct RhoBalance {
    std::size_t period = 10;  ///< 0 switches it off
    double ratio = 10.0;
    double factor = 2.0;

    /// The factor by which rho changes after `iteration` (from 1).
    double change(std::size_t iteration, double primal, double dual) const;
};

/// Sums of squares over the batch from which the two residuals follow.
struct AdmmResiduals {
    double x_minus_y = 0, x = 0, y = 0, y_step = 0, u = 0;

    double primal() const;
    double dual() const;
};

struct LassoAdmmOptions {
    double lambda = Encoder{}.lambda;
    double rho = 0.0;  ///< the first penalty; 0 means 50 lambda + 1
    double relaxation = 1.8;
    RhoBalance balance = {};
    std::size_t block = 2000;  ///< samples worked on at a time
};

/// The state of one batch: the codes Y and the scaled dual U, both p x n; everything else lives in blocks of
/// samples.
template <class Device, class T>
class LassoAdmm {
  public:
    /// Called for each block of samples after its update: samples (m x b) and codes Y (p x b).
    using Visitor = std::function<void(const Array<Device, T>&, const Array<Device, T>&)>;

    /// p atoms, n samples; starts at zero. Throws Error for lambda < 0 or a relaxation outside (0, 2).
    LassoAdmm(const LassoAdmmOptions& options, std::size_t p, std::size_t n);

    /// One iteration with the dictionary D (m x p) on the samples S (m x n), then the balancing of rho:
    ///   X = (D^T D + rho I)^-1 (D^T S + rho (Y - U)),  A = relaxation X + (1 - relaxation) Y,
    ///   Y = soft(A + U, lambda / rho),  U = U + A - Y.
    void sweep(const Array<Device, T>& D, const Array<Device, T>& S, const Visitor& visitor = {});

    const Array<Device, T>& codes() const& { return Y_; }
    Array<Device, T> codes() && { return std::move(Y_); }
    double rho() const { return rho_; }
    std::size_t iterations() const { return iterations_; }
    /// Residuals of the last sweep.
    double primal() const { return primal_; }
    double dual() const { return dual_; }

  private:
    void update_block(const Array<Device, T>& inverse, const Array<Device, T>& projected,
                      const Array<Device, T>& S, Array<Device, T>& Y, Array<Device, T>& U,
                      AdmmResiduals& residuals) const;

    LassoAdmmOptions options_;
    Array<Device, T> Y_;
    Array<Device, T> U_;
    double rho_;
    double primal_ = 0;
    double dual_ = 0;
    std::size_t iterations_ = 0;
};

}  // namespace assay::solvers
