#include "solvers/sparse/truncated_backpropagation.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/sparse/ista.hpp"

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;
using Backpropagation = TruncatedBackpropagation<Cpu, double>;

BOOST_AUTO_TEST_SUITE(truncated_backpropagation)

namespace {
struct Problem {
    Matrix D = perturbed_dictionary(random_dictionary<Cpu, double>(8, 12, 5), 0.05, 5);
    Matrix X = draw_samples(random_dictionary<Cpu, double>(8, 12, 5), {.nonzeros = 2}, 0.05, 0, 6, 5).samples;
};

Backpropagation after(const LassoIteration& options, const Matrix& D, const Matrix& X,
                      std::size_t iterations) {
    Backpropagation solver(options, D, X);
    while (solver.iterations() < iterations) solver.iterate();
    return solver;
}

Matrix gradient(const Backpropagation& solver, std::size_t depth) {
    const std::size_t depths[] = {depth};
    return std::move(solver.gradients(depths).front());
}

double mean_objective(const LassoIteration& options, const Matrix& D, const Matrix& X,
                      std::size_t iterations) {
    double sum = 0;
    for (const double value : lasso_objective(options.lambda, D, X, after(options, D, X, iterations).codes()))
        sum += value;
    return sum / static_cast<double>(X.cols());
}
}  // namespace

BOOST_AUTO_TEST_CASE(without_momentum_it_is_the_unrolled_gradient) {
    const Problem problem;
    const Encoder encoder{.layers = 30, .alpha = 0.2, .lambda = 0.1};
    const auto solver = after({.lambda = 0.1, .step = 0.2, .accelerated = false}, problem.D, problem.X, 30);
    const Matrix lasso = unrolled_gradient(encoder, Gradient::ae_lasso, problem.D, problem.X).gradient;
    const Matrix dec = unrolled_gradient(encoder, Gradient::dec, problem.D, problem.X).gradient;
    BOOST_TEST(distance(gradient(solver, 30), lasso) < 1e-10 * norm(lasso));
    BOOST_TEST(distance(gradient(solver, 0), dec) < 1e-10 * norm(dec));
    BOOST_TEST(distance(lasso, dec) > 1e-3 * norm(lasso));
}

BOOST_AUTO_TEST_CASE(its_codes_are_those_of_ista_and_fista) {
    const Problem problem;
    for (const bool accelerated : {false, true}) {
        const auto codes =
            ista<Cpu, double>({.lambda = 0.1, .accelerated = accelerated, .step = 0.2, .max_iterations = 30},
                              problem.D, problem.X);
        const auto solver =
            after({.lambda = 0.1, .step = 0.2, .accelerated = accelerated}, problem.D, problem.X, 30);
        // I - alpha G once, or alpha G y at a time: 30 times the rounding of sums of 12 terms.
        BOOST_TEST(distance(solver.codes(), codes.codes) < 1e-13 * norm(codes.codes));
    }
}

BOOST_AUTO_TEST_CASE(with_momentum_it_agrees_with_finite_differences) {
    const Problem problem;
    const LassoIteration options{.lambda = 0.1, .step = 0.2};
    const std::size_t iterations = 25;
    const Matrix g = gradient(after(options, problem.D, problem.X, iterations), iterations);
    const double step = 1e-6;
    for (std::size_t i = 0; i < problem.D.size(); i += 7) {
        Matrix up = problem.D.copy(), down = problem.D.copy();
        up.data()[i] += step;
        down.data()[i] -= step;
        const double difference = (mean_objective(options, up, problem.X, iterations) -
                                   mean_objective(options, down, problem.X, iterations)) /
                                  (2 * step);
        // Central differences of a value near 1: cancellation leaves 1e-10, truncation 1e-11.
        BOOST_TEST(std::abs(g.data()[i] - difference) < 1e-7);
    }
}

BOOST_AUTO_TEST_CASE(one_call_for_several_depths_gives_what_several_calls_give) {
    const Problem problem;
    const auto solver = after({.lambda = 0.1, .step = 0.2, .memory = 20}, problem.D, problem.X, 50);
    const std::size_t depths[] = {0, 3, 20};
    const auto all = solver.gradients(depths);
    for (std::size_t k = 0; k < 3; ++k) BOOST_TEST(distance(all[k], gradient(solver, depths[k])) == 0.0);
    BOOST_TEST(distance(all[1], all[2]) > 0.0);
}

BOOST_AUTO_TEST_CASE(bad_depths_are_refused) {
    const Problem problem;
    const auto solver = after({.memory = 20}, problem.D, problem.X, 5);
    const std::size_t beyond[] = {21}, falling[] = {3, 3};
    BOOST_CHECK_THROW(solver.gradients(beyond), assay::Error);
    BOOST_CHECK_THROW(solver.gradients(falling), assay::Error);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem problem;
    Matrix broken = problem.X.copy();
    broken(0, 0) = std::nan("");
    BOOST_CHECK_EXCEPTION(Backpropagation({}, problem.D, broken), assay::Error,
                          [](const assay::Error& error) {
                              return error.problem().find("X holds NaN or Inf") != std::string::npos;
                          });
    BOOST_CHECK_THROW(Backpropagation({}, problem.D, Matrix(7, 3)), assay::Error);
    BOOST_CHECK_THROW(Backpropagation({}, Matrix(), problem.X), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
