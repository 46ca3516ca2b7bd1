#include "solvers/dictionary/pairwise_initialisation.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/dictionary/matching.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"

using namespace assay;
using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(pairwise_initialisation)

namespace {
using Matrix = Array<Cpu, double>;

struct Pairwise {
    Matrix truth = orthogonal_dictionary<Cpu, double>(16, 6);
    CodeLaw law{.nonzeros = 2, .amplitude = Amplitude::normal, .signs = Signs::independent};
    Matrix held_out = draw_samples(truth, law, 0.0, 0, 300, 6).samples;
    Matrix X = draw_samples(truth, law, 0.0, 300, 3000, 6).samples;
};
}  // namespace

BOOST_AUTO_TEST_CASE(finds_every_atom_once_without_the_codes) {
    const Pairwise problem;
    const auto result = solvers::pairwise_initialisation({}, 16, problem.held_out, problem.X, 1);
    const Matrix ordered = matched(result.atoms, match_atoms(result.atoms, problem.truth));
    // The other atoms' share is (s / p) E[z^2]^2 / E[z^4] = 0.11 at most and averages out over signs.
    BOOST_TEST(relative_error(ordered, problem.truth) < 0.25);
    const Matrix G = gram(result.atoms);
    const double separation = 2.0 / std::log(16.0);
    for (std::size_t i = 0; i < 16; ++i) {
        BOOST_TEST(std::abs(G(i, i) - 1.0) < 1e-12);
        for (std::size_t j = 0; j < i; ++j)
            BOOST_TEST(2.0 - 2.0 * std::abs(G(i, j)) >= separation * separation);
    }
    BOOST_TEST(result.pairs >= 16U);
    // The same seed draws the same pairs, another one others.
    BOOST_TEST(distance(solvers::pairwise_initialisation({}, 16, problem.held_out, problem.X, 1).atoms,
                        result.atoms) == 0.0);
    BOOST_TEST(distance(solvers::pairwise_initialisation({}, 16, problem.held_out, problem.X, 2).atoms,
                        result.atoms) > 0.1);
}

BOOST_AUTO_TEST_CASE(the_absolute_test_does_what_its_numbers_say) {
    const Pairwise problem;
    // For this law the top singular value of a pair that shares one atom is about (s / p) E[z^4] |z_u z_v|,
    // E[z^4] = 778.
    const PairwiseOptions options{.test = PairwiseTest::absolute,
                                  .first = 0.125 * 778 * 9,
                                  .second = 0.125 * 778 * 5,
                                  .max_pairs = 5000};
    const auto result = solvers::pairwise_initialisation(options, 16, problem.held_out, problem.X, 1);
    BOOST_TEST(relative_error(matched(result.atoms, match_atoms(result.atoms, problem.truth)),
                              problem.truth) < 0.25);
    PairwiseOptions impossible = options;
    impossible.first = 1e9;
    impossible.max_pairs = 20;
    BOOST_CHECK_EXCEPTION(solvers::pairwise_initialisation(impossible, 16, problem.held_out, problem.X, 1),
                          assay::Error, [](const assay::Error& error) {
                              return error.problem() == "found only 0 of 16 atoms in 20 pairs" &&
                                     error.hint().find("raise max_pairs") != std::string::npos;
                          });
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Pairwise problem;
    BOOST_CHECK_THROW(solvers::pairwise_initialisation({}, 16, Matrix(15, 10), problem.X, 1), assay::Error);
    BOOST_CHECK_THROW(solvers::pairwise_initialisation({}, 16, problem.held_out, Matrix(), 1), assay::Error);
    BOOST_CHECK_THROW(solvers::pairwise_initialisation({}, 1, problem.held_out, problem.X, 1), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
