#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "tests/small_runs.hpp"

using namespace assay;

namespace {

/// Four classes on subspaces of R^16, 80 samples to learn from.
harness::Params small(harness::Params params) {
    params.merge(harness::Params{{"data", std::string("synthetic")},
                                 {"samples", std::int64_t{80}},
                                 {"test_samples", std::int64_t{60}},
                                 {"dimension", std::int64_t{16}},
                                 {"classes", std::int64_t{4}},
                                 {"rank", std::int64_t{3}},
                                 {"noise", 0.3},
                                 {"centre", false},
                                 {"atoms", std::int64_t{24}},
                                 {"nonzeros", std::int64_t{4}},
                                 {"start_iterations", std::int64_t{4}},
                                 {"iterations", std::int64_t{8}},
                                 {"length", 10.0},
                                 {"precision", std::string("double")}});
    return params;
}

harness::Result learned(const harness::Params& params, std::uint64_t seed = 1) {
    return testing::finish("palm.lc_ksvd", small(params), seed);
}

double value(const harness::Result& result, const std::string& metric) {
    return result.metrics.at(metric).values.at(0);
}

harness::Params method(const char* name) {
    return {{"method", std::string(name)}};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lc_ksvd)

BOOST_AUTO_TEST_CASE(every_method_learns_and_tells_what_its_codes_look_like) {
    for (const char* name : {"lc-ksvd2", "lc-ksvd1", "d-ksvd", "k-svd", "k-svd-positive"}) {
        const harness::Result result = learned(method(name));
        BOOST_TEST(value(result, "test_accuracy") > 0.6);
        BOOST_TEST(value(result, "train_accuracy") > 0.7);
        BOOST_TEST(value(result, "probe_accuracy") > 0.5);
        BOOST_TEST(value(result, "nonzeros_used") == 4.0);
        BOOST_TEST(value(result, "negative_share") > 0.1);
        BOOST_TEST(value(result, "negative_share") < 0.6);
        const auto& objective = result.metrics.at("objective").values;
        BOOST_TEST(objective.size() == 8u);
        BOOST_TEST(objective.back() < objective.front());
        const bool with_labels = std::string(name).find("k-svd") == std::string::npos;
        BOOST_TEST(result.metrics.count("label_aware_accuracy") == (with_labels ? 1u : 0u));
        BOOST_TEST(result.metrics.count("dictionary_difference") == 0u);
    }
}

BOOST_AUTO_TEST_CASE(without_labels_the_objective_is_what_the_samples_lack) {
    // Of unit length each, so at most 1, and what OMP with 4 of 24 atoms leaves is little of it.
    const auto objective = learned(method("k-svd")).metrics.at("objective").values;
    BOOST_TEST(objective.front() < 0.3);
    BOOST_TEST(objective.back() > 0.0);
}

// Twice and four times as long are exact in binary, so that nothing is rounded differently.
BOOST_AUTO_TEST_CASE(weights_are_relative_to_the_length_of_the_samples) {
    for (const char* name : {"lc-ksvd2", "lc-ksvd1", "d-ksvd"}) {
        harness::Params longer = method(name);
        longer.merge(
            harness::Params{{"length", 40.0}, {"sqrt_alpha", 16.0}, {"sqrt_beta", 8.0}, {"ridge", 16.0}});
        const harness::Result a = learned(method(name)), b = learned(longer);
        for (const auto& [metric, recorded] : a.metrics)
            BOOST_TEST(b.metrics.at(metric).values == recorded.values, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(label_weights_are_counted_by_hand) {
    // Six atoms a class, alpha = 16, beta = 4, squared length 100.
    BOOST_TEST(value(learned(method("lc-ksvd2")), "label_weight") == 1.0);
    BOOST_TEST(value(learned(method("lc-ksvd1")), "label_weight") == 0.96);
    BOOST_TEST(value(learned(method("d-ksvd")), "label_weight") == 0.04);
    BOOST_TEST(value(learned(method("k-svd")), "label_weight") == 0.0);
}

BOOST_AUTO_TEST_CASE(heavy_labels_are_in_the_training_codes_alone) {
    harness::Params heavy = method("lc-ksvd2");
    heavy["length"] = 0.1;
    const harness::Result result = learned(heavy);
    BOOST_TEST(value(result, "label_aware_accuracy") == 1.0);
    BOOST_TEST(value(result, "train_accuracy") < 1.0);
}

// Eight iterations carry rounding of 1e-15 to some 1e-14 as long as no choice of an atom is a tie.
BOOST_AUTO_TEST_CASE(lc_ksvd2_and_d_ksvd_are_compared_when_asked_for) {
    const harness::Result result = learned({{"compare", true}});
    for (const char* metric : {"dictionary_difference", "classifier_difference"}) {
        BOOST_TEST(value(result, metric) < 1e-10);
        BOOST_TEST(value(result, metric) > 0.0);
    }
    BOOST_TEST(value(result, "label_difference") == 0.0);
}

BOOST_AUTO_TEST_CASE(leaving_negative_coefficients_out_of_the_updates_costs_reconstruction) {
    const auto right = learned(method("k-svd")), wrong = learned(method("k-svd-positive"));
    BOOST_TEST(wrong.metrics.at("objective").values.back() >
               1.05 * right.metrics.at("objective").values.back());
}

BOOST_AUTO_TEST_CASE(the_order_of_the_samples_chooses_the_first_atoms) {
    const auto drawn = learned({}), again = learned({}), stored = learned({{"order", std::string("stored")}});
    BOOST_TEST(drawn.metrics.at("objective").values == again.metrics.at("objective").values);
    BOOST_TEST(drawn.metrics.at("objective").values != stored.metrics.at("objective").values);
    BOOST_TEST(value(drawn, "probe_accuracy") == value(stored, "probe_accuracy"));
}

BOOST_AUTO_TEST_CASE(parameters_that_cannot_be_are_refused_before_anything_runs) {
    const auto messages = [](const harness::Params& params) {
        return testing::experiment_named("palm.lc_ksvd")
            .check(testing::complete("palm.lc_ksvd", small(params)));
    };
    BOOST_TEST(messages({}).empty());
    BOOST_TEST(messages({{"nonzeros", std::int64_t{25}}}).at(0).find("nonzeros = 25") != std::string::npos);
    BOOST_TEST(messages({{"compare", true}, {"atoms", std::int64_t{25}}}).at(0).find("4 classes") !=
               std::string::npos);
    BOOST_TEST(messages({{"data", std::string("yaleb")}, {"samples", std::int64_t{37}}}).size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
