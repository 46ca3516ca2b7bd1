#include "solvers/convolutional/accelerated_lca.hpp"

#include <algorithm>
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "tests/message_of.hpp"
#include "tests/solvers/convolution_reference.hpp"

using namespace assay::solvers;
using namespace assay::testing;
namespace solvers = assay::solvers;

BOOST_AUTO_TEST_SUITE(accelerated_lca)

namespace {
const Geometry g({.atoms = 10, .kernel = 5, .stride = 2}, {2, 11, 12});

struct Problem {
    Array<Cpu, double> D = draw_atoms<double>(g);
    AtomBank<Cpu, double> atoms{g, D};
    Images<Cpu, double> images = draw_images<double>(g.image, 4);
};

LcaOptions plain(PenaltyKind kind, std::size_t iterations, bool nonnegative = true) {
    return {.penalty = {kind, 0.6, kind == PenaltyKind::rozell ? 0.5 : 0.0, nonnegative},
            .tau = 50,
            .max_iterations = iterations};
}

double total(const LcaResult<Cpu, double>& result) {
    double sum = 0;
    for (const SweepReading& reading : result.readings) sum += reading.energy();
    return sum;
}
}  // namespace

BOOST_AUTO_TEST_CASE(without_options_it_is_lca) {
    const Problem problem;
    const auto one = solvers::lca(plain(PenaltyKind::l0, 100), problem.atoms, problem.images);
    const auto other = solvers::accelerated_lca<Cpu, double>({.lca = plain(PenaltyKind::l0, 100)},
                                                             problem.atoms, problem.images);
    BOOST_TEST(distance(one.states.data, other.states.data) == 0.0);
}

BOOST_AUTO_TEST_CASE(momentum_is_the_heavy_ball) {
    const Problem problem;
    LcaOptions options = plain(PenaltyKind::l0, 3, false);
    const auto result = solvers::accelerated_lca<Cpu, double>({.lca = options, .momentum = 0.7},
                                                              problem.atoms, problem.images);
    const auto Phi = explicit_operator(g, problem.D);
    const auto targets = on_canvas(g, problem.images);
    Array<Cpu, double> u(g.code.size(), 4), v(g.code.size(), 4);
    for (int t = 0; t < 3; ++t) {
        Array<Cpu, double> a = u.copy(), r = targets.data.copy(), drive(g.code.size(), 4);
        threshold_all(threshold_of<double>(options.penalty), a);
        gemm(Op::none, Op::none, -1.0, Phi, a, 1.0, r);
        gemm(Op::transpose, Op::none, 1.0, Phi, r, 0.0, drive);
        axpy(1.0, a, drive);
        axpy(-1.0, u, drive);
        scale(0.7, v);
        axpy(0.02, drive, v);
        axpy(1.0, v, u);
    }
    BOOST_TEST(distance(result.states.data, u) < 1e-12);
    BOOST_TEST(norm(u) > 0.1);
}

BOOST_AUTO_TEST_CASE(the_convex_minimum_stays_and_is_reached_sooner) {
    const Problem problem;
    const auto reference = solvers::lca(plain(PenaltyKind::l1, 20000), problem.atoms, problem.images);
    const double least = total(reference);
    const double slow =
        total(solvers::lca(plain(PenaltyKind::l1, 200), problem.atoms, problem.images)) - least;
    for (const AcceleratedLcaOptions& options :
         {AcceleratedLcaOptions{.lca = plain(PenaltyKind::l1, 200), .momentum = 0.8},
          AcceleratedLcaOptions{.lca = plain(PenaltyKind::l1, 200), .growth = 1.3, .max_rate = 0.15},
          AcceleratedLcaOptions{.lca = plain(PenaltyKind::l1, 200), .settled_checks = 2}}) {
        const double gap = total(solvers::accelerated_lca(options, problem.atoms, problem.images)) - least;
        BOOST_TEST(gap < 0.6 * slow);
        BOOST_TEST(gap > -1e-8);
    }
}

