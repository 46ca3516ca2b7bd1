#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/warp/interpolation.hpp"
#include "tests/message_of.hpp"
#include "tests/warp/small_warp.hpp"

using namespace assay;
using testing::values;

namespace {

const harness::Params& small() {
    static const harness::Params params = testing::small_predictor({{"reference_time", 30.0}});
    return params;
}
const harness::Result& result() {
    static const harness::Result made = testing::finish("warp.transfer", small());
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(transfer)

BOOST_AUTO_TEST_CASE(a_curve_is_read_between_and_beyond_its_points) {
    using warp::on_curve;
    BOOST_TEST(on_curve({{3, 30}, {1, 10}, {2, 40}}, 1.5) == 25);
    BOOST_TEST(on_curve({{3, 30}, {1, 10}, {2, 40}}, 2.5) == 35);
    BOOST_TEST(on_curve({{3, 30}, {1, 10}, {2, 40}}, 0) == -20);
    BOOST_TEST(on_curve({{3, 30}, {1, 10}, {2, 40}}, 4) == 20);
    BOOST_TEST(on_curve({{1, 10}, {1, 20}}, 7) == 15);  // one point, twice
    BOOST_TEST(testing::message_of([] { on_curve({}, 1); }) ==
               "on_curve: a curve without points has no height");
}

BOOST_AUTO_TEST_CASE(the_convex_problem_has_one_minimum) {
    const auto &cold = values(result(), "soft_cold_final_energy"),
               &warm = values(result(), "soft_warm_final_energy");
    for (std::size_t i = 0; i < cold.size(); ++i) BOOST_TEST(std::abs(warm[i] - cold[i]) < 1e-3 * cold[i]);
}

BOOST_AUTO_TEST_CASE(every_rule_descends_its_own_energy) {
    for (const std::string rule : {"cel0", "half", "soft"}) {
        const auto &traced = values(result(), rule + "_cold_energy"),
                   &last = values(result(), rule + "_cold_final_energy");
        for (std::size_t i = 0; i < last.size(); ++i) {
            BOOST_TEST(last[i] < traced[i]);  // than at iteration 0
            BOOST_TEST(last[i] == traced[traced.size() - last.size() + i]);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_higher_threshold_leaves_fewer_nonzeros) {
    const auto& nonzeros = values(result(), "cold_nonzeros");  // 4 lambdas x 3 stops x 5 images
    for (std::size_t i = 0; i < 5; ++i) BOOST_TEST(nonzeros[2 * 5 + i] > nonzeros[(3 * 3 + 2) * 5 + i]);
}

BOOST_AUTO_TEST_CASE(a_repeat_gives_the_same_bits) {
    BOOST_TEST(testing::same_bits(result(), testing::finish("warp.transfer", small())));
}

BOOST_AUTO_TEST_SUITE_END()
