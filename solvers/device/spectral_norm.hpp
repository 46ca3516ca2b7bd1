#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/transfer.hpp"

namespace assay::solvers {

namespace host {
/// Of the m x p matrix with the column-major values A.
double spectral_norm(std::size_t m, std::size_t p, const std::vector<double>& A);
}  // namespace host

/// sigma_max(A) from the eigenvalues of the smaller of A A^T and A^T A, in double on the host. Throws Error
/// for an empty matrix and for NaN or Inf.
template <class Device, class T>
double spectral_norm(const Array<Device, T>& A) {
    return host::spectral_norm(A.rows(), A.cols(), host::wide(A.to_host()));
}

}  // namespace assay::solvers
