#include "experiments/pudle/gradient_error.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>

#include "tests/small_runs.hpp"

using namespace assay;
using assay::testing::finish;

BOOST_AUTO_TEST_SUITE(gradient_error)

namespace {

harness::Result small(const char* precision) {
    return finish("pudle.gradient_error", {{"samples", std::int64_t{150}},
                                           {"slope_samples", std::int64_t{20}},
                                           {"layers", std::int64_t{60}},
                                           {"precision", std::string(precision)}});
}

double at(const harness::Result& result, const std::string& name, std::size_t i = 0) {
    return result.metrics.at(name).values.at(i);
}

}  // namespace

BOOST_AUTO_TEST_CASE(depths_rise_and_end_at_the_last_layer) {
    for (const std::size_t layers : {1u, 7u, 47u, 100u, 103u}) {
        const std::vector<std::size_t> depths = pudle::gradient_depths(layers);
        BOOST_TEST(depths.front() == 1u);
        BOOST_TEST(depths.back() == layers);
        BOOST_TEST(
            (std::adjacent_find(depths.begin(), depths.end(), std::greater_equal<>()) == depths.end()));
    }
}

BOOST_AUTO_TEST_CASE(gradients_approach_what_the_paper_says) {
    const harness::Result result = small("double");
    const std::size_t last = result.axes.at("depth").values.size() - 1;
    BOOST_TEST(at(result, "local_dec", last) < 0.1 * at(result, "local_dec"));
    BOOST_TEST(at(result, "local_lasso", last) < at(result, "local_dec", last));
    BOOST_TEST(at(result, "local_ls", last) > 10 * at(result, "local_dec", last));  // its bias stays
    BOOST_TEST(at(result, "global_ls", last) < at(result, "global_dec", last));
    const std::vector<double>& code = result.metrics.at("code_error").values;
    BOOST_TEST(std::is_sorted(code.rbegin(), code.rend()));
}

BOOST_AUTO_TEST_CASE(deep_decoder_gradient_is_as_far_from_the_global_one_as_the_local_one) {
    const harness::Result result = small("double");
    const std::size_t last = result.axes.at("depth").values.size() - 1;
    // Deep g_dec is the local direction, so its global error is the directions' distance.
    BOOST_TEST(std::abs(at(result, "global_dec", last) - at(result, "local_to_global")) <=
               at(result, "local_dec", last));
}

BOOST_AUTO_TEST_CASE(settled_samples_show_both_rates) {
    const harness::Result result = small("double");
    BOOST_TEST(at(result, "slope_fitted") > 0.5);
    std::vector<double> dec = result.metrics.at("slope_ratio_dec").values;
    std::vector<double> lasso = result.metrics.at("slope_ratio_lasso").values;
    std::nth_element(dec.begin(), dec.begin() + static_cast<std::ptrdiff_t>(dec.size() / 2), dec.end());
    std::nth_element(lasso.begin(), lasso.begin() + static_cast<std::ptrdiff_t>(lasso.size() / 2),
                     lasso.end());
    BOOST_TEST(dec[dec.size() / 2] == 1.0, boost::test_tools::tolerance(0.03));
    BOOST_TEST(lasso[lasso.size() / 2] == 1.95, boost::test_tools::tolerance(0.08));
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    const harness::Result wide = small("double"), narrow = small("float");
    // Sums of 150 samples in float: errors near 1e-6 of gradients of norm 1 or less.
    for (const char* name : {"local_dec", "local_lasso", "local_ls", "global_ls"}) {
        for (std::size_t i = 0; i < wide.axes.at("depth").values.size(); ++i) {
            BOOST_TEST(std::abs(at(wide, name, i) - at(narrow, name, i)) < 1e-5);
        }
    }
}

BOOST_AUTO_TEST_CASE(more_nonzeros_than_atoms_are_refused) {
    const harness::Params params =
        testing::complete("pudle.gradient_error", {{"nonzeros", std::int64_t{101}}});
    const std::vector<std::string> messages = harness::experiments().at("pudle.gradient_error").check(params);
    BOOST_REQUIRE(messages.size() == 1u);
    BOOST_TEST(messages[0] == "nonzeros = 101 is more than the number of atoms p = 100");
}

BOOST_AUTO_TEST_SUITE_END()
