#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/pudle/interpretation.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "tests/small_runs.hpp"

using namespace assay;
using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

BOOST_AUTO_TEST_SUITE(interpretability)

namespace {
/// Five classes of 8 x 8 images; each class has forty atoms of its own, which its images use with positive
/// weights.
pudle::ImageSet images(const Matrix& D, std::size_t count, std::uint64_t seed) {
    Random random(seed, "test images");
    pudle::ImageSet set{8, 8, Matrix(64, count), {}};
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t label = i % 5;
        set.labels.push_back(static_cast<std::uint8_t>(label));
        for (std::size_t k = 0; k < 3; ++k) {
            const std::size_t atom = label * 40 + random.below(40);
            const double weight = random.uniform(1.0, 2.0);
            for (std::size_t r = 0; r < 64; ++r) set.X(r, i) += weight * D(r, atom);
        }
    }
    return set;
}

pudle::Exhibits exhibits() {
    Matrix D = random_dictionary<Cpu, double>(64, 200, 3);
    auto train = images(D, 300, 4), test = images(D, 20, 5), other = images(D, 20, 6);
    for (std::size_t i = 0; i < other.X.size(); ++i) other.X.data()[i] *= 0.1;
    return {{.layers = 30, .alpha = 0.1, .lambda = 0.2, .shrinkage = Shrinkage::soft_one_sided},
            std::move(D),
            std::move(train),
            std::move(test),
            std::move(other),
            1e-3};
}

harness::Result interpret() {
    const harness::Experiment experiment{.name = "test.interpretation",
                                         .doc = "",
                                         .params = {},
                                         .metrics = pudle::interpretation_metrics(),
                                         .body = [](harness::Run&) {}};
    harness::Run run(experiment, {}, 1, "cpu");
    pudle::record_interpretation(run, exhibits(), 100);
    return std::move(run.result());
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_identities_hold) {
    const harness::Result result = interpret();
    const auto value = [&](const char* name) { return result.metrics.at(name).values.at(0); };
    // Condition numbers of 1e6 leave ten digits.
    BOOST_TEST(value("dictionary_identity") < 1e-8);
    BOOST_TEST(value("stationarity") < 1e-12);
    BOOST_TEST(value("beta_identity") < 1e-10);
    BOOST_TEST(value("similarity_identity") < 1e-6);
}

BOOST_AUTO_TEST_CASE(classes_with_their_own_atoms_are_told_apart) {
    const harness::Result result = interpret();
    for (const double margin : result.metrics.at("similarity_margin").values) BOOST_TEST(margin > 0.0);
    BOOST_TEST(result.metrics.at("top_correlation").values[0] >
               result.metrics.at("bottom_correlation").values[0]);
    // Images of a tenth of the contrast get smaller weights.
    BOOST_TEST(result.metrics.at("largest_weight_other").values[0] <
               0.5 * result.metrics.at("largest_weight_digits").values[0]);
}

BOOST_AUTO_TEST_CASE(histograms_are_fractions_of_a_digit) {
    const harness::Result result = interpret();
    const auto& fractions = result.metrics.at("similarity_histogram").values;
    for (std::size_t k = 0; k < fractions.size(); k += 20) {
        double sum = 0;
        for (std::size_t b = 0; b < 20; ++b) sum += fractions[k + b];
        BOOST_TEST(std::abs(sum - 1.0) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(tiles_are_grey_values) {
    const harness::Result result = interpret();
    for (const char* name : {"atom_images", "contributor_images", "neighbour_images", "lookalike_images"}) {
        const harness::Metric& tiles = result.metrics.at(name);
        BOOST_TEST(tiles.values.size() % 64 == 0u);
        for (const double value : tiles.values) BOOST_TEST_REQUIRE((value >= 0.0 && value <= 1.0));
    }
    BOOST_TEST(result.axes.at("atom_tile").values.size() == 196u);
    BOOST_TEST(result.axes.at("neighbour_tile").values.size() == 75u);
}

BOOST_AUTO_TEST_CASE(small_helpers) {
    const double values[] = {0.5, -3.0, 2.0, -0.5};
    BOOST_TEST(pudle::by_magnitude(values) == (std::vector<std::size_t>{1, 2, 0, 3}),
               boost::test_tools::per_element());
    const double a[] = {1.0, 2.0, 3.0}, b[] = {3.0, 5.0, 7.0}, zero[] = {0.0, 0.0, 0.0};
    BOOST_TEST(std::abs(pudle::correlation(a, b) - 1.0) < 1e-12);
    BOOST_TEST(pudle::cosine(a, zero) == 0.0);
    const std::uint8_t labels[] = {3, 1, 3, 1, 2}, none[] = {0};
    BOOST_TEST(pudle::majority(labels) == 1);
    BOOST_CHECK_THROW(pudle::majority(std::span<const std::uint8_t>(none, 0)), Error);
}

BOOST_AUTO_TEST_CASE(the_data_sets_follow_the_parameter) {
    const auto& experiment = testing::experiment_named("pudle.interpretability");
    harness::Params params = testing::complete("pudle.interpretability", {{"other", std::string("noise")}});
    BOOST_TEST(experiment.data(params) == (std::vector<std::string>{"mnist"}),
               boost::test_tools::per_element());
    params["other"] = std::string("fashion");
    BOOST_TEST(experiment.data(params).size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
