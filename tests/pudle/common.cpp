#include "experiments/pudle/common.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <vector>

#include "experiments/pudle/malezieux.hpp"
#include "tests/small_runs.hpp"

using namespace assay;

BOOST_AUTO_TEST_SUITE(common)

BOOST_AUTO_TEST_CASE(supports_differ_where_one_entry_is_zero) {
    const double a[] = {0.0, 1.0, -2.0, 0.0}, b[] = {0.5, -1.0, 0.0, -0.0};
    BOOST_TEST(pudle::support_distance(a, b) == 2u);
    BOOST_TEST(!pudle::same_support(a, b));
    BOOST_TEST(pudle::same_support(a, a));
}

BOOST_AUTO_TEST_CASE(a_line_has_its_slope) {
    BOOST_TEST(pudle::fitted_slope({1, 2, 4}, {5, 3, -1}) == -2.0, boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(a_logarithmic_grid_holds_each_point_once) {
    BOOST_TEST(pudle::log_grid(100, 3) == (std::vector<double>{1, 10, 100}),
               boost::test_tools::per_element());
    const std::vector<double> dense = pudle::log_grid(5, 40);
    BOOST_TEST(dense == (std::vector<double>{1, 2, 3, 4, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(drawing_stops_the_solvers_clock) {
    const harness::Params params =
        testing::complete("pudle.gradient_error", {{"samples", std::int64_t{200}}});
    harness::Run run(harness::experiments().at("pudle.gradient_error"), params, 1, "cpu");
    const auto start = std::chrono::steady_clock::now();
    const auto set = pudle::draw_set<solvers::Cpu, double>(run, 200);
    const std::chrono::duration<double> drawing = std::chrono::steady_clock::now() - start;
    BOOST_TEST(set.samples.cols() == 200u);
    BOOST_TEST(run.paused_seconds() > 0.5 * drawing.count());
    BOOST_TEST(run.paused_seconds() <= drawing.count());
}

BOOST_AUTO_TEST_SUITE_END()
