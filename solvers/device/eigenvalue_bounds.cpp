#include "solvers/device/eigenvalue_bounds.hpp"

#include <algorithm>
#include <armadillo>
#include <cmath>
#include <functional>
#include <limits>

#include "solvers/device/random.hpp"

namespace assay::solvers::host {
namespace {

constexpr double tightness = 1e-4;  // the first excess of tau over the Ritz value, relative

/// Armadillo's view of S, after the checks that both bounds share.
arma::mat checked(const char* where, std::size_t n, const std::vector<double>& values) {
    if (values.empty()) throw Error("an empty matrix has no eigenvalues", where);
    // Armadillo has no view on constant memory; the matrix is only read.
    const arma::mat S(const_cast<double*>(values.data()), n, n, false, true);
    if (!S.is_finite()) throw Error("the matrix holds NaN or Inf", where, "check what it was made from");
    return arma::symmatu(S);
}

/// An eigenvalue estimate from inside the spectrum, and how far at most the nearest eigenvalue is.
struct Ritz {
    double value = 0.0;
    double residual = 0.0;
};

arma::vec start_vector(arma::uword n) {
    Random random(0, "Lanczos start");
    arma::vec v(n);
    for (double& entry : v) entry = random.uniform(-1.0, 1.0);
    return v / arma::norm(v);
}

/// The largest Ritz value of the symmetric operator, by Lanczos with full reorthogonalisation, until its
/// residual is a tenth of `tightness` of it or after 60 steps.
Ritz lanczos(arma::uword n, const std::function<arma::vec(const arma::vec&)>& apply) {
    const arma::uword most = std::min<arma::uword>(n, 60);
    arma::mat V(n, most), H(most, most, arma::fill::zeros);
    V.col(0) = start_vector(n);
    Ritz ritz;
    for (arma::uword j = 0; j < most; ++j) {
        arma::vec w = apply(V.col(j));
        const double length = arma::norm(w);
        H(j, j) = arma::dot(V.col(j), w);
        const auto basis = V.cols(0, j);
        for (int twice = 0; twice < 2; ++twice) w -= basis * (basis.t() * w).eval();
        const double next = arma::norm(w);
        const bool exhausted = next <= 1e-14 * length || j + 1 == most;
        if (exhausted || j % 5 == 4) {
            arma::vec values;
            arma::mat vectors;
            const arma::mat projected = H.submat(0, 0, j, j);
            if (!arma::eig_sym(values, vectors, projected)) break;
            ritz = {values(j), next * std::abs(vectors(j, j))};
            if (exhausted || ritz.residual <= 0.1 * tightness * std::abs(ritz.value)) break;
        }
        H(j, j + 1) = H(j + 1, j) = next;
        V.col(j + 1) = w / next;
    }
    return ritz;
}

/// What the rounding of a Cholesky factorisation of A that ran to its end can hide: -lambda_min(A) is less.
double rounding(const arma::mat& A) {
    return static_cast<double>(A.n_rows + 2) * std::numeric_limits<double>::epsilon() * arma::trace(A);
}

bool is_positive_definite(const arma::mat& A) {
    arma::mat factor;
    return arma::chol(factor, A);
}

}  // namespace

double largest_eigenvalue_bound(std::size_t n, const std::vector<double>& values) {
    const arma::mat S = checked("largest_eigenvalue_bound", n, values);
    const double row_sum = arma::norm(S, "inf");
    if (row_sum == 0.0) return 0.0;
    const Ritz ritz = lanczos(S.n_rows, [&](const arma::vec& v) -> arma::vec { return S * v; });
    // The last term is at most tightness lambda_max / sqrt(n), and keeps the search going whatever Lanczos
    // says.
    double excess = std::max({2.0 * ritz.residual, tightness * std::abs(ritz.value),
                              tightness * row_sum / static_cast<double>(n)});
    for (double tau = ritz.value + excess; tau < row_sum; tau = ritz.value + excess) {
        arma::mat shifted = -S;
        shifted.diag() += tau;
        if (is_positive_definite(shifted)) return std::min(tau + rounding(shifted), row_sum);
        excess *= 4.0;
    }
    return row_sum;
}

double smallest_eigenvalue_bound(std::size_t n, const std::vector<double>& values) {
    const arma::mat S = checked("smallest_eigenvalue_bound", n, values);
    // Below this the factorisation cannot tell a positive eigenvalue from its own rounding.
    const double smallest_seen = rounding(S);
    arma::mat factor;
    if (!arma::chol(factor, S)) return 0.0;
    const arma::mat lower = factor.t();
    const auto solve = [&](const arma::vec& v) -> arma::vec {
        const arma::vec half = arma::solve(arma::trimatl(lower), v, arma::solve_opts::fast);
        return arma::solve(arma::trimatu(factor), half, arma::solve_opts::fast);
    };
    const double inverse = lanczos(S.n_rows, solve).value;
    if (!(inverse > 0.0) || !std::isfinite(inverse)) return 0.0;
    for (double tau = 0.99 / inverse; tau > 2.0 * smallest_seen; tau *= 0.25) {
        arma::mat shifted = S;
        shifted.diag() -= tau;
        if (is_positive_definite(shifted)) return std::max(tau - rounding(shifted), 0.0);
    }
    return 0.0;
}

}  // namespace assay::solvers::host
