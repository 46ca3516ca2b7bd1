#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/small_runs.hpp"

using namespace assay;
using assay::testing::finish;

BOOST_AUTO_TEST_SUITE(malezieux)

namespace {
harness::Params with(harness::Params params) {
    params.merge(harness::Params{{"points", std::int64_t{8}},
                                 {"reference_iterations", std::int64_t{5000}},
                                 {"m", std::int64_t{20}},
                                 {"p", std::int64_t{25}},
                                 {"density", 0.1}});
    return params;
}
}  // namespace

BOOST_AUTO_TEST_CASE(jacobian_errors_start_at_one_and_fall) {
    const harness::Result result =
        finish("pudle.jacobian", with({{"examples", std::int64_t{2}}, {"iterations", std::int64_t{400}}}));
    const auto& error = result.metrics.at("jacobian_error").values;
    const std::size_t points = result.axes.at("iteration").values.size();
    BOOST_TEST(error.size() == 2 * points);
    for (std::size_t e = 0; e < 2; ++e) {
        BOOST_TEST(std::abs(error[e * points] - 1.0) < 0.2);
        BOOST_TEST(error[(e + 1) * points - 1] < 0.5);
    }
    // Below a depth of 20 iterations, truncation takes nothing away.
    for (std::size_t k = 0; k < points && result.axes.at("iteration").values[k] <= 20; ++k)
        BOOST_TEST(result.metrics.at("truncated_error").values[k] == error[k]);
}

BOOST_AUTO_TEST_CASE(deeper_gradients_are_closer_once_the_supports_are_found) {
    const harness::Result result = finish("pudle.truncated_gradient", with({{"samples", std::int64_t{40}}}));
    const std::size_t points = result.axes.at("solver_iteration").values.size();
    const auto& error = result.metrics.at("gradient_error").values;
    BOOST_TEST(result.metrics.at("support_found").values.back() > 0.9);
    // From depth 0, alternating minimisation, to depth 100.
    BOOST_TEST(error[4 * points - 1] < 0.9 * error[points - 1]);
    // With one iteration all depths but 0 go through the same one.
    BOOST_TEST(error[points] == error[2 * points]);
    BOOST_TEST(error[points] != error[0]);
}

BOOST_AUTO_TEST_SUITE_END()
