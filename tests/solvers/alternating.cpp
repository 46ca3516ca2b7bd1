#include "solvers/dictionary/alternating.hpp"

#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"
#include "solvers/sparse/ista.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(alternating)

namespace {
using Matrix = Array<Cpu, double>;

struct Problem {
    Matrix truth = random_dictionary<Cpu, double>(10, 14, 21);
    Matrix D0 = perturbed_dictionary(truth, 0.1, 21);
    Matrix X = draw_samples(truth, {.nonzeros = 2, .signs = Signs::independent}, 0.02, 0, 90, 21).samples;
};

/// The scheme in whole matrices, written out as in its description.
struct Reference {
    arma::mat D, Z;
    double rho_x, rho_d;
    int changes = 0;
};

double balanced(arma::uword iteration, double r, double s) {
    if (iteration % 10 != 0) return 1.0;
    return r > 10 * s ? 2.0 : s > 10 * r ? 0.5 : 1.0;
}

Reference reference(double lambda, arma::mat G, const arma::mat& S, arma::uword iterations) {
    const arma::mat eye = arma::eye(G.n_cols, G.n_cols);
    arma::mat Y(G.n_cols, S.n_cols, arma::fill::zeros), U = Y, H(G.n_rows, G.n_cols, arma::fill::zeros);
    double rho_x = 50 * lambda + 1, rho_d = 1;
    int changes = 0;
    const auto size = [](double a) { return a > 0 ? a : 1.0; };
    G = arma::normalise(G);
    for (arma::uword k = 1; k <= iterations; ++k) {
        const arma::mat X = arma::solve(G.t() * G + rho_x * eye, G.t() * S + rho_x * (Y - U));
        const arma::mat V = 1.8 * X - 0.8 * Y + U, Y_before = Y;
        Y = arma::sign(V) % arma::clamp(arma::abs(V) - lambda / rho_x, 0.0, arma::datum::inf);
        U = V - Y;
        double change =
            balanced(k, arma::norm(X - Y, "fro") / size(std::max(arma::norm(X, "fro"), arma::norm(Y, "fro"))),
                     arma::norm(Y - Y_before, "fro") / size(arma::norm(U, "fro")));
        rho_x *= change;
        U /= change;
        changes += change != 1.0;

        const arma::mat D = (S * Y.t() + rho_d * (G - H)) * arma::inv(Y * Y.t() + rho_d * eye);
        const arma::mat W = 1.8 * D - 0.8 * G + H, G_before = G;
        G = arma::normalise(W);
        H = W - G;
        change =
            balanced(k, arma::norm(D - G, "fro") / size(std::max(arma::norm(D, "fro"), arma::norm(G, "fro"))),
                     arma::norm(G - G_before, "fro") / size(arma::norm(H, "fro")));
        rho_d *= change;
        H /= change;
        changes += change != 1.0;
    }
    return {G, Y, rho_x, rho_d, changes};
}

arma::mat to_arma(const Matrix& A) {
    return arma::mat(A.data(), A.rows(), A.cols());
}

double objective(double lambda, const Matrix& D, const Matrix& X, const Matrix& Z) {
    double sum = 0;
    for (const double value : lasso_objective(lambda, D, X, Z)) sum += value;
    return sum;
}
}  // namespace

