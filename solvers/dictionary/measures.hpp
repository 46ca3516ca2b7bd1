#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/primitives.hpp"
#include "solvers/device/spectral_norm.hpp"
#include "solvers/device/transfer.hpp"

/// Numbers that describe a dictionary D (m x p).
namespace assay::solvers {

namespace host {
double coherence(std::size_t m, std::size_t p, const std::vector<double>& D);
}  // namespace host

/// ||D - D*||_F / ||D*||_F after unit-norm columns in both; no matching of permutation or signs.
template <class Device, class T>
double relative_error(const Array<Device, T>& D, const Array<Device, T>& truth) {
    Array<Device, T> a = D.copy(), b = truth.copy();
    normalize_columns(a);
    normalize_columns(b);
    return distance(a, b) / norm(b);
}

/// max over i != j of |<d_i, d_j>| / (||d_i|| ||d_j||); on the host.
template <class Device, class T>
double coherence(const Array<Device, T>& D) {
    return host::coherence(D.rows(), D.cols(), host::wide(D.to_host()));
}

}  // namespace assay::solvers
