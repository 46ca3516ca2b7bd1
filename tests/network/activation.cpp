#include "solvers/device/activation.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace assay::solvers;

namespace {

constexpr ActivationKind kinds[] = {ActivationKind::relu, ActivationKind::relu6, ActivationKind::leaky_relu,
                                    ActivationKind::elu,  ActivationKind::swish, ActivationKind::mish,
                                    ActivationKind::gelu};
constexpr double slope = 0.1;

}  // namespace

BOOST_AUTO_TEST_SUITE(activation)

BOOST_AUTO_TEST_CASE(closed_forms) {
    for (double x = -10; x < 30; x += 0.37) {
        const auto is = [&](ActivationKind kind, double expected) {
            BOOST_TEST(activate(kind, slope, x) == expected, boost::test_tools::tolerance(1e-13));
        };
        is(ActivationKind::relu, std::max(x, 0.0));
        is(ActivationKind::relu6, std::min(std::max(x, 0.0), 6.0));
        is(ActivationKind::leaky_relu, std::max(x, slope * x));
        is(ActivationKind::elu, x > 0 ? x : slope * std::expm1(x));
        is(ActivationKind::swish, x / (1 + std::exp(-x)));
        is(ActivationKind::mish, x * std::tanh(std::log1p(std::exp(x))));
        is(ActivationKind::gelu, x * 0.5 * std::erfc(-x / std::sqrt(2.0)));
    }
}

BOOST_AUTO_TEST_CASE(derivatives_are_those_of_central_differences) {
    for (const ActivationKind kind : kinds) {
        for (double x = -8.04; x < 9; x += 0.11) {  // no kink within h of any of these
            const double h = 1e-6;
            const double difference = (activate(kind, slope, x + h) - activate(kind, slope, x - h)) / (2 * h);
            // h^2 / 6 times a third derivative of order one, and rounding: 1e-16 times 9 / h
            BOOST_TEST(std::abs(activation_derivative(kind, slope, x) - difference) < 1e-8);
        }
    }
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    for (const ActivationKind kind : kinds) {
        for (float x = -90.0f; x < 90.0f; x += 0.0137f) {
            const double wide = activate(kind, slope, static_cast<double>(x));
            const double derivative = activation_derivative(kind, slope, static_cast<double>(x));
            const auto narrow = static_cast<double>(activate(kind, static_cast<float>(slope), x));
            const auto narrow_derivative =
                static_cast<double>(activation_derivative(kind, static_cast<float>(slope), x));
            // A handful of roundings of 6e-8; GELU's e^(-x^2 / 2) multiplies that of its exponent by x^2.
            // What is below 1e-30 no sum of floats can see.
            const double rounding = 1e-6 + (kind == ActivationKind::gelu ? 1.2e-7 : 0.0) * x * x;
            BOOST_TEST(std::abs(narrow - wide) <= rounding * std::abs(wide) + 1e-30);
            BOOST_TEST(std::abs(narrow_derivative - derivative) <=
                       2e-6 * std::max(1.0, std::abs(derivative)));
        }
    }
}

BOOST_AUTO_TEST_CASE(exponential_to_two_units_in_the_last_place) {
    for (float x = -86.9f; x < 88.0f; x += 0.00917f) {
        const double exact = std::exp(static_cast<double>(x));
        BOOST_TEST(std::abs(static_cast<double>(exponential(x)) / exact - 1) < 2 * 1.2e-7);
    }
    for (double x = 1e-6; x < 1; x *= 1.7) {
        for (const double s : {x, -x}) {
            const auto narrow = static_cast<float>(s);
            const double exact = std::expm1(static_cast<double>(narrow));
            BOOST_TEST(std::abs(static_cast<double>(exponential_minus_one(narrow)) / exact - 1) < 4 * 1.2e-7);
        }
    }
    BOOST_TEST(exponential(0.0f) == 1.0f);
    BOOST_TEST(exponential_minus_one(0.0f) == 0.0f);
}

BOOST_AUTO_TEST_CASE(zero_stays_zero_and_nan_stays_nan) {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const ActivationKind kind : kinds) {
        // Unused entries of blocked layouts are zeros, and must stay zeros.
        BOOST_TEST(activate(kind, 0.1f, 0.0f) == 0.0f);
        BOOST_TEST(std::isnan(activate(kind, 0.1f, nan)));
    }
}

BOOST_AUTO_TEST_CASE(large_arguments_stay_finite) {
    const float largest = std::numeric_limits<float>::max();
    for (const ActivationKind kind : kinds) {
        for (const float x : {1000.0f, -1000.0f, largest, -largest}) {
            BOOST_TEST(std::isfinite(activate(kind, 0.1f, x)));
            BOOST_TEST(std::isfinite(activation_derivative(kind, 0.1f, x)));
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
