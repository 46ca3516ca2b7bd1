#include "solvers/dictionary/measures.hpp"

#include <armadillo>

namespace assay::solvers::host {

double coherence(std::size_t m, std::size_t p, const std::vector<double>& D) {
    const arma::mat unit = arma::normalise(arma::mat(D.data(), m, p));
    arma::mat G = arma::abs(unit.t() * unit);
    G.diag().zeros();
    return G.is_empty() ? 0.0 : G.max();
}

}  // namespace assay::solvers::host
