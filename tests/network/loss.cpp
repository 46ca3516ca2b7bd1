#include "solvers/network/loss.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/message_of.hpp"
#include "tests/network/reference.hpp"

using namespace assay::solvers;
using assay::testing::message_of;
using reference::draw;

namespace {

constexpr RegressionKind kinds[] = {RegressionKind::squared, RegressionKind::absolute,
                                    RegressionKind::exponential, RegressionKind::laplacian,
                                    RegressionKind::correntropy};

void says(const std::string& message, const char* text) {
    BOOST_TEST(message.find(text) != std::string::npos, message << " lacks " << text);
}

/// -log softmax in double, mean over samples and places.
double cross_entropy_of(const std::vector<double>& logits, std::size_t rows, std::size_t classes,
                        const Labels& labels) {
    const std::size_t places = rows / classes;
    double sum = 0.0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const double* x = logits.data() + i / places * rows + i % places;
        double total = 0.0;
        for (std::size_t c = 0; c < classes; ++c) total += std::exp(x[c * places]);
        sum += std::log(total) - x[labels[i] * places];
    }
    return sum / static_cast<double>(labels.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loss)

// Exponentials of floats to 2e-7 and sums of a few of them; the gradient relative to the largest.
BOOST_AUTO_TEST_CASE(cross_entropy_against_its_definition_and_central_differences) {
    for (const std::size_t places : {1, 6}) {
        const std::size_t classes = 4, samples = 5;
        const auto logits = draw(classes * places, samples, 1);
        Labels labels(places * samples);
        for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint32_t>(3 * i % 4);
        const auto found = cross_entropy(logits, classes, labels);
        const auto host = logits.to_host();
        std::vector<double> x(host.begin(), host.end()), differences(x.size());
        BOOST_TEST(found.value == cross_entropy_of(x, logits.rows(), classes, labels),
                   boost::test_tools::tolerance(1e-6));
        for (std::size_t e = 0; e < x.size(); ++e) {
            const double centre = x[e], h = 1e-6;
            x[e] = centre + h;
            differences[e] = cross_entropy_of(x, logits.rows(), classes, labels);
            x[e] = centre - h;
            differences[e] = (differences[e] - cross_entropy_of(x, logits.rows(), classes, labels)) / (2 * h);
            x[e] = centre;
        }
        BOOST_TEST(reference::relative_difference(found.gradient.to_host(), differences) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(cross_entropy_closed_forms) {
    BOOST_TEST(cross_entropy(Array<Cpu, float>(10, 3), 10, {0, 5, 9}).value == std::log(10.0),
               boost::test_tools::tolerance(1e-7));
    auto sure = Array<Cpu, float>(3, 1);  // where exp overflows, the difference does not
    sure(1, 0) = 1e4f;
    BOOST_TEST(cross_entropy(sure, 3, {1}).value == 0.0);
    BOOST_TEST(cross_entropy(sure, 3, {0}).value == 1e4);
}

BOOST_AUTO_TEST_CASE(regression_losses_against_central_differences) {
    const auto prediction = draw(9, 7, 1), target = draw(9, 7, 2);
    for (const RegressionKind kind : kinds) {
        const RegressionLoss options{.kind = kind, .gamma = 3, .cap = 0.5};
        const auto found = regression(options, prediction, target);
        const RegressionTerm<double> term(options);
        double sum = 0.0;
        std::vector<double> differences(prediction.size());
        for (std::size_t e = 0; e < prediction.size(); ++e) {
            const auto p = static_cast<double>(prediction.data()[e]);
            const auto u = static_cast<double>(target.data()[e]);
            constexpr double h = 1e-6;
            sum += term(p, u).value;
            differences[e] = (term(p + h, u).value - term(p - h, u).value) / (2 * h) / 63;
        }
        BOOST_TEST(found.value == sum / 63, boost::test_tools::tolerance(1e-6));
        BOOST_TEST(reference::relative_difference(found.gradient.to_host(), differences) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(regression_closed_forms) {
    const auto one = [](RegressionKind kind, double d, double u) {
        return RegressionTerm<double>({.kind = kind, .gamma = 3, .cap = 6, .floor = 0.01})(u + d, u).value;
    };
    const auto near = boost::test_tools::tolerance(1e-12);
    BOOST_TEST(one(RegressionKind::squared, -2, 5) == 4.0, near);
    BOOST_TEST(one(RegressionKind::absolute, -2, 5) == 2.0, near);
    BOOST_TEST(one(RegressionKind::exponential, 2, -3) == std::exp(1.0) * 4, near);
    BOOST_TEST(one(RegressionKind::exponential, 2, 60) == std::exp(2.0) * 4, near);
    BOOST_TEST(one(RegressionKind::laplacian, 2, -1) == (1.01 - std::exp(-3.0)) * 4, near);
    BOOST_TEST(one(RegressionKind::laplacian, 2, 0) == 0.04, near);
    BOOST_TEST(one(RegressionKind::correntropy, -2, 1) == 1 - std::exp(-6.0), near);
    for (const RegressionKind kind : kinds) BOOST_TEST(one(kind, 0, 1.5) == 0.0);
}

BOOST_AUTO_TEST_CASE(predicted_classes_are_those_of_the_largest_logits) {
    const auto logits =
        Array<Cpu, float>::from_host(6, 2, std::vector<float>{1, 2, 3, 0, 2, 9, 5, 5, 5, 5, 5, 5});
    BOOST_TEST(predicted_classes(logits, 6) == (Labels{5, 0}));
    BOOST_TEST(predicted_classes(logits, 3) == (Labels{1, 2, 0, 0}));
    BOOST_TEST(count_equal({1, 2, 3}, {1, 0, 3}) == 2u);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const auto logits = draw(10, 3, 1);
    says(message_of([&] { cross_entropy(logits, 10, {0, 10, 1}); }), "label 10 at place 1");
    says(message_of([&] { cross_entropy(logits, 10, {0, 1}); }), "2 labels for 3");
    says(message_of([&] { cross_entropy(logits, 3, {0, 1, 1}); }), "for 3 classes");
    says(message_of([&] { cross_entropy(logits, 1, {0, 0, 0}); }), "for 1 classes");
    says(message_of([&] { cross_entropy(Array<Cpu, float>(10, 0), 10, {}); }), "10 x 0");
    auto broken = logits.copy();
    broken(2, 1) = std::numeric_limits<float>::quiet_NaN();
    says(message_of([&] { cross_entropy(broken, 10, {0, 1, 1}); }), "not a number");
    says(message_of([&] { regression({}, broken, logits); }), "prediction");
    says(message_of([&] { regression({}, logits, broken); }), "target");
    says(message_of([&] { regression({}, logits, draw(9, 3, 1)); }), "10 x 3 and 9 x 3");
    says(message_of([&] { regression({.gamma = 0}, logits, logits); }), "gamma");
    says(message_of([&] { regression({}, Array<Cpu, float>(), Array<Cpu, float>()); }), "no prediction");
    says(message_of([] { count_equal({1}, {1, 2}); }), "1 predictions for 2");
}

BOOST_AUTO_TEST_SUITE_END()
