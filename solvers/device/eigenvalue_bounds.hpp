#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/transfer.hpp"

/// Bounds on the ends of a symmetric positive semidefinite matrix's spectrum that hold, not only approach:
/// what a step size or a certificate may lean on. In double on the host.
///
/// Lanczos gives a Ritz value theta, which lies inside the spectrum, so that it alone is a bound on the wrong
/// side. A Cholesky factorisation then decides: when it runs to the end on tau I - S, lambda_max(S) is below
/// tau but for its rounding, at most (n + 2) 2^-52 trace(tau I - S) (Higham, Accuracy and Stability of
/// Numerical Algorithms, Theorem 10.3), which is added. When it breaks down, tau is raised, at most to the
/// largest absolute row sum, which is a bound without a check. A start vector without a component along the
/// top eigenvector, a cluster or an early stop can thus cost tightness, never safety.
namespace assay::solvers {

namespace host {
double largest_eigenvalue_bound(std::size_t n, const std::vector<double>& S);
double smallest_eigenvalue_bound(std::size_t n, const std::vector<double>& S);
}  // namespace host

/// At least lambda_max(S), and above it by about 2e-4 of it. Costs some thirty products with a vector and one
/// Cholesky factorisation, n^3 / 3. Throws Error for an empty matrix, one that is not square, and NaN or Inf.
template <class Device, class T>
double largest_eigenvalue_bound(const Array<Device, T>& S) {
    if (S.rows() != S.cols()) throw Error("the matrix is not square", "largest_eigenvalue_bound");
    return host::largest_eigenvalue_bound(S.rows(), host::wide(S.to_host()));
}

/// At most lambda_min(S) and not negative; within about 1 % of it where it is above some 1e-12 of
/// lambda_max(S), else 0. By the same two steps on S^-1 and S - tau I; two factorisations or a few more.
/// Errors as above.
template <class Device, class T>
double smallest_eigenvalue_bound(const Array<Device, T>& S) {
    if (S.rows() != S.cols()) throw Error("the matrix is not square", "smallest_eigenvalue_bound");
    return host::smallest_eigenvalue_bound(S.rows(), host::wide(S.to_host()));
}

}  // namespace assay::solvers
