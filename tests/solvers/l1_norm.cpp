#include "solvers/device/l1_norm.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "solvers/device/transfer.hpp"
#include "solvers/dictionary/synthetic.hpp"

using namespace assay::solvers;
namespace solvers = assay::solvers;

BOOST_AUTO_TEST_SUITE(l1_norm)

BOOST_AUTO_TEST_CASE(it_is_the_sum_of_sizes_for_every_remainder) {
    for (std::size_t rows = 0; rows < 20; ++rows) {
        const Array<Cpu, double> X = random_dictionary<Cpu, double>(rows, 3, rows);
        double sum = 0.0;
        for (std::size_t i = 0; i < X.size(); ++i) sum += std::abs(X.data()[i]);
        BOOST_TEST(solvers::l1_norm(X) == sum, boost::test_tools::tolerance(1e-14));
        // Each entry is rounded to float by at most 6e-8 of it.
        BOOST_TEST(solvers::l1_norm(to_device<Cpu, float>(X)) == sum, boost::test_tools::tolerance(1e-7));
    }
}

BOOST_AUTO_TEST_CASE(floats_are_summed_in_double) {
    Array<Cpu, float> X(1000, 1000);
    for (std::size_t i = 0; i < X.size(); ++i) X.data()[i] = i % 2 == 0 ? 0.1F : -0.1F;
    BOOST_TEST(solvers::l1_norm(X) == 1e6 * static_cast<double>(0.1F), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(nan_is_not_lost) {
    Array<Cpu, double> X(5, 5);
    X(3, 3) = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(std::isnan(solvers::l1_norm(X)));
}

BOOST_AUTO_TEST_SUITE_END()
