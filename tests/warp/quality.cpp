#include "experiments/warp/quality.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "solvers/device/random.hpp"
#include "tests/message_of.hpp"

using namespace assay;
using solvers::ImageShape;

namespace {

std::vector<float> drawn(std::size_t count, std::uint64_t seed) {
    solvers::Random random(seed, "picture");
    std::vector<float> values(count);
    for (float& value : values) value = static_cast<float>(random.uniform());
    return values;
}

/// The definition, window by window with weights in two dimensions, one channel.
double by_definition(const ImageShape& shape, const std::vector<float>& a, const std::vector<float>& b) {
    double total = 0.0;
    for (int y = -5; y <= 5; ++y)
        for (int x = -5; x <= 5; ++x) total += std::exp(-(x * x + y * y) / 4.5);
    double sum = 0.0;
    std::size_t windows = 0;
    for (std::size_t top = 0; top + 11 <= shape.height; ++top) {
        for (std::size_t left = 0; left + 11 <= shape.width; ++left, ++windows) {
            const auto mean = [&](auto value) {
                double weighted = 0.0;
                for (std::size_t y = 0; y < 11; ++y)
                    for (std::size_t x = 0; x < 11; ++x) {
                        const double dy = static_cast<double>(y) - 5, dx = static_cast<double>(x) - 5;
                        weighted += std::exp(-(dx * dx + dy * dy) / 4.5) / total *
                                    value((top + y) * shape.width + left + x);
                    }
                return weighted;
            };
            const auto of = [](const std::vector<float>& v, std::size_t i) {
                return static_cast<double>(v[i]);
            };
            const double m = mean([&](std::size_t i) { return of(a, i); });
            const double n = mean([&](std::size_t i) { return of(b, i); });
            const double mm = mean([&](std::size_t i) { return std::pow(of(a, i) - m, 2); });
            const double nn = mean([&](std::size_t i) { return std::pow(of(b, i) - n, 2); });
            const double mn = mean([&](std::size_t i) { return (of(a, i) - m) * (of(b, i) - n); });
            sum += (2 * m * n + 1e-4) * (2 * mn + 9e-4) / ((m * m + n * n + 1e-4) * (mm + nn + 9e-4));
        }
    }
    return sum / static_cast<double>(windows);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(quality)

BOOST_AUTO_TEST_CASE(psnr_of_a_constant_error_is_its_square_in_decibels) {
    const std::vector<float> reference(100, 0.5F), image(100, 0.625F);  // both exact in binary
    BOOST_TEST(std::abs(warp::psnr(reference, image) - (-20 * std::log10(0.125))) < 1e-12);
    BOOST_TEST(std::isinf(warp::psnr(reference, reference)));
}

BOOST_AUTO_TEST_CASE(psnr_is_that_of_the_mean_over_all_values) {
    const std::vector<float> reference{0.0F, 0.25F, 0.5F, 1.0F}, image{0.5F, 0.25F, 0.5F, 0.5F};
    BOOST_TEST(std::abs(warp::psnr(reference, image) + 10 * std::log10(0.125)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(ssim_of_constant_images_is_that_of_their_means) {
    const ImageShape shape{3, 12, 15};
    const std::vector<float> a(shape.size(), 0.25F), b(shape.size(), 0.75F);
    const double expected = (2 * 0.25 * 0.75 + 1e-4) / (0.0625 + 0.5625 + 1e-4);
    // Variances are differences of squares, so they are 0 to 1e-16, beside K2^2 = 9e-4.
    BOOST_TEST(std::abs(warp::ssim(shape, a, b) - expected) < 1e-12);
    BOOST_TEST(std::abs(warp::ssim(shape, a, a) - 1.0) < 1e-12);
}

BOOST_AUTO_TEST_CASE(ssim_is_its_definition_window_by_window) {
    const ImageShape shape{1, 13, 16};
    const auto a = drawn(shape.size(), 1);
    auto b = drawn(shape.size(), 2);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = 0.7F * a[i] + 0.3F * b[i];
    BOOST_TEST(std::abs(warp::ssim(shape, a, b) - by_definition(shape, a, b)) < 1e-12);
    BOOST_TEST(warp::ssim(shape, a, b) == warp::ssim(shape, b, a));
}

BOOST_AUTO_TEST_CASE(ssim_of_colour_is_the_mean_of_its_channels) {
    const ImageShape grey{1, 12, 12}, colour{3, 12, 12};
    std::vector<float> a(colour.size()), b(colour.size());
    double mean = 0.0;
    for (std::size_t c = 0; c < 3; ++c) {
        const auto p = drawn(grey.size(), 10 + c), q = drawn(grey.size(), 20 + c);
        for (std::size_t i = 0; i < p.size(); ++i) a[i * 3 + c] = p[i], b[i * 3 + c] = q[i];
        mean += warp::ssim(grey, p, q) / 3;
    }
    BOOST_TEST(std::abs(warp::ssim(colour, a, b) - mean) < 1e-14);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_compared_is_said) {
    const std::vector<float> few(10), many(300);
    BOOST_TEST(testing::message_of([&] { warp::psnr(few, many); }) ==
               "psnr: images of 10 and 300 values cannot be compared");
    BOOST_TEST(testing::message_of([&] { warp::psnr({}, {}); }) ==
               "psnr: images of 0 and 0 values cannot be compared");
    BOOST_TEST(
        testing::message_of([&] {
            warp::ssim({3, 10, 10}, many, many);
        }) ==
        "ssim: an image of 3 x 10 x 10 (channels, height, width) is smaller than the window of 11 x 11");
    BOOST_TEST(testing::message_of([&] {
                   warp::ssim({3, 11, 11}, many, many);
               }).starts_with("ssim: 300 values are no image of 3 x 11 x 11"));
}

BOOST_AUTO_TEST_SUITE_END()
