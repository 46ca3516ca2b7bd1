#include "experiments/harness/claims/decide.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/harness/spec/spec.hpp"
#include "solvers/error.hpp"

BOOST_AUTO_TEST_SUITE(decide)

namespace {

using namespace assay::harness;
using Values = std::vector<std::vector<double>>;  // [seed][component]

Check above(double bound) {
    Check check;
    check.above = bound;
    return check;
}

Check near(double centre, double within) {
    Check check;
    check.near = centre;
    check.within = within;
    return check;
}

Check logarithmic(Check check) {
    check.log_scale = true;
    return check;
}

std::string verdict(const Decision& decision) {
    return to_string(decision.verdict);
}

Decision judged(const Check& check, const Values& values, const char* method = "t", std::size_t samples = 1) {
    return assay::harness::decide(check, method, 0.95, values, "test", {.samples = samples});
}

}  // namespace

BOOST_AUTO_TEST_CASE(equal_values_for_all_seeds_decide_nothing) {
    for (const char* method : {"t", "bootstrap"}) {
        const Values same(8, {1.0});
        for (const double bound : {0.5, 1.5}) {
            const Decision found = judged(above(bound), same, method);
            BOOST_TEST(verdict(found) == "inconclusive", method << " above " << bound);
            BOOST_TEST(found.p_value == 1);
            BOOST_TEST(std::isnan(found.low));
            BOOST_TEST(found.estimate == 1);
            BOOST_TEST(found.seeds_holding == (bound < 1 ? 8u : 0u));
            BOOST_TEST(found.seeds_to_decide == 0u);
            BOOST_TEST(found.remark.find("every seed gave the same value") != std::string::npos);
        }
    }
    // A last digit is no spread either.
    BOOST_TEST(verdict(judged(above(0.5), {{1.0}, {1.0}, {std::nextafter(1.0, 2)}})) == "inconclusive");
    Check exact = above(0.5);
    exact.exact = true;
    BOOST_TEST(verdict(judged(exact, {{1.0}, {1.0}}, "exact")) == "reproduced");
}

BOOST_AUTO_TEST_CASE(one_component_without_spread_cannot_hide_a_contradiction) {
    const Values values = {{1, 0.10}, {1, 0.11}, {1, 0.09}};
    const Decision found = judged(above(0.5), values);
    BOOST_TEST(verdict(found) == "contradicted");
    BOOST_TEST(found.worst == 1u);
    BOOST_TEST(found.p_answer < 0.05);
    BOOST_TEST(verdict(judged(above(0.05), values)) == "inconclusive");
}

BOOST_AUTO_TEST_CASE(a_share_near_one_is_judged_by_its_samples) {
    const Values all(3, {1.0});
    // 3 x 10 of 30: the lower end is 0.025^(1/30) = 0.884; 3 x 100 of 300: 0.988.
    const Decision few = judged(above(0.9), all, "share", 10), many = judged(above(0.9), all, "share", 100);
    BOOST_TEST(verdict(few) == "inconclusive");
    BOOST_TEST(few.low == std::pow(0.025, 1.0 / 30), boost::test_tools::tolerance(1e-9));
    BOOST_TEST(few.seeds_to_decide == 4u);  // 0.9^(10 n) < 0.025: n = 3.5
    BOOST_TEST(verdict(many) == "reproduced");
    BOOST_TEST(many.high == 1);
    BOOST_TEST(many.p_value == 2 * std::pow(0.9, 300), boost::test_tools::tolerance(1e-9));
    BOOST_TEST(verdict(judged(above(0.1), Values(3, {0.0}), "share", 100)) == "contradicted");
}