BOOST_AUTO_TEST_CASE(on_a_support_the_minimum_is_that_of_least_squares) {
    const Problem problem;
    const auto Phi = explicit_operator(g, problem.D);
    const auto targets = on_canvas(g, problem.images);
    const auto z = draw_codes<double>(g, 4, 12);
    for (const double slope : {0.0, 0.4}) {
        for (std::size_t i = 0; i < 4; ++i) {
            const auto code = minimise_on_support(problem.atoms, targets.columns(i, 1), z.columns(i, 1),
                                                  slope, 1e-13, 2000);
            arma::uvec support = arma::find(arma::vec(z.data.data() + i * g.code.size(), g.code.size()));
            const arma::mat part = arma::mat(Phi.data(), Phi.rows(), Phi.cols()).eval().cols(support);
            const arma::vec x(targets.data.data() + i * g.canvas.size(), g.canvas.size());
            const arma::vec signs =
                arma::sign(arma::vec(z.data.data() + i * g.code.size(), g.code.size())).eval()(support);
            const arma::vec expected = arma::solve(part.t() * part, part.t() * x - slope * signs);
            const arma::vec found = arma::vec(code.data.data(), g.code.size()).eval()(support);
            BOOST_TEST(arma::norm(found - expected) < 1e-8 * arma::norm(expected));
            BOOST_TEST(count_nonzero(code.data) == support.n_elem);
        }
    }
}

// On its support the hard threshold's fixed point is the least-squares code; the dynamics alone approach it
// as slowly as the smallest eigenvalue says.
BOOST_AUTO_TEST_CASE(a_settled_support_is_solved_at_once) {
    const Problem problem;
    for (const PenaltyKind kind : {PenaltyKind::l0, PenaltyKind::rozell, PenaltyKind::cel0}) {
        LcaOptions options = plain(kind, 6000);
        options.tolerance = 1e-9;
        const auto exact = solvers::accelerated_lca<Cpu, double>(
            {.lca = options, .settled_checks = 3, .support_tolerance = 1e-12}, problem.atoms, problem.images);
        const auto slow = solvers::lca(options, problem.atoms, problem.images);
        for (std::size_t i = 0; i < 4; ++i) {
            BOOST_TEST(exact.converged[i]);
            BOOST_TEST(exact.iterations[i] <= slow.iterations[i]);
        }
        BOOST_TEST(*std::max_element(exact.iterations.begin(), exact.iterations.end()) <
                   *std::max_element(slow.iterations.begin(), slow.iterations.end()));
        auto residual = on_canvas(g, problem.images);
        axpy(-1.0, synthesis(problem.atoms, exact.codes).data, residual.data);
        const auto correlation = analysis_on_support(problem.atoms, residual, exact.codes);
        const double slope = kind == PenaltyKind::rozell ? 0.3 : 0.0;
        for (std::size_t k = 0; k < correlation.data.size(); ++k) {
            if (exact.codes.data.data()[k] != 0.0)
                BOOST_TEST(std::abs(correlation.data.data()[k] - slope) < 1e-6);
        }
    }
}

BOOST_AUTO_TEST_CASE(bad_options_are_explained) {
    const Problem problem;
    const auto says = [&](const AcceleratedLcaOptions& options, const char* text) {
        const std::string message = assay::testing::message_of(
            [&] { solvers::accelerated_lca(options, problem.atoms, problem.images); });
        return message.find(text) != std::string::npos;
    };
    BOOST_TEST(says({.momentum = 1.0}, "not a valid choice"));
    BOOST_TEST(says({.growth = 0.5}, "not a valid choice"));
    BOOST_TEST(says({.growth = 1.1, .max_rate = 1e-3}, "not a valid choice"));
    BOOST_TEST(says({.lca = {.tau = 0}}, "not a valid choice"));
    BOOST_TEST(says({.lca = {.penalty = {PenaltyKind::half, 0.5}}, .settled_checks = 2}, "not linear"));
    BOOST_TEST(
        says({.lca = {.penalty = {PenaltyKind::cel0, 0.5}, .gain = 0.5}, .settled_checks = 2}, "not linear"));
}

BOOST_AUTO_TEST_SUITE_END()
