#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <limits>
#include <numeric>

#include "solvers/dictionary/palm_record.hpp"
#include "tests/small_runs.hpp"

using namespace assay;

namespace {

constexpr std::size_t iterations = 12;

harness::Params small(const harness::Params& more) {
    harness::Params all{{"samples", std::int64_t{60}},
                        {"dimension", std::int64_t{12}},
                        {"classes", std::int64_t{3}},
                        {"rank", std::int64_t{2}},
                        {"atoms", std::int64_t{12}},
                        {"nonzeros", std::int64_t{3}},
                        {"warm_up", std::int64_t{0}},
                        {"ramp", std::int64_t{0}},
                        {"iterations", static_cast<std::int64_t>(iterations)}};
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

std::vector<double> series(const harness::Result& result, const char* metric) {
    return result.metrics.at(metric).values;
}

double scalar(const harness::Result& result, const char* metric) {
    return series(result, metric).at(0);
}

std::vector<std::string> complaints(const harness::Params& more) {
    return testing::experiment_named("palm.certificates")
        .check(testing::complete("palm.certificates", small(more)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(certificates)

BOOST_AUTO_TEST_CASE(the_account_is_what_the_iterations_add_up_to) {
    for (const char* penalty : {"l1", "l0"}) {
        const auto result = testing::finish("palm.certificates", small({{"penalty", std::string(penalty)}}));
        BOOST_TEST(scalar(result, "total_violations") == 0.0);
        BOOST_TEST(scalar(result, "rises") == 0.0);
        BOOST_TEST(scalar(result, "largest_ratio_share") < 1.0);
        BOOST_TEST(scalar(result, "largest_bound_share") < 1.0);
        BOOST_TEST(scalar(result, "largest_bound_share") > 0.0);
        const std::vector<double> squares = series(result, "squared_step"),
                                  distances = series(result, "distance"),
                                  margins = series(result, "worst_margin"),
                                  best = series(result, "best_distance");
        const auto middle = squares.begin() + iterations / 2;
        BOOST_TEST(
            scalar(result, "first_half_squared_steps") == std::accumulate(squares.begin() + 5, middle, 0.0),
            boost::test_tools::tolerance(1e-14));
        BOOST_TEST(scalar(result, "second_half_squared_steps") == std::accumulate(middle, squares.end(), 0.0),
                   boost::test_tools::tolerance(1e-14));
        const std::vector<double> drops = series(result, "codes_drop"),
                                  certified = series(result, "codes_certified_drop");
        double slack = std::numeric_limits<double>::infinity();
        for (std::size_t t = 0; t < drops.size(); ++t) slack = std::min(slack, drops[t] / certified[t]);
        BOOST_TEST(scalar(result, "codes_slack") == slack);
        BOOST_TEST(slack > 1.0);
        BOOST_TEST(scalar(result, "first_distance") == distances.front());
        BOOST_TEST(scalar(result, "final_distance") == distances.back());
        BOOST_TEST(best.back() == *std::min_element(distances.begin(), distances.end()));
        BOOST_TEST(scalar(result, "least_margin") == *std::min_element(margins.begin(), margins.end()));
    }
}

BOOST_AUTO_TEST_CASE(faults_are_counted) {
    const auto faulty = testing::finish("palm.certificates", small({{"moduli_scale", 0.3}}));
    BOOST_TEST(scalar(faulty, "total_violations") > 0.0);
    BOOST_TEST(scalar(faulty, "least_margin") < -1e-4);
    const auto closed = testing::finish(
        "palm.certificates",
        small({{"dictionary", std::string("closed-form")}, {"code_steps", std::int64_t{10}}}));
    std::size_t rises = 0;
    const std::vector<double> drops = series(closed, "dictionary_drop"),
                              psi = series(closed, "codes_objective");
    for (std::size_t t = 0; t < iterations; ++t) rises += drops[t] < -1e-8 * psi[t] ? 1 : 0;
    BOOST_TEST(rises > 0U);
    BOOST_TEST(scalar(closed, "rises") == static_cast<double>(rises));
    BOOST_TEST(scalar(closed, "largest_ratio_share") == 0.0);  // nothing bounds the ratio
}

BOOST_AUTO_TEST_CASE(psi_jumps_where_s_changes_and_by_the_formula) {
    const auto result = testing::finish("palm.certificates",
                                        small({{"warm_up", std::int64_t{2}}, {"ramp", std::int64_t{2}}}));
    const std::vector<double> jumps = series(result, "jump");
    for (std::size_t t = 0; t < iterations; ++t) BOOST_TEST((jumps[t] != 0.0) == (t == 2 || t == 3));
    // Sums of 36 000 entries in two orders.
    BOOST_TEST(scalar(result, "jump_error") < 1e-12);
}

BOOST_AUTO_TEST_CASE(the_first_codes_have_t_nonzeros_each) {
    const auto result = testing::finish("palm.certificates", small({{"penalty", std::string("l0")}}));
    BOOST_TEST(series(result, "support_change").front() == 3.0 / 12.0);
    BOOST_TEST(series(result, "nonzeros").front() == 3.0 * 60.0);
}

BOOST_AUTO_TEST_CASE(every_field_of_a_record_is_measured) {
    const auto result = testing::finish("palm.certificates", small({}));
    for (const solvers::PalmField& field : solvers::palm_fields())
        BOOST_TEST(series(result, field.name.c_str()).size() == iterations);
}

BOOST_AUTO_TEST_CASE(combinations_that_cannot_run_are_refused_before_anything_does) {
    BOOST_TEST(complaints({}).empty());
    BOOST_TEST(complaints({{"nonzeros", std::int64_t{13}}}).empty());  // not read with l1 codes
    const auto many = complaints({{"penalty", std::string("l0")}, {"nonzeros", std::int64_t{13}}});
    BOOST_TEST_REQUIRE(many.size() == 1U);
    BOOST_TEST(many[0] == "nonzeros = 13 is more than atoms = 12");
    const auto fista = complaints({{"penalty", std::string("l0")}, {"codes", std::string("fista")}});
    BOOST_TEST_REQUIRE(fista.size() == 1U);
    BOOST_TEST(fista[0].find("does not go with penalty") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