BOOST_AUTO_TEST_CASE(a_share_heeds_the_seeds_when_they_differ_more_than_counting) {
    const Values spread = {{0.7}, {0.8}, {0.9}};
    const double half = 4.302652729911275 * 0.1 / std::sqrt(3.0);  // t_{0.975, 2}
    const Decision found = judged(above(0.6), spread, "share", 10000);
    BOOST_TEST(found.low == 0.8 - half, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(found.high == 1);  // not beyond
    BOOST_TEST(verdict(found) == "inconclusive");
    BOOST_TEST(found.p_value > 0.05);
    BOOST_CHECK_THROW(judged(above(0.6), {{1.2}, {0.5}}, "share", 10), assay::Error);
}

BOOST_AUTO_TEST_CASE(a_logarithmic_scale_has_its_closed_form) {
    // log x = 1, 2, 3: mean 2, deviation 1, half-width t_{0.975, 2} / sqrt(3).
    const Values values = {{std::exp(1.0)}, {std::exp(2.0)}, {std::exp(3.0)}};
    const double half = 4.302652729911275 / std::sqrt(3.0);
    const Decision linear = judged(above(0.5), values), log = judged(logarithmic(above(0.5)), values);
    BOOST_TEST(log.estimate == std::exp(2.0), boost::test_tools::tolerance(1e-9));
    BOOST_TEST(log.low == std::exp(2 - half), boost::test_tools::tolerance(1e-9));
    BOOST_TEST(log.high == std::exp(2 + half), boost::test_tools::tolerance(1e-9));
    BOOST_TEST(verdict(log) == "reproduced");
    BOOST_TEST(log.per_seed[2] == std::exp(3.0));
    BOOST_TEST(linear.low < 0);  // what the scale is for
    BOOST_TEST(verdict(linear) == "inconclusive");
    // The lower end as the bound has the p-value of the level.
    BOOST_TEST(judged(logarithmic(above(log.low)), values).p_value == 0.05,
               boost::test_tools::tolerance(1e-6));
    BOOST_TEST(verdict(judged(logarithmic(near(1, 0.5)), {{0.6}, {1.0}, {1.2}})) == "inconclusive");
    BOOST_TEST(verdict(judged(logarithmic(near(1, 0.5)), {{0.9}, {1.0}, {1.1}})) == "reproduced");
}

BOOST_AUTO_TEST_CASE(infinite_values_count_as_the_seeds_yes_or_no) {
    const double never = std::numeric_limits<double>::infinity();
    const Decision mixed = judged(near(321, 48), {{320}, {never}, {330}});
    BOOST_TEST(verdict(mixed) == "inconclusive");
    BOOST_TEST(mixed.seeds_holding == 2u);
    BOOST_TEST(mixed.remark.find("infinite") != std::string::npos);
    // Six seeds of one mind are what a binomial share needs to be all on one side of one half.
    BOOST_TEST(verdict(judged(near(321, 48), Values(5, {never}))) == "inconclusive");
    BOOST_TEST(verdict(judged(near(321, 48), Values(6, {never}))) == "contradicted");
    BOOST_TEST(verdict(judged(logarithmic(above(2)), Values(6, {never}))) == "reproduced");
    BOOST_TEST(verdict(judged(above(2), {{3}, {3.1}, {3.2}})) == "reproduced");  // finite ones as ever
}

BOOST_AUTO_TEST_CASE(what_has_no_logarithm_is_inconclusive) {
    for (const double bad : {0.0, -1.0}) {
        const Decision found = judged(logarithmic(above(0.5)), {{1}, {bad}, {2}});
        BOOST_TEST(verdict(found) == "inconclusive");
        BOOST_TEST(found.remark.find("has no logarithm") != std::string::npos);
        BOOST_TEST(std::isnan(found.estimate));
        BOOST_TEST(found.p_value == 1);
        BOOST_TEST(found.seeds_holding == 2u);
    }
}

BOOST_AUTO_TEST_CASE(seeds_that_hold_are_counted_over_all_components) {
    BOOST_TEST(judged(above(1), {{2, 2}, {2, 0}, {0, 3}}).seeds_holding == 1u);
    BOOST_TEST(judged(above(1), {{2}, {3}, {0.5}}).seeds_holding == 2u);
    BOOST_TEST(judged(above(1), {{2}}).seeds_holding == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
