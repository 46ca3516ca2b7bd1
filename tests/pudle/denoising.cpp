#include "experiments/pudle/denoising.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "tests/message_of.hpp"
#include "tests/small_runs.hpp"

using namespace assay;
using assay::testing::message_of;

BOOST_AUTO_TEST_SUITE(denoising)

namespace {

/// Pixel (y, x) is 10 y + x.
datasets::Image numbered(std::size_t height, std::size_t width) {
    datasets::Image image{1, height, width, {}};
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x) image.pixels.push_back(static_cast<std::uint8_t>(10 * y + x));
    return image;
}

std::vector<std::string> complaints(const harness::Params& params) {
    const auto& experiment = testing::experiment_named("pudle.denoising");
    return experiment.check(testing::complete("pudle.denoising", params));
}

}  // namespace

BOOST_AUTO_TEST_CASE(psnr_is_that_of_the_images_own_peak_and_of_clamped_pixels) {
    const std::vector<double> clean{0.5, 0.25, 0.0, 0.5};
    // A mean squared error of 0.01 below a peak of 0.5: 20 log10(0.5 / 0.1).
    const std::vector<double> off{0.6, 0.15, 0.1, 0.4};
    BOOST_TEST(std::abs(pudle::psnr(off, clean) - 20 * std::log10(5.0)) < 1e-12);
    // What lies outside [0, 1] costs no more than the nearest value inside.
    const std::vector<double> outside{0.5, 0.25, -3.0, 0.5}, white{2.0, 0.25, 0.0, 0.5},
        one{1.0, 0.25, 0.0, 0.5};
    BOOST_TEST(std::isinf(pudle::psnr(outside, clean)));
    BOOST_TEST(pudle::psnr(white, clean) == pudle::psnr(one, clean));
    const std::vector<double> black{0, 0}, two{0.1, 0.1};
    BOOST_TEST(message_of([&] { pudle::psnr(two, black); }).find("is black") != std::string::npos);
    BOOST_TEST(message_of([&] { pudle::psnr(two, clean); }).find("2 restored pixels for 4") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_random_part_is_a_crop_in_one_of_four_orientations) {
    const datasets::Image image = numbered(5, 8);
    std::vector<bool> seen(4 * 3 * 6, false);
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
        solvers::Random random(seed, "crop");
        const datasets::Image part = pudle::random_part(image, 3, random);
        BOOST_REQUIRE(part.height == 3 && part.width == 3);
        const int along_x = part.pixels[1] - part.pixels[0], along_y = part.pixels[3] - part.pixels[0];
        BOOST_REQUIRE(std::abs(along_x) == 1 && std::abs(along_y) == 10);
        for (int y = 0; y < 3; ++y)
            for (int x = 0; x < 3; ++x)
                BOOST_REQUIRE(part.pixels[static_cast<std::size_t>(3 * y + x)] ==
                              part.pixels[0] + along_x * x + along_y * y);
        const auto corner =
            static_cast<std::size_t>(*std::min_element(part.pixels.begin(), part.pixels.end()));
        BOOST_REQUIRE((corner / 10 < 3 && corner % 10 < 6));
        seen[(corner / 10 * 6 + corner % 10) * 4 + (along_x > 0 ? 2 : 0) + (along_y > 0 ? 1 : 0)] = true;
    }
    // Each of the 72 outcomes is missed by 2000 draws with probability exp(-28).
    BOOST_TEST(std::count(seen.begin(), seen.end(), true) == 72);
    solvers::Random random(1, "crop");
    BOOST_TEST(message_of([&] { pudle::random_part(image, 6, random); }).find("5 x 8 has no part of 6 x 6") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(filters_must_cover_crops_and_photographs) {
    BOOST_TEST(complaints({}).empty());
    BOOST_TEST(complaints({{"crop", std::int64_t{33}}}).empty());
    const auto crop = complaints({{"crop", std::int64_t{130}}});
    BOOST_REQUIRE(crop.size() == 1u);
    BOOST_TEST(crop[0] == "filters of kernel = 9 at stride = 4 do not cover crops 130 pixels wide");
    BOOST_TEST(complaints({{"kernel", std::int64_t{8}}}).size() == 3u);
    BOOST_TEST(complaints({{"kernel", std::int64_t{1}}, {"stride", std::int64_t{2}}}).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
