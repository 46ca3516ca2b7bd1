#include "solvers/dictionary/training_contributions.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/composed.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(training_contributions)

namespace {
using Matrix = Array<Cpu, double>;

constexpr double omega = 1e-3;

struct Training {
    Matrix D = random_dictionary<Cpu, double>(15, 25, 4);
    SampleSet<Cpu, double> set = draw_samples(D, {.nonzeros = 4, .signs = Signs::independent}, 0.2, 0, 60, 4);
    const Matrix& X = set.samples;
    const Matrix& Z = set.codes;
};

Matrix product(const Matrix& A, const Matrix& B) {
    Matrix C(A.rows(), B.cols());
    gemm(Op::none, Op::none, 1.0, A, B, 0.0, C);
    return C;
}
}  // namespace

BOOST_AUTO_TEST_CASE(both_factorisations_give_the_same_contributions) {
    const Training t;
    const Matrix by_atoms = contributions(omega, t.Z);
    const Matrix by_samples = contributions_by_samples(omega, t.Z);
    BOOST_TEST(distance(by_atoms, by_samples) < 1e-8 * norm(by_atoms));
    BOOST_TEST(by_atoms.rows() == 60U);
    BOOST_TEST(by_atoms.cols() == 25U);
}

BOOST_AUTO_TEST_CASE(the_dictionary_is_the_training_set_times_the_contributions) {
    const Training t;
    const Matrix D = ridge_dictionary(omega, t.X, t.Z);
    BOOST_TEST(distance(D, product(t.X, contributions(omega, t.Z))) < 1e-8 * norm(D));
    BOOST_TEST(distance(D, product(t.X, contributions_by_samples(omega, t.Z))) < 1e-8 * norm(D));
}

BOOST_AUTO_TEST_CASE(the_dictionary_is_stationary) {
    // (D Z - X) Z^T + omega D = 0.
    const Training t;
    const Matrix D = ridge_dictionary(omega, t.X, t.Z);
    Matrix residual = product(D, t.Z);
    axpy(-1.0, t.X, residual);
    Matrix gradient = D.copy();
    gemm(Op::none, Op::transpose, 1.0, residual, t.Z, omega, gradient);
    BOOST_TEST(norm(gradient) < 1e-11 * norm(D));
}

BOOST_AUTO_TEST_CASE(a_new_image_is_a_combination_of_the_training_set_both_ways) {
    const Training t;
    const Matrix z_new = sparse_codes<Cpu, double>({.nonzeros = 4}, 25, 100, 3, 4);
    const Matrix expected = product(ridge_dictionary(omega, t.X, t.Z), z_new);
    const Matrix beta = sample_weights(contributions(omega, t.Z), z_new);
    BOOST_TEST(beta.rows() == 60U);
    BOOST_TEST(distance(product(t.X, beta), expected) < 1e-10 * norm(expected));
    // Equation 19: weights <z_k, z_new> on the columns of X G.
    Matrix similarity(60, 3);
    gemm(Op::transpose, Op::none, 1.0, t.Z, z_new, 0.0, similarity);
    BOOST_TEST(distance(product(reweighted_samples(omega, t.X, t.Z), similarity), expected) <
               1e-8 * norm(expected));
}

BOOST_AUTO_TEST_CASE(reweighted_samples_solve_their_definition) {
    // (X G)(Z^T Z + omega I) = X.
    const Training t;
    Matrix K = gram(t.Z);
    axpy(omega, identity<Cpu, double>(60), K);
    BOOST_TEST(distance(product(reweighted_samples(omega, t.X, t.Z), K), t.X) < 1e-8 * norm(t.X));
}

BOOST_AUTO_TEST_CASE(one_sample_has_the_closed_form) {
    // n = 1: G = 1 / (||z||^2 + omega).
    Matrix z(3, 1);
    z(0, 0) = 1.0;
    z(2, 0) = 2.0;
    const Matrix C = contributions(0.5, z);
    for (std::size_t j = 0; j < 3; ++j)
        BOOST_TEST(C(0, j) == z(j, 0) / 5.5, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Training t;
    BOOST_CHECK_EXCEPTION(contributions(0.0, t.Z), assay::Error, [](const assay::Error& error) {
        return error.hint().find("above zero") != std::string::npos;
    });
    BOOST_CHECK_THROW(contributions_by_samples(-1.0, t.Z), assay::Error);
    BOOST_CHECK_THROW(ridge_dictionary(omega, t.X, Matrix(25, 59)), assay::Error);
    BOOST_CHECK_THROW(contributions(omega, Matrix()), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
