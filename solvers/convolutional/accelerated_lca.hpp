#pragma once

#include <cstddef>

#include "solvers/convolutional/lca.hpp"

/// Relatives of LCA that reach low energies in fewer iterations. Their paths are not LCA's, and with a
/// penalty that is not convex neither are the minima that they end in: compare energies, and call them by
/// their own names.
namespace assay::solvers {

struct AcceleratedLcaOptions {
    LcaOptions lca = {};
    /// Heavy ball: u <- u + v, v <- momentum v + rate (drive). Below 1; 0: none.
    double momentum = 0.0;
    /// At each check an image's rate grows by this factor when its energy has fallen, up to max_rate, and is
    /// halved when it has risen, down to the rate of `lca`. 1: rates stay.
    double growth = 1.0;
    double max_rate = 0.5;
    /// When an image's support has been the same at this many checks in a row, its codes become the minimiser
    /// on that support and its states the fixed point's, gain Phi^T r + a. 0: never. For l0, CEL0 at gain 1,
    /// l1 and Rozell's family, whose penalties are linear on a support.
    std::size_t settled_checks = 0;
    double support_tolerance = 1e-6;  ///< of the conjugate gradients: ||gradient|| <= this ||Phi_S^T x||

    void validate() const;
};

/// As lca, of which it is a relative.
template <class Device, class T>
LcaResult<Device, T> accelerated_lca(const AcceleratedLcaOptions& options, const AtomBank<Device, T>& atoms,
                                     const Images<Device, T>& images,
                                     const LcaObserver<Device, T>& observer = {},
                                     const Images<Device, T>& start = {});

/// The minimiser of 1/2 ||x - Phi a||^2 + slope sum_i sign(z_i) a_i over codes a that are zero where z is, by
/// conjugate gradients from z, for one canvas x and one code z. With slope 0 it is the least-squares code on
/// the support of z.
template <class Device, class T>
Images<Device, T> minimise_on_support(const AtomBank<Device, T>& atoms, const Images<Device, T>& target,
                                      const Images<Device, T>& z, double slope, double tolerance,
                                      std::size_t max_iterations = 200);

}  // namespace assay::solvers
