#include "solvers/dictionary/arora.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>

#include "solvers/device/random.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(arora)

namespace {
using Matrix = Array<Cpu, double>;

double total(std::size_t p, const std::vector<double>& cost, const std::vector<std::size_t>& order) {
    double sum = 0;
    for (std::size_t i = 0; i < p; ++i) sum += cost[i * p + order[i]];
    return sum;
}

double best_by_trying_all(std::size_t p, const std::vector<double>& cost) {
    std::vector<std::size_t> order(p);
    std::iota(order.begin(), order.end(), std::size_t{0});
    double best = total(p, cost, order);
    while (std::next_permutation(order.begin(), order.end())) best = std::min(best, total(p, cost, order));
    return best;
}
}  // namespace

BOOST_AUTO_TEST_CASE(assignment_is_as_good_as_the_best_permutation) {
    Random random(1, "assignment");
    for (std::size_t p = 1; p <= 6; ++p) {
        for (int trial = 0; trial < 60; ++trial) {
            std::vector<double> cost(p * p);
            // Every third matrix has small integers, and so ties.
            for (double& c : cost) c = trial % 3 == 0 ? std::floor(random.uniform(-2, 3)) : random.normal();
            const auto order = assign(p, cost);
            std::vector<std::size_t> sorted = order;
            std::sort(sorted.begin(), sorted.end());
            for (std::size_t i = 0; i < p; ++i) BOOST_TEST(sorted[i] == i);
            BOOST_TEST(std::abs(total(p, cost, order) - best_by_trying_all(p, cost)) < 1e-12);
        }
    }
}

BOOST_AUTO_TEST_CASE(assignment_refuses_what_it_cannot_rank) {
    const std::vector<double> three{1, 2, 3}, broken{1, std::nan(""), 0, 1};
    BOOST_CHECK_THROW(assign(2, three), assay::Error);
    BOOST_CHECK_THROW(assign(2, broken), assay::Error);
    BOOST_TEST(assign(0, {}).empty());
}

BOOST_AUTO_TEST_CASE(matching_undoes_a_permutation_and_signs) {
    const std::size_t p = 30;
    const Matrix truth = random_dictionary<Cpu, double>(12, p, 2);
    Matrix shuffled(12, p);
    for (std::size_t j = 0; j < p; ++j) {
        for (std::size_t l = 0; l < 12; ++l)
            shuffled(l, (7 * j + 5) % p) = (j % 3 == 0 ? -1.0 : 1.0) * truth(l, j);
    }
    const AtomMatch match = match_atoms(shuffled, truth);
    BOOST_TEST(relative_error(shuffled, truth) > 1.0);
    BOOST_TEST(relative_error(matched(shuffled, match), truth) < 1e-15);
    BOOST_TEST(std::abs(match.cost) < 1e-12);
    BOOST_CHECK_THROW(match_atoms(Matrix(12, 29), truth), assay::Error);
    BOOST_CHECK_THROW(matched(Matrix(12, 29), match), assay::Error);
}

namespace {
struct Pairwise {
    Matrix truth = orthogonal_dictionary<Cpu, double>(16, 6);
    CodeLaw law{.nonzeros = 2, .amplitude = Amplitude::normal, .signs = Signs::independent};
    Matrix held_out = draw_samples(truth, law, 0.0, 0, 300, 6).samples;
    Matrix X = draw_samples(truth, law, 0.0, 300, 3000, 6).samples;
};
}  // namespace

BOOST_AUTO_TEST_CASE(finds_every_atom_once_without_the_codes) {
    const Pairwise problem;
    const auto result = pairwise_initialisation({}, 16, problem.held_out, problem.X, 1);
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
    BOOST_TEST(
        distance(pairwise_initialisation({}, 16, problem.held_out, problem.X, 1).atoms, result.atoms) == 0.0);
    BOOST_TEST(distance(pairwise_initialisation({}, 16, problem.held_out, problem.X, 2).atoms, result.atoms) >
               0.1);
}

BOOST_AUTO_TEST_CASE(the_absolute_test_does_what_its_numbers_say) {
    const Pairwise problem;
    // For this law the top singular value of a pair that shares one atom is about (s / p) E[z^4] |z_u z_v|,
    // E[z^4] = 778.
    const PairwiseOptions options{.test = PairwiseTest::absolute,
                                  .first = 0.125 * 778 * 9,
                                  .second = 0.125 * 778 * 5,
                                  .max_pairs = 5000};
    const auto result = pairwise_initialisation(options, 16, problem.held_out, problem.X, 1);
    BOOST_TEST(relative_error(matched(result.atoms, match_atoms(result.atoms, problem.truth)),
                              problem.truth) < 0.25);
    PairwiseOptions impossible = options;
    impossible.first = 1e9;
    impossible.max_pairs = 20;
    BOOST_CHECK_EXCEPTION(pairwise_initialisation(impossible, 16, problem.held_out, problem.X, 1),
                          assay::Error, [](const assay::Error& error) {
                              return error.problem() == "found only 0 of 16 atoms in 20 pairs" &&
                                     error.hint().find("raise max_pairs") != std::string::npos;
                          });
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Pairwise problem;
    BOOST_CHECK_THROW(pairwise_initialisation({}, 16, Matrix(15, 10), problem.X, 1), assay::Error);
    BOOST_CHECK_THROW(pairwise_initialisation({}, 16, problem.held_out, Matrix(), 1), assay::Error);
    BOOST_CHECK_THROW(pairwise_initialisation({}, 1, problem.held_out, problem.X, 1), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
