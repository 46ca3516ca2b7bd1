#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/sparse/unrolled.hpp"

/// The Jacobian of one sample's code with respect to the dictionary (PUDLE, Section 4.1; Malezieux et al.,
/// 2022). Runs on the host in double: it serves the theory at small m and p.
namespace assay::solvers {

/// J = dz / dD for one sample. Rows off the code's support are zero and not stored.
struct SupportJacobian {
    std::size_t m = 0;
    std::size_t p = 0;
    std::vector<std::size_t> support;  ///< S, increasing
    Array<Cpu, double> values;         ///< |S| x (m p): values(k, l p + j) = d z_{S_k} / d D_{l j}

    /// J_l for row l of D as a full p x p matrix.
    Array<Cpu, double> row(std::size_t l) const;
    SupportJacobian copy() const { return {m, p, support, values.copy()}; }
};

/// The recursion along the encoder's layers,
///   J_{t,l} = mask_t .* (J_{t-1,l} - alpha [D_l z_{t-1}^T + (D_l^T z_{t-1} - x_l) I + D^T D J_{t-1,l}]),
/// for all rows l of D at once. A layer costs |S_t| |S_{t-1}| m p.
class JacobianRecursion {
  public:
    /// Starts at z_0 = 0, J_0 = 0. D is m x p, x has m entries; throws Error when they do not fit.
    JacobianRecursion(const Encoder& encoder, const Array<Cpu, double>& D, std::span<const double> x);

    /// Layers t + 1 .. t + layers of the code alone; J is then zero. Followed by `depth` steps this is
    /// back-propagation truncated to the last `depth` layers.
    void skip(std::size_t layers);
    /// Layer t + 1 of code and Jacobian.
    void step();

    std::size_t t() const { return t_; }
    std::span<const double> code() const { return z_; }
    const SupportJacobian& jacobian() const& { return J_; }
    SupportJacobian jacobian() && { return std::move(J_); }

  private:
    std::vector<double> next_code(std::span<const double> r) const;

    Encoder encoder_;
    Array<Cpu, double> D_;
    Array<Cpu, double> G_;
    std::vector<double> x_;
    std::vector<double> z_;
    std::size_t t_ = 0;
    SupportJacobian J_;
};

/// The Jacobian at layer t when only the last `depth` layers are differentiated; depth >= t gives the full
/// one.
SupportJacobian truncated_jacobian(const Encoder& encoder, const Array<Cpu, double>& D,
                                   std::span<const double> x, std::size_t t, std::size_t depth);

/// The fixed point at the lasso solution z_hat with support S: the rows S of J_hat_l are
///   -(D_S^T D_S)^-1 [D_l z_hat^T + (D_l^T z_hat - x_l) I]_S.
/// Throws Error when D_S^T D_S is singular.
SupportJacobian fixed_point_jacobian(const Array<Cpu, double>& D, std::span<const double> x,
                                     std::span<const double> z_hat);

/// mean over the rows l of D of ||A_l - B_l||_F.
double mean_row_distance(const SupportJacobian& A, const SupportJacobian& B);

/// ||J||_F over all rows of D.
double frobenius_norm(const SupportJacobian& J);

}  // namespace assay::solvers
