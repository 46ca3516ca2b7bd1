#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/warp/small_warp.hpp"

using namespace assay;
using testing::values;

namespace {

harness::Params small(const harness::Params& more = {}) {
    harness::Params all = testing::small_predictor({{"slow_tau", 40.0},
                                                    {"reference_time", 10.0},
                                                    {"pictured_iteration", std::int64_t{10}},
                                                    {"clocked_iterations", std::int64_t{3}}});
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

const harness::Result& result() {
    static const harness::Result made = testing::finish("warp.convergence", small());
    return made;
}

/// A metric's value after `iteration` iterations with the first time constant.
double at(const std::string& metric, double iteration, std::size_t image) {
    const std::vector<double>& looks = result().axes.at("iteration").values;
    const auto k = static_cast<std::size_t>(std::find(looks.begin(), looks.end(), iteration) - looks.begin());
    return values(result(), metric).at(k * 5 + image);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(convergence)

BOOST_AUTO_TEST_CASE(an_arm_ends_where_its_trace_does) {
    for (const std::string arm : {"cold", "warm", "scaled", "soft_first", "restart", "continuation"}) {
        for (std::size_t i = 0; i < 5; ++i) {
            BOOST_TEST(values(result(), arm + "_final_energy")[i] == at(arm + "_energy", 200, i));
            BOOST_TEST(values(result(), arm + "_final_psnr")[i] == at(arm + "_psnr", 200, i));
            BOOST_TEST(values(result(), arm + "_final_nonzeros")[i] == at(arm + "_nonzeros", 200, i));
        }
    }
}

BOOST_AUTO_TEST_CASE(cold_starts_at_the_zero_code) {
    for (std::size_t i = 0; i < 5; ++i) {
        BOOST_TEST(at("cold_nonzeros", 0, i) == 0.0);
        // Half of the sum over 3 x 16 x 16 entries of an image of variance 1, in float.
        BOOST_TEST(std::abs(at("cold_energy", 0, i) - 384) < 1e-3);
        BOOST_TEST(at("cold_energy", 200, i) < 384);
    }
}

BOOST_AUTO_TEST_CASE(cold_settles_before_its_own_end) {
    const std::vector<double>& settled = values(result(), "cold_settled");
    for (std::size_t i = 0; i < 5; ++i) BOOST_TEST(settled[i] < 200);   // tau = 20
    for (std::size_t i = 5; i < 10; ++i) BOOST_TEST(settled[i] < 400);  // tau = 40
}

BOOST_AUTO_TEST_CASE(the_slow_time_constant_has_three_arms_and_its_own_end) {
    BOOST_TEST(values(result(), "continuation_final_energy").size() == 10u);
    BOOST_TEST(!std::isnan(values(result(), "continuation_final_energy")[9]));
    BOOST_TEST(std::isnan(values(result(), "restart_final_energy")[9]));
    BOOST_TEST(result().axes.at("iteration").values.back() == 400);
}

BOOST_AUTO_TEST_CASE(a_pass_of_the_network_is_counted) {
    const double pass = values(result(), "pass_equivalents")[0];
    // By hand: 8 x 75 multiply-adds a position for the first layer, 8 x 32 x 9, 32 x 32 x 9, 32 x 8.
    BOOST_TEST(std::abs(pass - (600.0 + 2304 + 9216 + 256) / 600) < 1e-12);
    const std::vector<double>&own = values(result(), "own_cost"), &warm = values(result(), "warm_cost");
    for (std::size_t k = 0; k < own.size(); ++k) BOOST_TEST(warm[k] == own[k] + pass);
    // At equal cost WARP-LCA has done fewer iterations: its energy lies between two of its looks.
    const double equal = at("warm_equal_cost_energy", 200, 0);
    const double before = at("warm_energy", 150, 0), after = at("warm_energy", 200, 0);
    BOOST_TEST((std::min(before, after) <= equal && equal <= std::max(before, after)));
    BOOST_TEST(std::isnan(at("warm_equal_cost_energy", 20, 0)));  // the pass costs more than 20
}

BOOST_AUTO_TEST_CASE(measures_are_sound) {
    for (const std::string arm : {"cold", "warm", "continuation"}) {
        for (std::size_t i = 0; i < 5; ++i) {
            BOOST_TEST((at(arm + "_ssim", 200, i) > -1 && at(arm + "_ssim", 200, i) <= 1));
            BOOST_TEST((at(arm + "_psnr", 200, i) > 5 && at(arm + "_psnr", 200, i) < 60));
            BOOST_TEST(at(arm + "_nonzeros", 200, i) > 0);
        }
    }
    for (const double pixel : values(result(), "pictures")) BOOST_TEST((pixel >= 0 && pixel <= 1));
    BOOST_TEST(values(result(), "clocked_sweeps")[0] == 15);
}

BOOST_AUTO_TEST_CASE(a_repeat_gives_the_same_bits_and_another_seed_others) {
    const harness::Params brief = small({{"reference_time", 1.0}, {"slow_tau", 0.0}});
    const auto first = testing::finish("warp.convergence", brief);
    BOOST_TEST(testing::same_bits(first, testing::finish("warp.convergence", brief)));
    BOOST_TEST(!testing::same_bits(first, testing::finish("warp.convergence", brief, 2)));
}

BOOST_AUTO_TEST_CASE(parameters_that_do_not_go_together_are_refused) {
    const auto messages = [](const harness::Params& more) {
        return testing::experiment_named("warp.convergence")
            .check(testing::complete("warp.convergence", small(more)));
    };
    BOOST_TEST(messages({}).empty());
    BOOST_TEST(messages({{"kernel", std::int64_t{4}}}).at(0).starts_with("kernel = 4 is even"));
    BOOST_TEST(messages({{"kernel", std::int64_t{17}}}).at(0) ==
               "kernel = 17 is larger than the images, 16 x 16");
    BOOST_TEST(messages({{"pictured_iteration", std::int64_t{12}}})
                   .at(0)
                   .starts_with(
                       "pictured_iteration = 12 is none of those that are recorded before the end: 0, 1, 2"));
    BOOST_TEST(messages({{"pictured_iteration", std::int64_t{200}}}).size() == 1u);
    BOOST_TEST(messages({{"slow_tau", 20.0}}).at(0) ==
               "slow_tau = 20 is tau once more; give another one, or 0");
}

BOOST_AUTO_TEST_SUITE_END()
