#pragma once

#include "solvers/device/composed.hpp"

/// Steps that the ADMM of the lasso and that of the dictionary share.
namespace assay::solvers {

/// A + rho I, inverted.
template <class Device, class T>
Array<Device, T> regularised_inverse(double rho, Array<Device, T> A) {
    add_to_diagonal(static_cast<T>(rho), A);
    return solve_spd(A, identity<Device, T>(A.rows()));
}

/// X <- relaxation X + (1 - relaxation) Y + U, the point that is projected or shrunk.
template <class Device, class T>
void relax(double relaxation, const Array<Device, T>& Y, const Array<Device, T>& U, Array<Device, T>& X) {
    scale(static_cast<T>(relaxation), X);
    axpy(static_cast<T>(1.0 - relaxation), Y, X);
    axpy(T(1), U, X);
}

}  // namespace assay::solvers
