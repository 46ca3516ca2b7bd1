#include "solvers/sparse/admm.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"
#include "solvers/sparse/ista.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(admm)

namespace {
using Matrix = Array<Cpu, double>;

struct Problem {
    Matrix D = random_dictionary<Cpu, double>(18, 30, 8);
    Matrix X = draw_samples(D, {.nonzeros = 3, .signs = Signs::independent}, 0.05, 0, 11, 8).samples;
};
}  // namespace

BOOST_AUTO_TEST_CASE(residual_balancing_follows_its_rule) {
    const RhoBalance balance;
    BOOST_TEST(balance.change(10, 11.0, 1.0) == 2.0);
    BOOST_TEST(balance.change(10, 1.0, 11.0) == 0.5);
    BOOST_TEST(balance.change(10, 9.0, 1.0) == 1.0);
    BOOST_TEST(balance.change(9, 100.0, 1.0) == 1.0);
    BOOST_TEST(balance.change(20, 100.0, 1.0) == 2.0);
    BOOST_TEST(RhoBalance{.period = 0}.change(10, 100.0, 1.0) == 1.0);
    const AdmmResiduals residuals{4.0, 16.0, 25.0, 9.0, 36.0};
    BOOST_TEST(residuals.primal() == 0.4);
    BOOST_TEST(residuals.dual() == 0.5);
    BOOST_TEST(AdmmResiduals{}.dual() == 0.0);
}

BOOST_AUTO_TEST_CASE(solutions_meet_the_optimality_conditions) {
    const Problem problem;
    LassoAdmm<Cpu, double> solver({.lambda = 0.25}, 30, 11);
    for (int i = 0; i < 4000; ++i) solver.sweep(problem.D, problem.X);
    BOOST_TEST(solver.iterations() == 4000U);
    BOOST_TEST(solver.primal() < 1e-9);
    BOOST_TEST(solver.dual() < 1e-9);
    for (const double kkt : lasso_kkt_residual(0.25, Shrinkage::soft, problem.D, problem.X, solver.codes())) {
        BOOST_TEST(kkt < 1e-7);
    }
}

BOOST_AUTO_TEST_CASE(the_answer_depends_on_neither_penalty_nor_relaxation) {
    const Problem problem;
    LassoAdmm<Cpu, double> usual({.lambda = 0.25}, 30, 11);
    LassoAdmm<Cpu, double> other({.lambda = 0.25, .rho = 0.3, .relaxation = 1.0, .balance = {.period = 0}},
                                 30, 11);
    for (int i = 0; i < 4000; ++i) {
        usual.sweep(problem.D, problem.X);
        other.sweep(problem.D, problem.X);
    }
    BOOST_TEST(other.rho() == 0.3);
    BOOST_TEST(distance(usual.codes(), other.codes()) < 1e-6);
}

BOOST_AUTO_TEST_CASE(every_sample_is_visited_once_in_order) {
    const Problem problem;
    LassoAdmm<Cpu, double> solver({.block = 4}, 30, 11);
    std::size_t first = 0;
    solver.sweep(problem.D, problem.X, [&](const Matrix& samples, const Matrix& codes) {
        BOOST_TEST(distance(samples, problem.X.columns(first, samples.cols())) == 0.0);
        BOOST_TEST(distance(codes, solver.codes().columns(first, samples.cols())) == 0.0);
        first += samples.cols();
    });
    BOOST_TEST(first == 11U);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem problem;
    using Solver = LassoAdmm<Cpu, double>;
    BOOST_CHECK_THROW(Solver({.lambda = -1}, 30, 11), assay::Error);
    BOOST_CHECK_THROW(Solver({.relaxation = 2}, 30, 11), assay::Error);
    BOOST_CHECK_THROW(Solver({.block = 0}, 30, 11), assay::Error);
    Solver solver({}, 30, 11);
    BOOST_CHECK_EXCEPTION(solver.sweep(Matrix(18, 29), problem.X), assay::Error,
                          [](const assay::Error& error) {
                              return error.problem().find("dictionary 18 x 29") != std::string::npos;
                          });
}

BOOST_AUTO_TEST_SUITE_END()
