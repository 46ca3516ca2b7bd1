#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "solvers/convolutional/ista.hpp"
#include "solvers/convolutional/lca.hpp"
#include "solvers/sparse/ista.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/convolution_reference.hpp"

using namespace assay::solvers;
using namespace assay::testing;

namespace solvers = assay::solvers;

BOOST_AUTO_TEST_SUITE(convolutional_ista)

namespace {
const Geometry g({.atoms = 8, .kernel = 5, .stride = 2}, {2, 9, 12});

struct Problem {
    Array<Cpu, double> D = draw_atoms<double>(g);
    AtomBank<Cpu, double> atoms{g, D};
    Images<Cpu, double> images = draw_images<double>(g.image, 3);
};
}  // namespace

BOOST_AUTO_TEST_CASE(steps_are_those_of_ista_on_the_explicit_matrix) {
    const Problem problem;
    const auto Phi = explicit_operator(g, problem.D);
    for (const bool accelerated : {false, true}) {
        for (const bool nonnegative : {false, true}) {
            const auto found =
                solvers::convolutional_ista<Cpu, double>({.penalty = {PenaltyKind::l1, 0.3, 0.0, nonnegative},
                                                          .accelerated = accelerated,
                                                          .step = 0.05,
                                                          .max_iterations = 60},
                                                         problem.atoms, problem.images);
            const auto expected =
                ista<Cpu, double>({.lambda = 0.3,
                                   .shrinkage = nonnegative ? Shrinkage::soft_one_sided : Shrinkage::soft,
                                   .accelerated = accelerated,
                                   .step = 0.05,
                                   .max_iterations = 60},
                                  Phi, on_canvas(g, problem.images).data);
            BOOST_TEST(norm(found.codes.data) > 1.0);
            BOOST_TEST(distance(found.codes.data, expected.codes) < 1e-12);
        }
    }
}

BOOST_AUTO_TEST_CASE(fista_and_lca_end_at_the_same_minimum) {
    const Problem problem;
    const Penalty penalty{PenaltyKind::l1, 0.3};
    const auto fista = solvers::convolutional_ista<Cpu, double>(
        {.penalty = penalty, .accelerated = true, .max_iterations = 20000, .tolerance = 1e-12}, problem.atoms,
        problem.images);
    BOOST_TEST(fista.converged);
    const auto dynamics =
        lca<Cpu, double>({.penalty = penalty, .tau = 20, .max_iterations = 20000, .tolerance = 1e-11},
                         problem.atoms, problem.images);
    for (std::size_t i = 0; i < 3; ++i)
        BOOST_TEST(fista.energy[i] == dynamics.readings[i].energy(), boost::test_tools::tolerance(1e-10));
}

BOOST_AUTO_TEST_CASE(no_step_raises_an_energy) {
    const Problem problem;
    for (const Penalty& penalty : {Penalty{PenaltyKind::l1, 0.3}, Penalty{PenaltyKind::l0, 0.6},
                                   Penalty{PenaltyKind::cel0, 0.6}, Penalty{PenaltyKind::half, 0.4}}) {
        std::vector<double> before(3, std::numeric_limits<double>::infinity());
        solvers::convolutional_ista<Cpu, double>({.penalty = penalty, .max_iterations = 80, .check_every = 1},
                                                 problem.atoms, problem.images,
                                                 [&](const ConvolutionalIstaProgress<Cpu, double>& progress) {
                                                     for (std::size_t i = 0; i < 3; ++i)
                                                         BOOST_TEST(progress.energy[i] <= before[i] + 1e-12);
                                                     before = progress.energy;
                                                 });
    }
}

BOOST_AUTO_TEST_CASE(a_run_goes_on_where_it_ended) {
    const Problem problem;
    ConvolutionalIstaOptions options{.penalty = {PenaltyKind::l0, 0.6}, .max_iterations = 40};
    const auto whole = solvers::convolutional_ista(options, problem.atoms, problem.images);
    options.max_iterations = 20;
    const auto first = solvers::convolutional_ista(options, problem.atoms, problem.images);
    const auto second = solvers::convolutional_ista(options, problem.atoms, problem.images, {}, first.codes);
    BOOST_TEST(distance(whole.codes.data, second.codes.data) == 0.0);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem problem;
    const auto says = [](const auto& call, const char* text) {
        return message_of(call).find(text) != std::string::npos;
    };
    const auto run = [&](const ConvolutionalIstaOptions& options) {
        return solvers::convolutional_ista(options, problem.atoms, problem.images);
    };
    BOOST_TEST(says([&] { run({.step = -1}); }, "not a valid choice"));
    BOOST_TEST(says([&] { run({.check_every = 0}); }, "not a valid choice"));
    BOOST_TEST(says([&] { run({.penalty = {PenaltyKind::l1, -1}}); }, "not a valid penalty"));
    BOOST_CHECK_THROW(run({.step = 50, .max_iterations = 2000}), assay::Diverged);
    Images<Cpu, double> broken = problem.images.copy();
    broken.data.data()[2] = std::nan("");
    BOOST_TEST(says([&] { solvers::convolutional_ista({}, problem.atoms, broken); }, "NaN or Inf"));
}

BOOST_AUTO_TEST_SUITE_END()
