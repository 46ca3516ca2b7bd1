#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "tests/small_runs.hpp"

using namespace assay;
using assay::testing::finish;

BOOST_AUTO_TEST_SUITE(pairwise_initialisation)

namespace {
harness::Params small(const char* start, const char* gradient) {
    return {
        {"start", std::string(start)}, {"gradient", std::string(gradient)},    {"m", std::int64_t{20}},
        {"p", std::int64_t{20}},       {"nonzeros", std::int64_t{1}},          {"samples", std::int64_t{300}},
        {"layers", std::int64_t{15}},  {"moment_samples", std::int64_t{1000}}, {"epochs", std::int64_t{80}}};
}
}  // namespace

BOOST_AUTO_TEST_CASE(one_sparse_samples_give_every_atom) {
    const harness::Result result = finish("pudle.pairwise_initialisation", small("pairwise", "ae-ls"));
    // A pair that shares its only atom has a moment of rank one, whose vector is the atom.
    BOOST_TEST(result.metrics.at("error").values[0] < 1e-6);
    BOOST_TEST(result.metrics.at("pairs").values[0] >= 20);
    const auto& recovered = result.metrics.at("support_recovered").values;
    BOOST_TEST(*std::max_element(recovered.begin(), recovered.end()) > 0.98);
}

BOOST_AUTO_TEST_CASE(training_from_noise_lowers_the_error) {
    const harness::Result result = finish("pudle.pairwise_initialisation", small("perturbation", "ae-ls"));
    const auto& error = result.metrics.at("error").values;
    BOOST_TEST(error.size() == 81u);
    BOOST_TEST(error.back() < 0.5 * error.front());
    BOOST_TEST(result.metrics.count("pairs") == 0u);
}

BOOST_AUTO_TEST_CASE(a_dictionary_that_is_not_square_is_refused) {
    harness::Params params = testing::complete("pudle.pairwise_initialisation", small("pairwise", "dec"));
    params["p"] = std::int64_t{21};
    const auto messages = harness::experiments().at("pudle.pairwise_initialisation").check(params);
    BOOST_TEST(messages.size() == 1u);
    BOOST_TEST(messages.at(0).find("square") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
