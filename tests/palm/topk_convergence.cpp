#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "experiments/palm/codes_change.hpp"
#include "tests/small_runs.hpp"

using namespace assay;

namespace {

constexpr std::size_t iterations = 12;

harness::Result run(const char* method, const harness::Params& more = {}) {
    harness::Params all{
        {"samples", std::int64_t{150}},  {"test_samples", std::int64_t{90}},
        {"dimension", std::int64_t{12}}, {"classes", std::int64_t{3}},
        {"rank", std::int64_t{2}},       {"atoms", std::int64_t{18}},
        {"nonzeros", std::int64_t{3}},   {"layers", std::int64_t{3}},
        {"batch", std::int64_t{40}},     {"iterations", static_cast<std::int64_t>(iterations)},
        {"method", std::string(method)}};
    for (const auto& [name, value] : more) all[name] = value;
    return testing::finish("palm.topk_convergence", all);
}

std::vector<double> series(const harness::Result& result, const char* metric) {
    return result.metrics.at(metric).values;
}

double scalar(const harness::Result& result, const char* metric) {
    return series(result, metric).at(0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(topk_convergence)

BOOST_AUTO_TEST_CASE(supports_that_differ_are_counted_in_both_directions) {
    using Codes = solvers::Array<solvers::Cpu, double>;
    const Codes before = Codes::from_host(4, 2, std::vector<double>{1, 0, 2, 0, 0, 0, 3, 0}),
                after = Codes::from_host(4, 2, std::vector<double>{5, 0, 0, 1, 0, 0, 3, 0});
    BOOST_TEST(palm::support_change(before, after) == 2.0 / 8.0);
    BOOST_TEST(palm::support_change(after, before) == 2.0 / 8.0);
    BOOST_TEST(palm::support_change(before, before) == 0.0);
}

BOOST_AUTO_TEST_CASE(analytic_and_safeguarded_codes_descend_with_certificates) {
    for (const char* method : {"analytic", "safeguarded"}) {
        const auto result = run(method);
        BOOST_TEST(scalar(result, "violations") == 0.0);
        BOOST_TEST(scalar(result, "rises") == 0.0);
        BOOST_TEST(scalar(result, "largest_ratio_share") < 1.0);
        BOOST_TEST(series(result, "distance").back() < series(result, "distance").front());
    }
}

BOOST_AUTO_TEST_CASE(the_safeguard_takes_proposals_and_a_stricter_one_takes_fewer) {
    const auto accepted = [](double share) {
        const std::vector<double> all = series(run("safeguarded", {{"safeguard", share}}), "accepted");
        BOOST_TEST(*std::max_element(all.begin(), all.end()) <= 1.0);
        BOOST_TEST(*std::min_element(all.begin(), all.end()) >= 0.0);
        return all;
    };
    const std::vector<double> lenient = accepted(1e-3), strict = accepted(1.0);
    BOOST_TEST(lenient.front() > 0.9);  // from zero codes
    // The runs part after the first iteration, up to which they are the same.
    BOOST_TEST(lenient[1] > strict[1]);
    BOOST_TEST(strict[1] > 0.0);
}

BOOST_AUTO_TEST_CASE(changes_and_rises_are_those_of_psi_at_equal_supervision) {
    const auto result = run("learned", {{"rate", 0.02}});  // too fast to descend
    const std::vector<double> psi = series(result, "objective"), change = series(result, "change");
    std::size_t rises = 0;
    for (std::size_t t = 0; t < iterations; ++t) {
        const bool compared = t == 1 || t > 4;  // s is 0, 0, 1/3, 2/3, 1, 1, ...
        if (!compared) BOOST_TEST(change[t] == 0.0);
        if (compared) BOOST_TEST(change[t] == psi[t] / psi[t - 1] - 1.0, boost::test_tools::tolerance(1e-9));
        rises += change[t] > 1e-8;
    }
    BOOST_TEST(scalar(result, "compared") == static_cast<double>(iterations - 4));
    BOOST_TEST(scalar(result, "rises") == static_cast<double>(rises));
    BOOST_TEST(rises > 0U);
    for (const double share : series(result, "undone")) {
        BOOST_TEST(share >= 0.0);
        BOOST_TEST(share <= 1.0);
    }
}

BOOST_AUTO_TEST_CASE(accuracies_are_measured_for_every_coder_there_is) {
    for (const char* method : {"analytic", "frozen", "learned", "safeguarded"}) {
        const auto result = run(method);
        for (const char* metric : {"analytic_accuracy", "probe_accuracy"})
            BOOST_TEST(scalar(result, metric) > 0.4);  // guessing: 0.33
        if (std::string(method) != "analytic") BOOST_TEST(scalar(result, "encoder_accuracy") > 0.4);
    }
    // Equal seeds give equal bits.
    BOOST_TEST(scalar(run("learned"), "encoder_accuracy") == scalar(run("learned"), "encoder_accuracy"));
}

BOOST_AUTO_TEST_SUITE_END()
