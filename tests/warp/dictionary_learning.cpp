#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>

#include "tests/warp/small_warp.hpp"

using namespace assay;
using testing::values;

BOOST_AUTO_TEST_SUITE(dictionary_learning)

BOOST_AUTO_TEST_CASE(learning_lowers_the_energy_and_keeps_atoms_at_length_1) {
    const auto result =
        testing::finish("warp.dictionary", testing::small_warp({{"dictionary_batches", std::int64_t{40}},
                                                                {"hebbian_rate", 0.1},
                                                                {"judged_iterations", std::int64_t{100}}}));
    BOOST_TEST(values(result, "energy")[0] < 0.8 * values(result, "random_energy")[0]);
    BOOST_TEST(values(result, "largest_norm_error")[0] < 1e-6);
    BOOST_TEST(values(result, "batch_energy").size() == 40u);
    const auto& shares = values(result, "use_share");
    BOOST_TEST(std::abs(std::accumulate(shares.begin(), shares.end(), 0.0) - 1.0) < 1e-12);
    BOOST_TEST(std::is_sorted(shares.rbegin(), shares.rend()));
    BOOST_TEST(values(result, "atom_pictures").size() == 8u * 25 * 3);
}

BOOST_AUTO_TEST_CASE(no_batch_leaves_the_random_dictionary) {
    const auto result =
        testing::finish("warp.dictionary", testing::small_warp({{"dictionary_batches", std::int64_t{0}},
                                                                {"judged_iterations", std::int64_t{50}}}));
    BOOST_TEST(values(result, "energy")[0] == values(result, "random_energy")[0]);
}

BOOST_AUTO_TEST_CASE(a_repeat_gives_the_same_bits) {
    const auto params = testing::small_warp({{"judged_iterations", std::int64_t{30}}});
    BOOST_TEST(testing::same_bits(testing::finish("warp.dictionary", params),
                                  testing::finish("warp.dictionary", params)));
}

BOOST_AUTO_TEST_SUITE_END()
