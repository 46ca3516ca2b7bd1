#include "solvers/dictionary/matching.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>

#include "solvers/device/random.hpp"
#include "solvers/dictionary/measures.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(matching)

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

BOOST_AUTO_TEST_SUITE_END()
