#include "solvers/device/eigenvalue_bounds.hpp"

#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/synthetic.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(eigenvalue_bounds)

namespace {
using Matrix = Array<Cpu, double>;

/// Q diag(spectrum) Q^T for a random orthogonal Q.
Matrix with_spectrum(const arma::vec& spectrum, std::uint64_t seed) {
    const std::size_t n = spectrum.n_elem;
    const Matrix Q = orthogonal_dictionary<Cpu, double>(n, seed);
    const arma::mat q(Q.data(), n, n);
    const arma::mat S = arma::symmatu(q * arma::diagmat(spectrum) * q.t());
    return Matrix::from_host(n, n, std::span<const double>(S.memptr(), S.n_elem));
}

/// The bounds lie outside the spectrum that Armadillo computes, and near it.
void expect_bounds(const Matrix& S, const std::string& name) {
    const arma::vec dense = arma::eig_sym(arma::mat(S.data(), S.rows(), S.cols()));
    // Of Armadillo's own eigenvalues the last digits are rounding.
    const double rounding = 1e-14 * dense.max() * static_cast<double>(S.rows());
    const double largest = largest_eigenvalue_bound(S), smallest = smallest_eigenvalue_bound(S);
    BOOST_TEST(largest >= dense.max() - rounding, name);
    BOOST_TEST(largest <= dense.max() * 1.001, name);
    BOOST_TEST(smallest <= std::max(dense.min(), 0.0) + rounding, name);
    BOOST_TEST(smallest >= 0.0, name);
    if (dense.min() > 1e-9 * dense.max()) BOOST_TEST(smallest >= 0.97 * dense.min(), name);
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_bounds_hold_and_are_tight_against_dense_eigenvalues) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        expect_bounds(gram(random_dictionary<Cpu, double>(60, 40, seed)), "full rank");
        expect_bounds(gram(random_dictionary<Cpu, double>(30, 90, seed)), "rank 30 of 90");
        expect_bounds(gram(random_dictionary<Cpu, double>(1, 1, seed)), "one by one");
    }
}

BOOST_AUTO_TEST_CASE(clusters_at_the_ends_do_not_mislead_the_bounds) {
    arma::vec top(80, arma::fill::ones);
    top.head(40) = 5.0 + arma::linspace(0.0, 1e-10, 40);
    expect_bounds(with_spectrum(top, 1), "forty eigenvalues within 1e-10 at the top");
    arma::vec alone(80, arma::fill::ones);
    alone(0) = 1.0 + 1e-5;
    expect_bounds(with_spectrum(alone, 2), "one eigenvalue 1e-5 above a cluster");
    expect_bounds(with_spectrum(arma::logspace(-6, 6, 80), 3), "twelve decades");
    expect_bounds(with_spectrum(arma::linspace(1.0, 2.0, 200), 4), "an even spectrum longer than the basis");
    expect_bounds(with_spectrum(arma::vec(50, arma::fill::ones), 5), "the identity");
}

BOOST_AUTO_TEST_CASE(an_eigenvector_that_the_start_does_not_contain_is_found) {
    // The start vector of length n is the same in every call: an eigenvalue 2 is hidden in a direction that
    // is orthogonal to it, so that Lanczos, which then sees 1 alone, cannot find it.
    const std::size_t n = 30;
    Random random(0, "Lanczos start");
    arma::vec start(n);
    for (double& entry : start) entry = random.uniform(-1.0, 1.0);
    start /= arma::norm(start);
    arma::vec hidden(n, arma::fill::ones);
    hidden -= arma::dot(hidden, start) * start;
    hidden /= arma::norm(hidden);
    const arma::mat S = arma::symmatu(arma::eye(n, n) + hidden * hidden.t());
    const double bound =
        largest_eigenvalue_bound(Matrix::from_host(n, n, std::span<const double>(S.memptr(), S.n_elem)));
    BOOST_TEST(bound >= 2.0);
    BOOST_TEST(bound <= 4.0);
}

BOOST_AUTO_TEST_CASE(zero_and_diagonal_matrices_have_closed_forms) {
    BOOST_TEST(largest_eigenvalue_bound(Matrix(7, 7)) == 0.0);
    BOOST_TEST(smallest_eigenvalue_bound(Matrix(7, 7)) == 0.0);
    // One atom is used by no sample: its row and column of G G^T are zero.
    Matrix S(3, 3);
    S(0, 0) = 4.0;
    S(2, 2) = 1.0;
    BOOST_TEST(smallest_eigenvalue_bound(S) == 0.0);
    BOOST_TEST(largest_eigenvalue_bound(S) == 4.0);  // the largest row sum is never exceeded
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const auto message = [](const Matrix& A) -> std::string {
        try {
            largest_eigenvalue_bound(A);
        } catch (const assay::Error& error) {
            return error.what();
        }
        return "";
    };
    Matrix broken(2, 2);
    broken(0, 1) = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(message(broken).find("holds NaN or Inf") != std::string::npos);
    BOOST_TEST(message(Matrix()).find("empty") != std::string::npos);
    BOOST_TEST(message(Matrix(2, 3)).find("not square") != std::string::npos);
    BOOST_CHECK_THROW(smallest_eigenvalue_bound(broken), assay::Error);
    BOOST_CHECK_THROW(smallest_eigenvalue_bound(Matrix(2, 3)), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
