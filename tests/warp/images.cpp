#include "experiments/warp/images.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/random.hpp"
#include "tests/message_of.hpp"
#include "tests/small_runs.hpp"

using namespace assay;
using solvers::Cpu;

namespace {

solvers::Images<Cpu, float> pixels(std::size_t count) {
    solvers::Images<Cpu, float> images({3, 12, 11}, count);
    solvers::Random random(3, "pixels");
    for (std::size_t k = 0; k < images.data.size(); ++k)
        images.data.data()[k] = static_cast<float>(random.uniform(0.2, 0.9));
    return images;
}

harness::Run run_of(harness::Params params, std::uint64_t seed = 1) {
    params["data"] = std::string("made");
    params["side"] = std::int64_t{12};
    return {testing::experiment_named("warp.dictionary"), testing::complete("warp.dictionary", params), seed,
            "cpu"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(images)

BOOST_AUTO_TEST_CASE(each_image_gets_mean_0_and_variance_1_on_its_own) {
    const auto set = warp::standardise<Cpu>(pixels(5));
    for (std::size_t i = 0; i < set.count(); ++i) {
        double sum = 0.0, squares = 0.0;
        for (const float value : set.standardised.data.column(i)) {
            sum += static_cast<double>(value);
            squares += static_cast<double>(value) * static_cast<double>(value);
        }
        // Values are rounded to float: 396 of them, each to 1e-7 of about 1.
        BOOST_TEST(std::abs(sum / 396) < 1e-7);
        BOOST_TEST(std::abs(squares / 396 - 1) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(what_was_done_to_an_image_is_undone) {
    const auto set = warp::standardise<Cpu>(pixels(5));
    const auto back = warp::seen(set.standardised, set.scales);
    for (std::size_t k = 0; k < back.data.size(); ++k) {
        // Two roundings to float of numbers below 4 deviations, each below 0.3: at most 2e-7.
        BOOST_TEST(std::abs(back.data.data()[k] - set.pixels.data.data()[k]) < 2e-7F);
    }
}

BOOST_AUTO_TEST_CASE(a_constant_image_is_zero_and_comes_back_exactly) {
    solvers::Images<Cpu, float> flat({1, 11, 11}, 1);
    std::fill_n(flat.data.data(), flat.data.size(), 0.375F);
    const auto set = warp::standardise<Cpu>(std::move(flat));
    for (const float value : set.standardised.data.column(0)) BOOST_TEST(value == 0.0F);
    const auto back = warp::seen(set.standardised, set.scales);
    for (const float value : back.data.column(0)) BOOST_TEST(value == 0.375F);
}

BOOST_AUTO_TEST_CASE(pixels_that_a_code_puts_beyond_black_and_white_are_clipped) {
    auto set = warp::standardise<Cpu>(pixels(2));
    for (std::size_t k = 0; k < set.standardised.data.size(); ++k) set.standardised.data.data()[k] *= 100.0F;
    const auto back = warp::seen(set.standardised, set.scales);
    const auto [low, high] = std::minmax_element(back.data.data(), back.data.data() + back.data.size());
    BOOST_TEST(*low == 0.0F);
    BOOST_TEST(*high == 1.0F);
}

BOOST_AUTO_TEST_CASE(columns_of_a_set_keep_image_and_scale_together) {
    const auto set = warp::standardise<Cpu>(pixels(6));
    const auto part = set.columns(2, 3);
    BOOST_TEST(part.count() == 3u);
    BOOST_TEST(part.scales[0].mean == set.scales[2].mean);
    BOOST_TEST(part.standardised.data(7, 1) == set.standardised.data(7, 3));
    BOOST_TEST(part.pixels.data(7, 1) == set.pixels.data(7, 3));
}

BOOST_AUTO_TEST_CASE(made_images_depend_on_the_seed_and_the_part_alone) {
    harness::Run one = run_of({}), other = run_of({}, 2);
    const auto a = warp::training_images<Cpu>(one, 3), b = warp::training_images<Cpu>(one, 2);
    BOOST_TEST((a.columns(0, 2).pixels.data.to_host() == b.pixels.data.to_host()));
    BOOST_TEST((warp::test_images<Cpu>(one, 2).pixels.data.to_host() != b.pixels.data.to_host()));
    BOOST_TEST((warp::training_images<Cpu>(other, 2).pixels.data.to_host() != b.pixels.data.to_host()));
    for (const float value : a.pixels.data.to_host()) BOOST_TEST((value >= 0.0F && value <= 1.0F));
}

BOOST_AUTO_TEST_SUITE_END()
