#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/device/primitives.hpp"

/// Numbers that describe a dictionary D (m x p).
namespace assay::solvers {

namespace host {
double spectral_norm(std::size_t m, std::size_t p, const std::vector<double>& D);
double coherence(std::size_t m, std::size_t p, const std::vector<double>& D);

template <class T>
std::vector<double> wide(const std::vector<T>& values) {
    return std::vector<double>(values.begin(), values.end());
}
}  // namespace host

/// ||D - D*||_F / ||D*||_F after unit-norm columns in both; no matching of permutation or signs.
template <class Device, class T>
double relative_error(const Array<Device, T>& D, const Array<Device, T>& truth) {
    Array<Device, T> a = D.copy(), b = truth.copy();
    normalize_columns(a);
    normalize_columns(b);
    return distance(a, b) / norm(b);
}

/// sigma_max(D), from the eigenvalues of the smaller of D D^T and D^T D, in double on the host.
template <class Device, class T>
double spectral_norm(const Array<Device, T>& D) {
    return host::spectral_norm(D.rows(), D.cols(), host::wide(D.to_host()));
}

/// max over i != j of |<d_i, d_j>| / (||d_i|| ||d_j||); on the host.
template <class Device, class T>
double coherence(const Array<Device, T>& D) {
    return host::coherence(D.rows(), D.cols(), host::wide(D.to_host()));
}

}  // namespace assay::solvers
