#include "solvers/dictionary/measures.hpp"

#include <boost/test/unit_test.hpp>

#include "solvers/dictionary/synthetic.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(measures)

namespace {
using Matrix = Array<Cpu, double>;
}

BOOST_AUTO_TEST_CASE(coherence_is_the_largest_cosine) {
    Matrix pair(2, 3);
    pair(0, 0) = 2.0;
    pair(1, 1) = 3.0;
    pair(0, 2) = -3.0;
    pair(1, 2) = 4.0;
    BOOST_TEST(coherence(pair) == 0.8, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(the_relative_error_ignores_the_atoms_lengths_and_minds_their_signs) {
    const Matrix D = random_dictionary<Cpu, double>(6, 8, 1);
    Matrix longer = D.copy(), flipped = D.copy();
    scale(3.0, longer);
    scale(-1.0, flipped);
    BOOST_TEST(relative_error(longer, D) < 1e-15);
    // ||-D - D|| / ||D|| = 2.
    BOOST_TEST(relative_error(flipped, D) == 2.0, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_SUITE_END()
