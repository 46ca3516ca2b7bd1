#include "solvers/sparse/jacobian.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"
#include "solvers/sparse/ista.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(jacobian)

namespace {
using Matrix = Array<Cpu, double>;

struct Sample {
    Matrix D = perturbed_dictionary(random_dictionary<Cpu, double>(8, 12, 5), 0.05, 5);
    Matrix X = draw_samples(random_dictionary<Cpu, double>(8, 12, 5), {.nonzeros = 2}, 0.05, 0, 6, 5).samples;

    std::span<const double> x(std::size_t i) const { return {X.data() + i * X.rows(), X.rows()}; }
};

std::vector<double> code_at(const Encoder& encoder, const Matrix& D, std::span<const double> x,
                            std::size_t t) {
    JacobianRecursion recursion(encoder, D, x);
    recursion.skip(t);
    return {recursion.code().begin(), recursion.code().end()};
}

/// Largest difference to central differences of z_t, relative to the largest entry.
double difference_error(const Encoder& encoder, const Matrix& D, std::span<const double> x, std::size_t t,
                        const SupportJacobian& J) {
    const double step = 1e-6;
    double error = 0, size = 0;
    for (std::size_t l = 0; l < D.rows(); ++l) {
        const Matrix J_l = J.row(l);
        for (std::size_t j = 0; j < D.cols(); ++j) {
            Matrix up = D.copy(), down = D.copy();
            up(l, j) += step;
            down(l, j) -= step;
            const auto a = code_at(encoder, up, x, t), b = code_at(encoder, down, x, t);
            for (std::size_t i = 0; i < D.cols(); ++i) {
                error = std::max(error, std::abs(J_l(i, j) - (a[i] - b[i]) / (2 * step)));
                size = std::max(size, std::abs(J_l(i, j)));
            }
        }
    }
    BOOST_TEST(size > 0.01);
    return error / size;
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_code_is_the_encoders) {
    const Sample sample;
    const Encoder encoder{.layers = 30, .alpha = 0.2, .lambda = 0.15, .decay = 0.99};
    const Matrix G = gram(sample.D);
    Matrix B(12, 6);
    gemm(Op::transpose, Op::none, 1.0, sample.D, sample.X, 0.0, B);
    const Matrix Z = encode(encoder, G, B);
    for (std::size_t i = 0; i < 6; ++i) {
        const auto z = code_at(encoder, sample.D, sample.x(i), 30);
        for (std::size_t j = 0; j < 12; ++j) BOOST_TEST(std::abs(z[j] - Z(j, i)) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(agrees_with_finite_differences) {
    const Sample sample;
    for (const Shrinkage shrinkage : {Shrinkage::soft, Shrinkage::soft_one_sided, Shrinkage::hard}) {
        const Encoder encoder{
            .layers = 40, .alpha = 0.2, .lambda = 0.1, .decay = 0.98, .bias = 0.1, .shrinkage = shrinkage};
        for (const std::size_t t : {std::size_t{1}, std::size_t{2}, std::size_t{40}}) {
            const SupportJacobian J = truncated_jacobian(encoder, sample.D, sample.x(0), t, t);
            if (J.support.empty()) continue;
            // Central differences with step 1e-6: truncation 1e-12, cancellation 1e-10.
            BOOST_TEST(difference_error(encoder, sample.D, sample.x(0), t, J) < 1e-6);
        }
        BOOST_TEST(!truncated_jacobian(encoder, sample.D, sample.x(0), 40, 40).support.empty());
    }
}

BOOST_AUTO_TEST_CASE(rows_off_the_support_are_zero) {
    const Sample sample;
    JacobianRecursion recursion({.alpha = 0.2, .lambda = 0.2}, sample.D, sample.x(1));
    for (int t = 0; t < 50; ++t) recursion.step();
    const SupportJacobian& J = recursion.jacobian();
    const std::set<std::size_t> support(J.support.begin(), J.support.end());
    BOOST_TEST(!support.empty());
    BOOST_TEST(support.size() < 12U);
    for (std::size_t i = 0; i < 12; ++i) BOOST_TEST((recursion.code()[i] != 0.0) == support.contains(i));
    const Matrix J_l = J.row(3);
    for (std::size_t i = 0; i < 12; ++i) {
        for (std::size_t j = 0; j < 12; ++j) {
            if (!support.contains(i)) BOOST_TEST(J_l(i, j) == 0.0);
        }
    }
}

BOOST_AUTO_TEST_CASE(converges_to_the_closed_form) {
    const Sample sample;
    for (std::size_t i = 0; i < 6; ++i) {
        JacobianRecursion recursion({.alpha = 0.2, .lambda = 0.15}, sample.D, sample.x(i));
        for (int t = 0; t < 200; ++t) recursion.step();
        const std::size_t early = recursion.t();
        const SupportJacobian at_early = recursion.jacobian().copy();
        while (recursion.t() < 6000) recursion.step();
        const SupportJacobian limit = fixed_point_jacobian(sample.D, sample.x(i), recursion.code());
        BOOST_TEST(early == 200U);
        BOOST_TEST(mean_row_distance(recursion.jacobian(), limit) < 1e-10 * frobenius_norm(limit));
        BOOST_TEST(mean_row_distance(at_early, limit) > mean_row_distance(recursion.jacobian(), limit));
    }
}

BOOST_AUTO_TEST_CASE(the_closed_form_is_the_derivative_of_the_lasso_solution) {
    const Sample sample;
    const auto solve = [&](const Matrix& D) {
        return ista<Cpu, double>({.lambda = 0.2, .max_iterations = 20000, .check_every = 20000}, D,
                                 sample.X.columns(0, 1))
            .codes;
    };
    const Matrix z = solve(sample.D);
    const SupportJacobian J = fixed_point_jacobian(sample.D, sample.x(0), {z.data(), z.size()});
    Matrix up = sample.D.copy(), down = sample.D.copy();
    up(2, J.support[0]) += 1e-6;
    down(2, J.support[0]) -= 1e-6;
    const Matrix a = solve(up), b = solve(down), J_l = J.row(2);
    for (std::size_t i = 0; i < 12; ++i) {
        BOOST_TEST(std::abs((a(i, 0) - b(i, 0)) / 2e-6 - J_l(i, J.support[0])) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(the_scalar_case_carries_the_factor_t) {
    // One unit atom with d^T x > lambda > 0 in one dimension: z_t = (1 - (1 - a)^t)(x - lambda) (PUDLE, Lemma
    // A.4).
    const double alpha = 0.3, lambda = 0.5, x = 2.0;
    Matrix D(1, 1);
    D(0, 0) = 1.0;
    JacobianRecursion recursion({.alpha = alpha, .lambda = lambda}, D, std::span(&x, 1));
    for (int t = 1; t <= 30; ++t) {
        recursion.step();
        const double rho = std::pow(1 - alpha, t);
        BOOST_TEST(recursion.code()[0] == (1 - rho) * (x - lambda), boost::test_tools::tolerance(1e-12));
        // d/dd of (dx - lambda)(1 - (1 - alpha d^2)^t) / d^2 at d = 1.
        const double exact =
            x * (1 - rho) + (x - lambda) * (2 * alpha * t * std::pow(1 - alpha, t - 1) - 2 * (1 - rho));
        BOOST_TEST(recursion.jacobian().row(0)(0, 0) == exact, boost::test_tools::tolerance(1e-11));
    }
}

BOOST_AUTO_TEST_CASE(truncation_at_full_depth_is_the_recursion_and_at_zero_is_nothing) {
    const Sample sample;
    const Encoder encoder{.alpha = 0.2, .lambda = 0.15};
    const SupportJacobian full = truncated_jacobian(encoder, sample.D, sample.x(2), 25, 1000);
    JacobianRecursion recursion(encoder, sample.D, sample.x(2));
    while (recursion.t() < 25) recursion.step();
    BOOST_TEST(mean_row_distance(full, recursion.jacobian()) == 0.0);
    BOOST_TEST(frobenius_norm(truncated_jacobian(encoder, sample.D, sample.x(2), 25, 0)) == 0.0);
    // The deeper, the closer to the full one, once the support stands.
    const SupportJacobian late = truncated_jacobian(encoder, sample.D, sample.x(2), 400, 400);
    const double ten = mean_row_distance(truncated_jacobian(encoder, sample.D, sample.x(2), 400, 10), late);
    const double fifty = mean_row_distance(truncated_jacobian(encoder, sample.D, sample.x(2), 400, 50), late);
    BOOST_TEST(fifty < ten);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Sample sample;
    const std::vector<double> short_x(3, 1.0), z(12, 0.0);
    BOOST_CHECK_THROW(JacobianRecursion({}, sample.D, short_x), assay::Error);
    BOOST_CHECK_THROW(fixed_point_jacobian(sample.D, sample.x(0), short_x), assay::Error);
    BOOST_TEST(fixed_point_jacobian(sample.D, sample.x(0), z).support.empty());
    Matrix equal(2, 2);
    equal(0, 0) = equal(0, 1) = 1.0;
    const std::vector<double> both{1.0, 1.0}, x{1.0, 0.0};
    BOOST_CHECK_EXCEPTION(fixed_point_jacobian(equal, x, both), assay::Error, [](const assay::Error& error) {
        return error.hint().find("raise lambda") != std::string::npos;
    });
}

BOOST_AUTO_TEST_SUITE_END()
