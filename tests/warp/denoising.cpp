#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/warp/noise.hpp"
#include "tests/warp/small_warp.hpp"

using namespace assay;
using solvers::Cpu;
using testing::values;

namespace {

harness::Params small(const harness::Params& more = {}) {
    harness::Params all = testing::small_predictor({{"validation_images", std::int64_t{3}},
                                                    {"iterations", std::int64_t{30}},
                                                    {"warm_iterations", std::int64_t{5}}});
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(denoising)

BOOST_AUTO_TEST_CASE(noise_has_its_deviation_and_leaves_the_clean_image_for_the_judgement) {
    solvers::Images<Cpu, float> clean({3, 32, 32}, 4);
    for (std::size_t e = 0; e < clean.data.size(); ++e)
        clean.data.data()[e] = 0.5F + 0.001F * static_cast<float>(e % 97);
    const auto set = warp::noisy<Cpu>(clean, 0.1, 3, "test");
    BOOST_TEST(set.pixels.data.to_host() == clean.data.to_host(), boost::test_tools::per_element());
    double squares = 0.0;
    for (std::size_t i = 0; i < 4; ++i) {
        for (std::size_t e = 0; e < clean.shape.size(); ++e) {
            const double value = set.scales[i].mean +
                                 set.scales[i].deviation * static_cast<double>(set.standardised.data(e, i));
            squares += std::pow(value - static_cast<double>(clean.data(e, i)), 2);
        }
    }
    // 12 288 draws: the deviation's own is 0.6 % of it.
    BOOST_TEST(std::abs(std::sqrt(squares / 12288) / 0.1 - 1) < 0.03);
    BOOST_TEST((warp::noisy<Cpu>(clean, 0.1, 3, "test").standardised.data.to_host() ==
                set.standardised.data.to_host()));
    BOOST_TEST((warp::noisy<Cpu>(clean, 0.1, 3, "validation").standardised.data.to_host() !=
                set.standardised.data.to_host()));
}

BOOST_AUTO_TEST_CASE(thresholds_are_the_best_of_the_validation) {
    const auto result = testing::finish("warp.denoising", small());
    const std::vector<double>& tried = result.axes.at("threshold").values;
    for (const std::string arm : {"cold", "warm"}) {
        const auto &psnr = values(result, arm + "_validation"), &chosen = values(result, arm + "_threshold");
        for (std::size_t n = 0; n < 4; ++n) {
            const auto first = psnr.begin() + static_cast<std::ptrdiff_t>(n * tried.size());
            const auto best =
                std::max_element(first, first + static_cast<std::ptrdiff_t>(tried.size()),
                                 [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
            BOOST_TEST(chosen[n] == tried[static_cast<std::size_t>(best - first)]);
        }
    }
    // More noise, less PSNR; noise of 10 of 255 has 28.1 dB but for what lies beyond black and white.
    const auto& noisy = values(result, "noisy_psnr");
    for (std::size_t n = 1; n < 4; ++n) BOOST_TEST(noisy[n] < noisy[n - 1]);
    BOOST_TEST(std::abs(noisy[0] - 28.13) < 0.5);
    for (const double pixel : values(result, "pictures")) BOOST_TEST((pixel >= 0 && pixel <= 1));
    BOOST_TEST(testing::same_bits(result, testing::finish("warp.denoising", small())));
}

BOOST_AUTO_TEST_CASE(warm_iterations_must_be_recorded_ones) {
    const auto messages = [](const harness::Params& more) {
        return testing::experiment_named("warp.denoising")
            .check(testing::complete("warp.denoising", small(more)));
    };
    BOOST_TEST(messages({}).empty());
    BOOST_TEST(
        messages({{"warm_iterations", std::int64_t{6}}}).at(0).starts_with("warm_iterations = 6 is none of"));
}

BOOST_AUTO_TEST_SUITE_END()
