#include "experiments/harness/claims/statistics.hpp"

#include <boost/math/distributions/binomial.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

BOOST_AUTO_TEST_SUITE(statistics)

namespace {

using assay::harness::holm;
using assay::harness::Inference;
using assay::harness::Interval;
using assay::harness::smallest_sample;

/// Share of simulated samples whose interval holds the true mean.
template <typename Draw>
double coverage(const char* method, std::size_t seeds, double level, double truth, std::size_t rounds,
                Draw draw) {
    std::size_t covered = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        std::vector<double> values(seeds);
        for (double& value : values) value = draw();
        const Interval interval = Inference(values, method, std::to_string(round)).interval(level);
        covered += interval.low <= truth && truth <= interval.high ? 1u : 0u;
    }
    return static_cast<double>(covered) / static_cast<double>(rounds);
}

}  // namespace

BOOST_AUTO_TEST_CASE(t_interval_has_its_closed_form) {
    // Mean 2, deviation 1, n = 3: half-width t_{0.975, 2} / sqrt(3) = 4.302652729911275 / sqrt(3), from
    // tables of t.
    const Inference sample({1, 2, 3}, "t", "");
    const Interval interval = sample.interval(0.95);
    const double half = 0.95 * std::sqrt(2 / (4 * 0.975 * 0.025)) / std::sqrt(3.0);
    BOOST_TEST(sample.mean() == 2);
    BOOST_TEST(interval.low == 2 - half, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(interval.high == 2 + half, boost::test_tools::tolerance(1e-12));
    // With one degree of freedom t is Cauchy: t_{0.75} = 1.
    const Interval two = Inference({0, 2}, "t", "").interval(0.5);
    BOOST_TEST(std::abs(two.low) < 1e-12);
    BOOST_TEST(two.high == 2, boost::test_tools::tolerance(1e-12));
}

// Nadeau and Bengio (2003), equation 7: the variance of the mean of n splits is (1 / n + test / train) of
// theirs.
BOOST_AUTO_TEST_CASE(seeds_that_split_one_set_have_a_wider_interval) {
    const Inference plain({1, 2, 3}, "t", ""), corrected({1, 2, 3}, "t", "", {.reused = 0.5});
    const double factor = std::sqrt((1.0 / 3 + 0.5) / (1.0 / 3));
    BOOST_TEST(corrected.interval(0.9).high - 2 == factor * (plain.interval(0.9).high - 2),
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST(std::abs(corrected.p_above(corrected.interval(0.9).low) - 0.05) < 1e-9);
    // However many seeds, the half-width stays above 1.64 sqrt(1/2) deviations.
    BOOST_TEST(corrected.seeds_to_resolve(1.0, 0.9) == 0u);
    BOOST_TEST(plain.seeds_to_resolve(1.0, 0.9) > 0u);
}

BOOST_AUTO_TEST_CASE(a_share_of_the_same_samples_counts_them_once) {
    const Inference thrice({0.9, 0.9, 0.9}, "share", "", {.samples = 100, .reused = 0.0});
    const Inference pooled({0.9, 0.9, 0.9}, "share", "", {.samples = 100});
    // The chance of 90 or more of 100 at 0.85.
    const boost::math::binomial_distribution<> of_one_seed(100, 0.85);
    BOOST_TEST(thrice.p_above(0.85) == boost::math::cdf(boost::math::complement(of_one_seed, 89)),
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST(thrice.interval(0.95).low < pooled.interval(0.95).low - 0.02);
}

BOOST_AUTO_TEST_CASE(p_values_and_intervals_say_the_same) {
    // The lower end of the interval at level L is the bound whose one-sided p-value is (1 - L) / 2.
    for (const char* method : {"t", "bootstrap"}) {
        const Inference sample({1.2, 0.7, 2.9, 1.1, 1.6, 0.2, 1.4}, method, "agreement");
        const Interval interval = sample.interval(0.9);
        // The bootstrap's distribution is a staircase of 10 000 steps; one step moves p by 1e-4, ties by some
        // more.
        const double step = method[0] == 't' ? 1e-9 : 2e-3;
        BOOST_TEST(std::abs(sample.p_above(interval.low) - 0.05) < step, method);
        BOOST_TEST(std::abs(sample.p_below(interval.high) - 0.05) < step, method);
        BOOST_TEST(sample.p_above(-10) < 1e-3);
        BOOST_TEST(sample.p_above(10) > 1 - 1e-3);
        BOOST_TEST(sample.p_above(1) + sample.p_below(1) == 1, boost::test_tools::tolerance(1e-12));
    }
}

BOOST_AUTO_TEST_CASE(t_interval_covers_at_its_level) {
    assay::solvers::Random random(7, "coverage");
    constexpr std::size_t rounds = 20'000;
    for (const double level : {0.8, 0.95}) {
        for (const std::size_t seeds : {2u, 3u, 10u}) {
            const double share =
                coverage("t", seeds, level, 5, rounds, [&] { return 5 + 3 * random.normal(); });
            // The count is binomial: four standard deviations are passed once in 16 000 tests, and the stream
            // is fixed.
            const double slack = 4 * std::sqrt(level * (1 - level) / rounds);
            BOOST_TEST(std::abs(share - level) < slack, seeds << " seeds at " << level << ": " << share);
        }
    }
}

BOOST_AUTO_TEST_CASE(bootstrap_interval_covers_nearly_at_its_level) {
    assay::solvers::Random random(8, "coverage");
    // BCa is second-order accurate; with 20 skewed values it falls a few percent short of 95 % but not below
    // 88 %, and 200 rounds have a standard deviation of 2 % or less there.
    const double share =
        coverage("bootstrap", 20, 0.95, 1, 200, [&] { return -std::log(1 - random.uniform()); });
    BOOST_TEST(share > 0.86);
    BOOST_TEST(share < 1.0);
}

BOOST_AUTO_TEST_CASE(bootstrap_never_changes_and_stays_within_the_sample) {
    const std::vector<double> values = {1, 4.13, 2.71, 8, 5.57, 6.9, 3.3, 4.9};
    const Interval first = Inference(values, "bootstrap", "a claim").interval(0.95);
    const Interval again = Inference(values, "bootstrap", "a claim").interval(0.95);
    const Interval other = Inference(values, "bootstrap", "another").interval(0.95);
    BOOST_TEST(first.low == again.low);
    BOOST_TEST(first.high == again.high);
    BOOST_TEST((first.low != other.low || first.high != other.high));
    BOOST_TEST(first.low >= 1);
    BOOST_TEST(first.high <= 8);
    BOOST_TEST(first.low < 4.5);
    BOOST_TEST(first.high > 4.5);
    const Interval equal = Inference({0.1, 0.1, 0.1}, "bootstrap", "x").interval(0.95);
    BOOST_TEST(equal.low == 0.1);
    BOOST_TEST(equal.high == 0.1);
}

BOOST_AUTO_TEST_CASE(binomial_interval_is_clopper_pearson) {
    // All hits: the lower end is the n-th root of the tail, the upper end 1.
    const Inference all({1, 1, 1}, "binomial", "");
    BOOST_TEST(all.interval(0.95).low == std::pow(0.025, 1.0 / 3), boost::test_tools::tolerance(1e-9));
    BOOST_TEST(all.interval(0.95).high == 1);
    BOOST_TEST(all.p_above(0.5) == 0.125, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(all.seeds_to_resolve(0.5, 0.95) == 6u);  // 0.5^6 < 0.025 < 0.5^5
    const Inference none({0, 0}, "binomial", "");
    BOOST_TEST(none.interval(0.95).low == 0);
    BOOST_TEST(none.p_below(0.5) == 0.25, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(none.p_above(0.5) == 1);
}

BOOST_AUTO_TEST_CASE(seeds_to_resolve_is_the_least_that_does) {
    const Inference sample({1, 2, 3, 4, 5}, "t", "");
    const std::size_t needed = sample.seeds_to_resolve(0.5, 0.95);
    BOOST_TEST(needed > 30u);
    // Recomputed with the normal quantile: n = (1.96 s / d)^2 = 38.4, and t asks for a little more.
    BOOST_TEST(needed >= 39u);
    BOOST_TEST(needed <= 43u);
    BOOST_TEST(sample.seeds_to_resolve(0.25, 0.95) > needed);
    BOOST_TEST(sample.seeds_to_resolve(0, 0.95) == 0u);
    BOOST_TEST(sample.seeds_to_resolve(1e-9, 0.95) == 0u);
}

BOOST_AUTO_TEST_CASE(a_sample_must_be_able_to_reach_the_level) {
    BOOST_TEST(smallest_sample("t", 0.95) == 2u);
    BOOST_TEST(smallest_sample("bootstrap", 0.95) == 6u);
    BOOST_TEST(smallest_sample("bootstrap", 0.5) == 2u);
    BOOST_TEST(smallest_sample("exact", 0.95) == 1u);
    BOOST_CHECK_THROW(Inference({1}, "t", "").interval(0.95), assay::Error);
    BOOST_CHECK_THROW(Inference({1, 2}, "t", "").interval(1), assay::Error);
    BOOST_CHECK_THROW(Inference({}, "t", ""), assay::Error);
    BOOST_CHECK_THROW(Inference({1}, "gauss", ""), assay::Error);
}

BOOST_AUTO_TEST_CASE(holm_follows_the_textbook) {
    const std::vector<double> adjusted = holm({0.01, 0.04, 0.03, 0.005});
    const std::vector<double> expected = {0.03, 0.06, 0.06, 0.02};
    for (std::size_t i = 0; i < 4; ++i)
        BOOST_TEST(adjusted[i] == expected[i], boost::test_tools::tolerance(1e-12));
    BOOST_TEST(holm({0.9, 0.8})[0] == 1);
    BOOST_TEST(holm({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
