#pragma once

#include "solvers/device/array.hpp"

/// The dictionary in terms of the training set (PUDLE, Section 5 and Theorem 5.1). X is m x n (samples), Z is
/// p x n (their codes), omega > 0 the ridge of the dictionary. With G = (Z^T Z + omega I_n)^-1 the dictionary
/// that minimises 1/2 ||X - D Z||_F^2 + omega/2 ||D||_F^2 is D = X G Z^T. All functions throw Error for omega
/// <= 0 and ill-fitting shapes.
namespace assay::solvers {

/// X Z^T (Z Z^T + omega I_p)^-1, m x p.
template <class Device, class T>
Array<Device, T> ridge_dictionary(double omega, const Array<Device, T>& X, const Array<Device, T>& Z);

/// C = G Z^T = Z^T (Z Z^T + omega I_p)^-1, n x p: column j is c_j, what each training sample contributes to
/// atom j, d_j = X c_j (equation 17). A Cholesky factorisation of p x p.
template <class Device, class T>
Array<Device, T> contributions(double omega, const Array<Device, T>& Z);

/// The same C from (Z^T Z + omega I_n) C = Z^T: a factorisation of n x n, for small n.
template <class Device, class T>
Array<Device, T> contributions_by_samples(double omega, const Array<Device, T>& Z);

/// beta = G Z^T z_new = C z_new, n x k for k new codes (p x k): x_hat = X beta (equation 18).
template <class Device, class T>
Array<Device, T> sample_weights(const Array<Device, T>& C, const Array<Device, T>& z_new);

/// X G, m x n: x_hat = sum_k (X G)_k <z_k, z_new> (equation 19). Computed as (X - X Z^T (Z Z^T + omega
/// I_p)^-1 Z) / omega, which loses about log10(||Z Z^T|| / omega) digits.
template <class Device, class T>
Array<Device, T> reweighted_samples(double omega, const Array<Device, T>& X, const Array<Device, T>& Z);

}  // namespace assay::solvers
