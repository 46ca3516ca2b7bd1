#include "experiments/palm/gaussian_classes.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <span>

#include "tests/message_of.hpp"

using namespace assay;
using palm::ClassLaw;
using palm::GaussianClasses;

namespace {

std::vector<double> mean_of_class(const GaussianClasses::Drawn& drawn, std::size_t d, std::uint32_t c) {
    std::vector<double> mean(d, 0.0);
    double count = 0;
    for (std::size_t n = 0; n < drawn.labels.size(); ++n) {
        if (drawn.labels[n] != c) continue;
        for (std::size_t i = 0; i < d; ++i) mean[i] += drawn.samples[n * d + i];
        ++count;
    }
    for (double& entry : mean) entry /= count;
    return mean;
}

double bayes_error(const GaussianClasses& model, const GaussianClasses::Drawn& drawn, std::size_t d) {
    std::size_t wrong = 0;
    for (std::size_t n = 0; n < drawn.labels.size(); ++n)
        wrong += model.bayes(std::span(drawn.samples).subspan(n * d, d)) != drawn.labels[n] ? 1 : 0;
    return static_cast<double>(wrong) / static_cast<double>(drawn.labels.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gaussian_classes)

BOOST_AUTO_TEST_CASE(the_error_of_two_classes_is_the_closed_form) {
    // Two unit means of cosine c lie sqrt(2 - 2c) apart; with isotropic noise of deviation sigma the best
    // classifier errs with probability Phi(-distance / (2 sigma)).
    const ClassLaw law{.dimension = 20, .classes = 2, .rank = 0, .noise = 2.0, .cosine = 0.5};
    const GaussianClasses model(law, 3);
    const std::size_t count = 40000;
    const double sigma = law.noise / std::sqrt(20.0);
    const double expected = 0.5 * std::erfc(1.0 / (2 * sigma) / std::sqrt(2.0));
    // Five standard deviations of a share of `count` samples.
    const double bound = 5 * std::sqrt(expected * (1 - expected) / static_cast<double>(count));
    BOOST_TEST(std::abs(bayes_error(model, model.draw("test", count), 20) - expected) < bound);
}

BOOST_AUTO_TEST_CASE(means_have_the_lengths_and_cosines_of_the_law) {
    const ClassLaw law{.dimension = 12, .classes = 3, .rank = 2, .spread = 0.1, .noise = 0.1, .cosine = 0.9};
    const auto drawn = GaussianClasses(law, 1).draw("train", 30000);
    const auto dot = [&](std::uint32_t a, std::uint32_t b) {
        const auto x = mean_of_class(drawn, 12, a), y = mean_of_class(drawn, 12, b);
        double sum = 0;
        for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
        return sum;
    };
    // The mean of 10 000 samples is off by about .14 / 100 in each direction.
    BOOST_TEST(std::abs(dot(0, 0) - 1.0) < 0.01);
    BOOST_TEST(std::abs(dot(0, 1) - 0.9) < 0.01);
    BOOST_TEST(std::abs(dot(0, 2)) < 0.01);
}

BOOST_AUTO_TEST_CASE(subspaces_tell_classes_apart_that_have_one_mean) {
    const ClassLaw law{.dimension = 30, .classes = 2, .rank = 4, .spread = 1.0, .noise = 0.3, .cosine = 1.0};
    const GaussianClasses model(law, 5);
    BOOST_TEST(bayes_error(model, model.draw("test", 2000), 30) < 0.05);
}

BOOST_AUTO_TEST_CASE(a_draw_is_the_beginning_of_a_longer_one) {
    const ClassLaw law{.dimension = 8, .classes = 4, .rank = 2};
    const GaussianClasses model(law, 9);
    const auto some = model.draw("train", 50), more = model.draw("train", 90), other = model.draw("test", 50);
    BOOST_TEST(std::equal(some.samples.begin(), some.samples.end(), more.samples.begin()));
    BOOST_TEST(some.samples != other.samples);
}

BOOST_AUTO_TEST_CASE(laws_that_are_not_allowed_are_refused_with_the_reason) {
    const auto refused = [](const ClassLaw& law) {
        return testing::message_of([&] { GaussianClasses(law, 1); });
    };
    BOOST_TEST(refused({.dimension = 4, .classes = 5, .rank = 1}).find("5 classes in 4") !=
               std::string::npos);
    BOOST_TEST(refused({.dimension = 4, .classes = 3, .rank = 5}).find("rank 5") != std::string::npos);
    BOOST_TEST(refused({.noise = 0.0}).find("noise") != std::string::npos);
    BOOST_TEST(refused({.cosine = 1.5}).find("cosine") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
