#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/palm/label_matrices.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "tests/small_runs.hpp"

using namespace assay;

namespace {

harness::Params small(std::int64_t atoms, const char* stand_in) {
    return {{"samples", std::int64_t{90}},    {"test_samples", std::int64_t{60}},
            {"dimension", std::int64_t{12}},  {"classes", std::int64_t{3}},
            {"rank", std::int64_t{2}},        {"atoms", atoms},
            {"iterations", std::int64_t{15}}, {"stand_in", std::string(stand_in)}};
}

double largest(const harness::Result& result, const char* metric) {
    const std::vector<double>& values = result.metrics.at(metric).values;
    return *std::max_element(values.begin(), values.end());
}

double largest_difference(const harness::Result& result) {
    return std::max({largest(result, "codes_difference"), largest(result, "dictionary_difference"),
                     largest(result, "classifier_difference")});
}

double last(const harness::Result& result, const char* metric) {
    return result.metrics.at(metric).values.back();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(label_consistency)

BOOST_AUTO_TEST_CASE(equal_atoms_make_the_term_a_weight) {
    for (const char* stand_in : {"uniform", "by-class"}) {
        const auto result = testing::finish("palm.label_consistency", small(12, stand_in));
        BOOST_TEST(largest_difference(result) < 1e-12);
        BOOST_TEST(largest(result, "objective_difference") < 1e-13);
        BOOST_TEST(last(result, "classifier_norm") > 0.1);
        BOOST_TEST(last(result, "accuracy") == last(result, "stand_in_accuracy"));
        BOOST_TEST(last(result, "accuracy") > 0.4);  // guessing: 0.33
        // A has the rank C; it is E P and E W.
        BOOST_TEST(last(result, "rank") == 3.0);
        BOOST_TEST(largest(result, "factor_error") < 1e-12);
        BOOST_TEST(largest(result, "product_error") < 1e-12);
        // No supervision, no A.
        BOOST_TEST(result.metrics.at("rank").values.front() == 0.0);
    }
}

BOOST_AUTO_TEST_CASE(unequal_atoms_make_it_a_weight_of_each_class) {
    BOOST_TEST(largest_difference(testing::finish("palm.label_consistency", small(14, "by-class"))) < 1e-12);
    BOOST_TEST(largest_difference(testing::finish("palm.label_consistency", small(14, "uniform"))) > 1e-3);
}

BOOST_AUTO_TEST_CASE(the_terms_in_full_are_those_of_the_factors) {
    using namespace solvers;
    const auto Y = random_dictionary<Cpu, double>(6, 20, 1);
    std::vector<std::uint32_t> labels;
    for (std::uint32_t i = 0; i < 20; ++i) labels.push_back(i % 3);
    const ObjectiveWeights weights{.alpha = 0.7, .beta = 0.2};
    const SupervisedObjective<Cpu, double> objective(weights, true, labelled_samples(Y.copy(), labels, 3, 8));
    const SupervisedModel<Cpu, double> model{
        random_dictionary<Cpu, double>(6, 8, 2), random_dictionary<Cpu, double>(8, 20, 3),
        random_dictionary<Cpu, double>(3, 8, 4), random_dictionary<Cpu, double>(3, 8, 5)};
    BOOST_TEST(
        palm::supervised_terms(weights, objective.data(), model) == objective.terms(model).supervised(),
        boost::test_tools::tolerance(1e-13));
    const auto E = palm::membership<Cpu, double>({3, 3, 2});
    BOOST_TEST(E(2, 0) == 1.0);
    BOOST_TEST(E(3, 1) == 1.0);
    BOOST_TEST(E(7, 2) == 1.0);
    BOOST_TEST(norm(E) == std::sqrt(8.0));
}

BOOST_AUTO_TEST_CASE(ridges_of_two_sizes_are_refused_with_the_reason) {
    const auto complaints = [](const harness::Params& more) {
        return testing::experiment_named("palm.label_consistency")
            .check(testing::complete("palm.label_consistency", more));
    };
    BOOST_TEST(complaints({{"data", std::string("synthetic")}}).empty());
    const auto ridges = complaints({{"mu_A", 2.0}});
    BOOST_TEST_REQUIRE(ridges.size() == 1U);
    BOOST_TEST(ridges[0].find("mu_A / alpha equal to rho_W / beta") != std::string::npos);
    BOOST_TEST(complaints({{"alpha", 0.0}, {"mu_A", 1.0}}).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