BOOST_AUTO_TEST_CASE(follows_the_scheme_written_out) {
    const Problem problem;
    AlternatingOptions options{.lambda = 0.2, .iterations = 60, .block = 17};
    double rho_codes = 0, rho_dictionary = 0;
    const auto result =
        alternating_minimisation<Cpu, double>(options, problem.D0, problem.X, [&](const auto& progress) {
            rho_codes = progress.rho_codes;
            rho_dictionary = progress.rho_dictionary;
        });
    const Reference expected = reference(0.2, to_arma(problem.D0), to_arma(problem.X), 60);
    // The balancing must have acted, else its part of the comparison is empty.
    BOOST_TEST(expected.changes > 0);
    BOOST_TEST(rho_codes == expected.rho_x, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(rho_dictionary == expected.rho_d, boost::test_tools::tolerance(1e-12));
    // Rounding differs (inverse against solve, blocks against the whole); 60 iterations carry 1e-14 to some
    // 1e-11.
    BOOST_TEST(arma::norm(to_arma(result.dictionary) - expected.D, "fro") < 1e-9);
    BOOST_TEST(arma::norm(to_arma(result.codes) - expected.Z, "fro") < 1e-8);
}

BOOST_AUTO_TEST_CASE(blocks_do_not_change_the_answer) {
    const Problem problem;
    const auto whole = alternating_minimisation<Cpu, double>({.iterations = 30}, problem.D0, problem.X);
    const auto parts =
        alternating_minimisation<Cpu, double>({.iterations = 30, .block = 7}, problem.D0, problem.X);
    BOOST_TEST(distance(whole.dictionary, parts.dictionary) < 1e-9);
}

BOOST_AUTO_TEST_CASE(ends_at_a_stationary_point_of_the_constrained_problem) {
    const Problem problem;
    const auto result = alternating_minimisation<Cpu, double>({.iterations = 3000}, problem.D0, problem.X);
    const Matrix& D = result.dictionary;
    for (const double kkt : lasso_kkt_residual(0.2, Shrinkage::soft, D, problem.X, result.codes))
        BOOST_TEST(kkt < 1e-4);
    Matrix residual = problem.X.copy(), gradient(10, 14);
    gemm(Op::none, Op::none, 1.0, D, result.codes, -1.0, residual);
    gemm(Op::none, Op::transpose, 1.0, residual, result.codes, 0.0, gradient);
    for (std::size_t j = 0; j < 14; ++j) {
        double along = 0, across = 0, length = 0;
        for (std::size_t l = 0; l < 10; ++l) along += gradient(l, j) * D(l, j);
        for (std::size_t l = 0; l < 10; ++l) across += std::pow(gradient(l, j) - along * D(l, j), 2);
        for (std::size_t l = 0; l < 10; ++l) length += D(l, j) * D(l, j);
        BOOST_TEST(std::abs(length - 1.0) < 1e-12);
        BOOST_TEST(std::sqrt(across) < 1e-3);
    }
    // A better fit than the lasso at the start.
    const auto start = ista<Cpu, double>({.lambda = 0.2, .accelerated = true, .max_iterations = 2000},
                                         problem.D0, problem.X);
    BOOST_TEST(objective(0.2, D, problem.X, result.codes) <
               0.9 * objective(0.2, problem.D0, problem.X, start.codes));
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    const Problem problem;
    const auto D0 = to_device<Cpu, float>(10, 14, problem.D0.to_host());
    const auto X = to_device<Cpu, float>(10, 90, problem.X.to_host());
    const auto narrow = alternating_minimisation<Cpu, float>({.iterations = 50}, D0, X);
    const auto wide = alternating_minimisation<Cpu, double>({.iterations = 50}, problem.D0, problem.X);
    // 6e-8 of rounding an iteration, amplified by the conditioning of Z Z^T + rho I (about 1e2).
    BOOST_TEST(relative_error(to_device<Cpu, double>(10, 14, narrow.dictionary.to_host()), wide.dictionary) <
               1e-3);
}

BOOST_AUTO_TEST_CASE(codes_that_overflow_are_a_divergence) {
    const Problem problem;
    std::vector<float> large;  // their squares are beyond the largest float, 3.4e38
    for (const double x : problem.X.to_host()) large.push_back(static_cast<float>(1e22 * x));
    const auto X = Array<Cpu, float>::from_host(10, 90, large);
    const auto D0 = random_dictionary<Cpu, float>(10, 14, 21);
    BOOST_CHECK_EXCEPTION((alternating_minimisation<Cpu, float>({}, D0, X)), assay::Diverged,
                          [](const assay::Diverged& diverged) { return diverged.iteration() == 1; });
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem problem;
    Matrix broken = problem.X.copy();
    broken(0, 0) = std::nan("");
    BOOST_CHECK_EXCEPTION((alternating_minimisation<Cpu, double>({}, problem.D0, broken)), assay::Error,
                          [](const assay::Error& error) {
                              return error.problem().find("X holds NaN or Inf") != std::string::npos;
                          });
    BOOST_CHECK_THROW((alternating_minimisation<Cpu, double>({}, Matrix(), problem.X)), assay::Error);
    BOOST_CHECK_THROW((alternating_minimisation<Cpu, double>({}, Matrix(9, 14), problem.X)), assay::Error);
    BOOST_CHECK_THROW((alternating_minimisation<Cpu, double>({.lambda = -1}, problem.D0, problem.X)),
                      assay::Error);
    BOOST_CHECK_THROW((alternating_minimisation<Cpu, double>({.relaxation = 2}, problem.D0, problem.X)),
                      assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
