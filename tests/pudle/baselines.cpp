#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/harness/run_context.hpp"
#include "experiments/pudle/study.hpp"
#include "tests/small_runs.hpp"

using namespace assay;
using assay::testing::finish;

BOOST_AUTO_TEST_SUITE(baselines)

namespace {
harness::Params small(const char* method) {
    return {{"method", std::string(method)},  {"m", std::int64_t{60}},
            {"p", std::int64_t{90}},          {"nonzeros", std::int64_t{2}},
            {"layers", std::int64_t{25}},     {"perturbation", 0.0204},
            {"updates", std::int64_t{120}},   {"samples", std::int64_t{1500}},
            {"iterations", std::int64_t{60}}, {"record_every", std::int64_t{40}}};
}
double final_error(const char* method) {
    return finish("pudle.baselines", small(method)).metrics.at("final_error").values[0];
}
}  // namespace

BOOST_AUTO_TEST_CASE(every_method_comes_closer_to_the_true_dictionary) {
    for (const char* method : {"ae-ls", "decay", "ht", "noodl", "dec", "ae-lasso", "alternating"}) {
        const harness::Result result = finish("pudle.baselines", small(method));
        BOOST_TEST_CONTEXT(method) {
            const double start = result.metrics.at("initial_error").values[0];
            BOOST_TEST(start > 0.1);
            BOOST_TEST(result.metrics.at("final_error").values[0] < 0.9 * start);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_error_is_kept_at_0_at_1_and_at_the_multiples) {
    const harness::Result result = finish("pudle.baselines", small("ht"));
    BOOST_TEST(result.axes.at("update").values == (std::vector<double>{0, 1, 40, 80, 120}),
               boost::test_tools::per_element());
    const auto& error = result.metrics.at("error").values;
    BOOST_TEST(error.front() == result.metrics.at("initial_error").values[0]);
    BOOST_TEST(error.back() == result.metrics.at("final_error").values[0]);
}

BOOST_AUTO_TEST_CASE(methods_of_a_seed_see_the_same_start_and_the_same_samples) {
    const harness::Result ls = finish("pudle.baselines", small("ae-ls")),
                          decay = finish("pudle.baselines", small("decay"));
    // nu is lowered at update 100 for the first time: until then decay is ae-ls, afterwards it is not.
    const auto &a = ls.metrics.at("error").values, &b = decay.metrics.at("error").values;
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(a[i] == b[i]);
    BOOST_TEST(a[4] != b[4]);
}

BOOST_AUTO_TEST_CASE(a_run_repeats_bit_by_bit) {
    BOOST_TEST(final_error("noodl") == final_error("noodl"));
}

BOOST_AUTO_TEST_CASE(the_encoder_reduces_lambda_only_for_decay) {
    harness::Params params = small("decay");
    params["decay_every"] = std::int64_t{1000};
    BOOST_TEST(finish("pudle.baselines", params).metrics.at("final_error").values[0] == final_error("ae-ls"));
}

BOOST_AUTO_TEST_CASE(more_nonzeros_than_atoms_is_refused_with_a_message) {
    harness::Params params = testing::complete("pudle.baselines", small("ht"));
    params["nonzeros"] = std::int64_t{91};
    const auto messages = testing::experiment_named("pudle.baselines").check(params);
    BOOST_TEST(messages.size() == 1u);
    BOOST_TEST(messages.at(0).find("91") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
