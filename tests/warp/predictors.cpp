#include <boost/test/unit_test.hpp>

#include "tests/warp/small_warp.hpp"

using namespace assay;
using testing::values;

namespace {

const harness::Params& small() {
    static const harness::Params params = testing::small_predictor({{"epochs", std::int64_t{2}}});
    return params;
}
const std::string variants[] = {"states", "activations", "mse", "wlap", "corr", "small", "large"};

}  // namespace

BOOST_AUTO_TEST_SUITE(predictors)

BOOST_AUTO_TEST_CASE(every_variant_is_trained_and_judged) {
    const auto result = testing::finish("warp.predictors", small());
    for (const std::string& name : variants) {
        BOOST_TEST_INFO(name);
        BOOST_TEST(values(result, name + "_loss").size() == 2u);
        BOOST_TEST(values(result, name + "_energy").size() == 5u * 5);
        const double precision = values(result, name + "_precision")[0],
                     recall = values(result, name + "_recall")[0];
        BOOST_TEST((precision >= 0 && precision <= 1 && recall >= 0 && recall <= 1));
        BOOST_TEST(values(result, name + "_rmse")[0] > 0);
    }
    BOOST_TEST(values(result, "small_parameters")[0] == values(result, "states_parameters")[0]);
    BOOST_TEST(values(result, "large_parameters")[0] > values(result, "small_parameters")[0]);
    // The parameters ask for the small network, so that variant is the first once more, to the bit.
    BOOST_TEST(values(result, "small_energy") == values(result, "states_energy"),
               boost::test_tools::per_element());
    BOOST_TEST(values(result, "mse_energy") != values(result, "states_energy"));
    BOOST_TEST(values(result, "wlap_energy") != values(result, "states_energy"));
    BOOST_TEST(values(result, "corr_energy") != values(result, "states_energy"));
}

BOOST_AUTO_TEST_CASE(a_repeat_gives_the_same_bits) {
    BOOST_TEST(testing::same_bits(testing::finish("warp.predictors", small()),
                                  testing::finish("warp.predictors", small())));
}

BOOST_AUTO_TEST_SUITE_END()
