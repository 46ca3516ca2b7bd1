#pragma once

#include <armadillo>

#include "solvers/device/array.hpp"

namespace assay::solvers {

/// Armadillo's view on an array of the host. It has none on constant memory, so the caller must only read
/// through this one.
template <class T>
arma::Mat<T> view(const Array<Cpu, T>& A) {
    return arma::Mat<T>(const_cast<T*>(A.data()), A.rows(), A.cols(), false, true);
}

}  // namespace assay::solvers
