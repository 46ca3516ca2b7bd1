#include "experiments/pudle/dictionary_learning.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/small_runs.hpp"

using namespace assay;
using assay::testing::finish;

BOOST_AUTO_TEST_SUITE(dictionary_learning)

namespace {

harness::Params small() {
    return {{"m", std::int64_t{20}},
            {"p", std::int64_t{30}},
            {"nonzeros", std::int64_t{2}},
            {"samples", std::int64_t{200}},
            {"layers", std::int64_t{20}},
            {"epochs", std::int64_t{60}},
            {"rate", 3e-3},
            {"precision", std::string("double")}};
}

harness::Result with(const char* name, const harness::Value& value) {
    harness::Params params = small();
    params[name] = value;
    return finish("pudle.dictionary_learning", params);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_gradient_comes_closer_to_the_true_dictionary) {
    for (const char* gradient : {"dec", "ae-lasso", "ae-ls"}) {
        const std::vector<double> error = with("gradient", std::string(gradient)).metrics.at("error").values;
        BOOST_TEST_CONTEXT(gradient) {
            BOOST_TEST(error.size() == 61u);
            BOOST_TEST(error.back() < 0.7 * error.front());
        }
    }
}

BOOST_AUTO_TEST_CASE(epoch_zero_is_the_perturbed_dictionary) {
    const harness::Result result = with("epochs", std::int64_t{1});
    // sqrt(2 - 2 / sqrt(1 + tau^2 m)) for tau = 0.1, m = 20, up to the fluctuation of 600 Gaussian entries.
    const double expected = std::sqrt(2 - 2 / std::sqrt(1 + 0.01 * 20));
    BOOST_TEST(result.metrics.at("error").values[0] == expected, boost::test_tools::tolerance(0.1));
}

BOOST_AUTO_TEST_CASE(a_batch_of_all_samples_is_a_full_batch) {
    const harness::Result full = with("batch", std::int64_t{0}), all = with("batch", std::int64_t{200});
    BOOST_TEST(full.metrics.at("error").values == all.metrics.at("error").values,
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(equal_seeds_give_equal_bits_with_batches) {
    const harness::Result one = with("batch", std::int64_t{32}), two = with("batch", std::int64_t{32});
    BOOST_TEST(one.metrics.at("error").values == two.metrics.at("error").values,
               boost::test_tools::per_element());
    // Seven updates an epoch instead of one.
    BOOST_TEST(one.metrics.at("error").values[5] <
               with("batch", std::int64_t{0}).metrics.at("error").values[5]);
}

BOOST_AUTO_TEST_CASE(a_huge_rate_keeps_unit_atoms_and_finite_errors) {
    // ||D||_2 <= sqrt(p) for unit atoms, and ||D*||_2 >= 1, so the spectral distance is bounded however far D
    // moves.
    const harness::Result result = with("rate", 100.0);
    const double p = static_cast<double>(std::get<std::int64_t>(result.params.at("p")));
    for (const double value : result.metrics.at("closeness").values) BOOST_TEST(value <= 1 + std::sqrt(p));
}

BOOST_AUTO_TEST_CASE(quality_counts_what_it_says) {
    // Two samples of three entries: a miss and a false entry of 0.5, then an exact support.
    const std::vector<double> truth = {1, 0, 2, 0, -1, 0}, codes = {0.5, -0.5, 0, 0, -0.25, 0};
    const pudle::CodeQuality quality = pudle::code_quality(3, codes, truth);
    BOOST_TEST(quality.nonzeros == 1.5);
    BOOST_TEST(quality.missed == 0.5);
    BOOST_TEST(quality.false_amplitude == 0.25);
    BOOST_TEST(quality.true_amplitude == 0.25);  // (0.5 + 0 + 0.25) / 3
}

BOOST_AUTO_TEST_SUITE_END()
