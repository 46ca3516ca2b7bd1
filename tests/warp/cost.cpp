#include <boost/test/unit_test.hpp>

#include "tests/warp/small_warp.hpp"

using namespace assay;
using testing::values;

namespace {

harness::Result cost_of(const char* work) {
    return testing::finish("warp.cost", testing::small_warp({{"dictionary_batches", std::int64_t{1}},
                                                             {"work", std::string(work)},
                                                             {"repeats", std::int64_t{2}}}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cost)

BOOST_AUTO_TEST_CASE(multiply_adds_are_those_counted_by_hand) {
    // 64 positions of 8 atoms with 75 entries each.
    const auto iteration = cost_of("iteration");
    BOOST_TEST(values(iteration, "multiply_adds")[0] == 64.0 * 8 * 75);
    BOOST_TEST(values(iteration, "done")[0] == 10.0);
    // The first layer, 3 x 3 from 8 to 32, 3 x 3 from 32 to 32, 1 x 1 from 32 to 8.
    const auto pass = cost_of("small");
    BOOST_TEST(values(pass, "multiply_adds")[0] == 64.0 * (8 * 75 + 8 * 32 * 9 + 32 * 32 * 9 + 32 * 8));
    BOOST_TEST(values(pass, "done")[0] == 10.0);
    BOOST_TEST(values(pass, "parameters")[0] == 8 * 76.0 + 32 * 73.0 + 32 * 289.0 + 8 * 33.0);
}

BOOST_AUTO_TEST_SUITE_END()
