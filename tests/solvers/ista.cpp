#include "solvers/sparse/ista.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"
#include "solvers/sparse/admm.hpp"
#include "tests/message_of.hpp"

using assay::testing::message_of;
using namespace assay::solvers;
namespace solvers = assay::solvers;

BOOST_AUTO_TEST_SUITE(ista)

namespace {
using Matrix = Array<Cpu, double>;

struct Problem {
    Matrix D = random_dictionary<Cpu, double>(20, 35, 17);
    Matrix X = draw_samples(D, {.nonzeros = 3, .signs = Signs::independent}, 0.05, 0, 12, 17).samples;
};

double largest(const std::vector<double>& values) {
    return *std::max_element(values.begin(), values.end());
}
double smallest(const std::vector<double>& values) {
    return *std::min_element(values.begin(), values.end());
}

IstaOptions exact(double lambda, Shrinkage shrinkage = Shrinkage::soft, bool accelerated = true) {
    return {.lambda = lambda,
            .shrinkage = shrinkage,
            .accelerated = accelerated,
            .max_iterations = 20000,
            .stop = IstaStop::duality_gap,
            .tolerance = 1e-13};
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_code_is_zero_at_lambda_max_and_not_just_below) {
    const Problem problem;
    for (const Shrinkage shrinkage : {Shrinkage::soft, Shrinkage::soft_one_sided}) {
        const std::vector<double> limits = lambda_max(shrinkage, problem.D, problem.X);
        for (std::size_t i = 0; i < problem.X.cols(); ++i) {
            const Matrix x = problem.X.columns(i, 1);
            BOOST_TEST(norm(solvers::ista(exact(limits[i] * (1 + 1e-12), shrinkage), problem.D, x).codes) ==
                       0.0);
            BOOST_TEST(norm(solvers::ista(exact(limits[i] * (1 - 1e-6), shrinkage), problem.D, x).codes) >
                       0.0);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_duality_gap_is_not_negative_and_falls) {
    const Problem problem;
    for (const Shrinkage shrinkage : {Shrinkage::soft, Shrinkage::soft_one_sided}) {
        std::vector<double> gaps;
        IstaOptions options = exact(0.3, shrinkage, false);
        options.check_every = 1;
        options.max_iterations = 2000;
        const IstaObserver<Cpu, double> observer = [&](const IstaProgress<Cpu, double>& progress) {
            const auto gap = duality_gap(0.3, shrinkage, problem.D, problem.X, progress.codes);
            // The gap is a difference of numbers of order ||x||^2 / 2.
            BOOST_TEST(smallest(gap) > -1e-13);
            gaps.push_back(largest(gap));
        };
        solvers::ista(options, problem.D, problem.X, observer);
        // The dual point is not monotone, so the gap may rise for a step; its best so far falls with the
        // linear rate.
        const auto best = [&](std::size_t n) {
            return *std::min_element(gaps.begin(), gaps.begin() + static_cast<std::ptrdiff_t>(n));
        };
        BOOST_TEST(best(100) < best(10));
        BOOST_TEST(best(1000) < 1e-2 * best(100));
        BOOST_TEST(gaps.back() < 1e-10);
    }
}

BOOST_AUTO_TEST_CASE(ista_never_raises_the_objective) {
    const Problem problem;
    std::vector<double> before = lasso_objective(0.2, problem.D, problem.X, Matrix(35, 12));
    solvers::ista<Cpu, double>({.lambda = 0.2, .max_iterations = 200, .check_every = 1}, problem.D, problem.X,
                               [&](const IstaProgress<Cpu, double>& progress) {
                                   const auto now =
                                       lasso_objective(0.2, problem.D, problem.X, progress.codes);
                                   for (std::size_t i = 0; i < now.size(); ++i)
                                       BOOST_TEST(now[i] <= before[i] + 1e-14);
                                   before = now;
                               });
}

BOOST_AUTO_TEST_CASE(solutions_meet_the_optimality_conditions) {
    const Problem problem;
    for (const Shrinkage shrinkage : {Shrinkage::soft, Shrinkage::soft_one_sided}) {
        const auto result = solvers::ista(exact(0.25, shrinkage), problem.D, problem.X);
        BOOST_TEST(result.converged);
        // A gap of 1e-13 bounds the distance to the fitted values, and so the residuals, by its root.
        BOOST_TEST(largest(lasso_kkt_residual(0.25, shrinkage, problem.D, problem.X, result.codes)) < 1e-6);
        BOOST_TEST(largest(lasso_kkt_residual(0.25, shrinkage, problem.D, problem.X, Matrix(35, 12))) > 0.5);
    }
}

BOOST_AUTO_TEST_CASE(ista_fista_and_admm_agree) {
    const Problem problem;
    const Matrix plain = solvers::ista(exact(0.3, Shrinkage::soft, false), problem.D, problem.X).codes;
    const Matrix fast = solvers::ista(exact(0.3), problem.D, problem.X).codes;
    LassoAdmm<Cpu, double> admm({.lambda = 0.3}, 35, 12);
    for (int i = 0; i < 3000; ++i) admm.sweep(problem.D, problem.X);
    BOOST_TEST(norm(plain) > 5.0);
    BOOST_TEST(distance(plain, fast) < 1e-5);
    BOOST_TEST(distance(fast, admm.codes()) < 1e-5);
}

BOOST_AUTO_TEST_CASE(an_orthogonal_dictionary_has_the_closed_form) {
    const Matrix Q = orthogonal_dictionary<Cpu, double>(16, 3);
    const Matrix X = draw_samples(Q, {.nonzeros = 4}, 0.2, 0, 5, 3).samples;
    Matrix expected(16, 5);
    gemm(Op::transpose, Op::none, 1.0, Q, X, 0.0, expected);
    shrink_all(Shrinkage::soft, 0.4, expected);
    const auto result = solvers::ista<Cpu, double>({.lambda = 0.4, .max_iterations = 3}, Q, X);
    BOOST_TEST(distance(result.codes, expected) < 1e-13);
}

BOOST_AUTO_TEST_CASE(permuting_and_flipping_atoms_permutes_and_flips_codes) {
    const Problem problem;
    const std::size_t p = problem.D.cols();
    Matrix moved(problem.D.rows(), p);
    const auto place = [&](std::size_t j) { return (8 * j + 3) % p; };
    const auto flip = [](std::size_t j) { return j % 2 == 0 ? 1.0 : -1.0; };
    for (std::size_t j = 0; j < p; ++j) {
        for (std::size_t l = 0; l < problem.D.rows(); ++l) moved(l, place(j)) = flip(j) * problem.D(l, j);
    }
    const Matrix Z = solvers::ista(exact(0.3), problem.D, problem.X).codes;
    const Matrix W = solvers::ista(exact(0.3), moved, problem.X).codes;
    for (std::size_t i = 0; i < Z.cols(); ++i) {
        for (std::size_t j = 0; j < p; ++j) BOOST_TEST(std::abs(W(place(j), i) - flip(j) * Z(j, i)) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    const Problem problem;
    const auto D = to_device<Cpu, float>(20, 35, problem.D.to_host());
    const auto X = to_device<Cpu, float>(20, 12, problem.X.to_host());
    const IstaOptions options{.lambda = 0.3, .accelerated = true, .max_iterations = 300};
    const auto narrow = solvers::ista(options, D, X).codes;
    const Matrix wide = solvers::ista(options, problem.D, problem.X).codes;
    double difference = 0;
    for (std::size_t k = 0; k < wide.size(); ++k) {
        difference = std::max(difference, std::abs(wide.data()[k] - static_cast<double>(narrow.data()[k])));
    }
    // Rounding of 6e-8 a step, summed over p terms and carried by a contraction: some 1e-5.
    BOOST_TEST(difference < 1e-4);
    BOOST_TEST(difference > 0.0);
}

BOOST_AUTO_TEST_CASE(stopping_rules_stop_where_they_say) {
    const Problem problem;
    IstaOptions options{
        .lambda = 0.3, .max_iterations = 5000, .stop = IstaStop::relative_change, .tolerance = 1e-8};
    const auto result = solvers::ista(options, problem.D, problem.X);
    BOOST_TEST(result.converged);
    BOOST_TEST(result.iterations % 10 == 0U);
    BOOST_TEST(result.iterations < 5000U);
    options.max_iterations = 7;
    const auto cut = solvers::ista(options, problem.D, problem.X);
    BOOST_TEST(!cut.converged);
    BOOST_TEST(cut.iterations == 7U);
    const auto by_gap = solvers::ista(exact(0.3), problem.D, problem.X);
    const auto gap = duality_gap(0.3, Shrinkage::soft, problem.D, problem.X, by_gap.codes);
    const auto at_zero = lasso_objective(0.0, problem.D, problem.X, Matrix(35, 12));
    for (std::size_t i = 0; i < gap.size(); ++i) BOOST_TEST(gap[i] <= 1e-13 * at_zero[i]);
}

BOOST_AUTO_TEST_CASE(one_sided_codes_are_not_negative) {
    const Problem problem;
    const Matrix Z = solvers::ista(exact(0.1, Shrinkage::soft_one_sided), problem.D, problem.X).codes;
    for (std::size_t k = 0; k < Z.size(); ++k) BOOST_TEST(Z.data()[k] >= 0.0);
    Matrix negative = Z.copy();
    negative(0, 0) = -1.0;
    BOOST_TEST(std::isinf(duality_gap(0.1, Shrinkage::soft_one_sided, problem.D, problem.X, negative)[0]));
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem problem;
    Matrix broken = problem.X.copy();
    broken(3, 4) = std::nan("");
    BOOST_TEST(message_of([&] {
                   solvers::ista<Cpu, double>({}, problem.D, broken);
               }).find("X holds NaN or Inf") != std::string::npos);
    BOOST_TEST(message_of([&] { solvers::ista<Cpu, double>({}, Matrix(), problem.X); }).find("D is empty") !=
               std::string::npos);
    BOOST_TEST(message_of([&] {
                   solvers::ista<Cpu, double>({}, Matrix(3, 4), problem.X);
               }).find("number of rows") != std::string::npos);
    BOOST_TEST(message_of([&] {
                   solvers::ista<Cpu, double>({.shrinkage = Shrinkage::hard}, problem.D, problem.X);
               }).find("does not solve the lasso") != std::string::npos);
    BOOST_TEST(message_of([&] {
                   solvers::ista<Cpu, double>({.lambda = -1}, problem.D, problem.X);
               }).find("not be negative") != std::string::npos);
    BOOST_CHECK_EXCEPTION(
        (solvers::ista<Cpu, double>({.step = 100, .max_iterations = 100000}, problem.D, problem.X)),
        assay::Diverged, [](const assay::Diverged& diverged) {
            return diverged.iteration() > 1 && diverged.hint().find("take a step below") != std::string::npos;
        });
    BOOST_TEST(message_of([&] { lambda_max(Shrinkage::soft, problem.D, broken); }).find("NaN") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(degenerate_problems_have_answers) {
    Matrix one(1, 1), x(1, 1);
    one(0, 0) = 1.0;
    x(0, 0) = 3.0;
    const IstaOptions half{.lambda = 0.5};
    BOOST_TEST(solvers::ista(half, one, x).codes(0, 0) == 2.5);
    BOOST_TEST(solvers::ista(half, Matrix(1, 1), x).codes(0, 0) == 0.0);
    // Two equal atoms: the solution is not unique, its optimality is.
    Matrix twice(2, 2);
    twice(0, 0) = twice(0, 1) = 1.0;
    Matrix y(2, 1);
    y(0, 0) = 2.0;
    const auto result = solvers::ista(exact(0.5), twice, y);
    BOOST_TEST(result.codes(0, 0) + result.codes(1, 0) == 1.5, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_SUITE_END()
