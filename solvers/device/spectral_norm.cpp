#include "solvers/device/spectral_norm.hpp"

#include <algorithm>
#include <armadillo>
#include <cmath>

#include "solvers/error.hpp"

namespace assay::solvers::host {

double spectral_norm(std::size_t m, std::size_t p, const std::vector<double>& values) {
    if (values.empty()) throw Error("an empty matrix has no spectral norm", "spectral_norm");
    // Armadillo has no view on constant memory; the matrix is only read.
    const arma::mat A(const_cast<double*>(values.data()), m, p, false, true);
    const arma::mat small = m < p ? arma::mat(A * A.t()) : arma::mat(A.t() * A);
    arma::vec eigenvalues;
    if (!small.is_finite() || !arma::eig_sym(eigenvalues, small)) {
        throw Error("the spectral norm could not be computed", "spectral_norm",
                    "look for NaN or Inf in the matrix");
    }
    return std::sqrt(std::max(eigenvalues.max(), 0.0));
}

}  // namespace assay::solvers::host
