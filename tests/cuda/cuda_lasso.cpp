#include <boost/test/unit_test.hpp>
#include <cmath>
#include <tuple>

#include "solvers/sparse/lasso.hpp"
#include "tests/cuda/parity.hpp"
#include "tests/cuda/problem.hpp"

using namespace assay::solvers;
using parity::Pair;
using Scalars = std::tuple<double, float>;

BOOST_AUTO_TEST_SUITE(cuda_lasso)

// The algorithm is one source; sums are in another order, so that a support may be reached on another way.
// Both ends are certified, and their objectives are those of the one solution.
BOOST_AUTO_TEST_CASE_TEMPLATE(solutions_agree, T, Scalars) {
    const parity::Problem<T> problem(41, 70, 33, 1);  // with a zero atom and a zero sample
    const Pair<T> D(problem.D), X(problem.X);
    for (const Shrinkage shrinkage : {Shrinkage::soft, Shrinkage::soft_one_sided}) {
        for (const double lambda : {0.5, 0.02}) {
            const LassoOptions options{.lambda = lambda,
                                       .shrinkage = shrinkage,
                                       .ridge = lambda < 0.1 ? 0.1 : 0.0,
                                       .tolerance = 1e3 * parity::epsilon<T>,
                                       .block = 20};
            const auto cpu = lasso(options, D.cpu, X.cpu);
            const auto gpu = lasso(options, D.gpu, X.gpu);
            BOOST_TEST((cpu.converged && gpu.converged));
            const auto a = lasso_objective(lambda, D.cpu, X.cpu, cpu.codes);
            const auto b = lasso_objective(lambda, D.gpu, X.gpu, gpu.codes);
            for (std::size_t i = 0; i < a.size(); ++i) {
                // Two gaps within the tolerance times half a squared norm of at most 64; the ridge's part of
                // the objective is left out, and what it adds is of the order of the codes' difference.
                BOOST_TEST(std::abs(a[i] - b[i]) <= 1e5 * parity::epsilon<T>);
            }
            const auto warm = lasso(options, D.gpu, X.gpu, gpu.codes.copy());
            BOOST_TEST(warm.iterations <= 1u);
            BOOST_TEST(parity::largest_difference(warm.codes.to_host(), gpu.codes.to_host()) <=
                       1e4 * parity::epsilon<T>);
        }
    }
}

// Atoms that repeat, more of them than rows, and the same bits each time.
BOOST_AUTO_TEST_CASE(dependent_atoms_are_no_trouble_there) {
    const parity::Problem<double> problem(12, 40, 9, 2);
    Array<Cpu, double> twice(12, 80);
    twice.set_columns(0, problem.D);
    twice.set_columns(40, problem.D);
    const Pair<double> D(twice), X(problem.X);
    const LassoOptions options{.lambda = 1e-3, .tolerance = 1e-10};
    const auto gpu = lasso(options, D.gpu, X.gpu), again = lasso(options, D.gpu, X.gpu);
    BOOST_TEST(gpu.converged);
    BOOST_TEST((gpu.codes.to_host() == again.codes.to_host()));
    const auto Z = Array<Cpu, double>::from_host(80, 9, gpu.codes.to_host());
    const auto gap = duality_gap(1e-3, Shrinkage::soft, D.cpu, X.cpu, Z);
    for (const double value : gap) BOOST_TEST(value <= 1e-8);
}

BOOST_AUTO_TEST_SUITE_END()
