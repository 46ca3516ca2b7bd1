#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/small_runs.hpp"

using namespace assay;

namespace {

const harness::Params small{{"data", std::string("synthetic")},
                            {"samples", std::int64_t{400}},
                            {"test_samples", std::int64_t{300}},
                            {"dimension", std::int64_t{24}},
                            {"classes", std::int64_t{4}},
                            {"rank", std::int64_t{3}},
                            {"noise", 0.5},
                            {"atoms", std::int64_t{32}},
                            {"nonzeros", std::int64_t{4}},
                            {"iterations", std::int64_t{12}},
                            {"batch", std::int64_t{100}},
                            {"precision", std::string("double")}};

harness::Params with(const harness::Params& more) {
    harness::Params all = small;
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

double scalar(const harness::Result& result, const char* metric) {
    return result.metrics.at(metric).values.at(0);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(classification)

BOOST_AUTO_TEST_CASE(every_encoder_learns_and_none_beats_the_best_possible_classifier) {
    for (const char* encoder : {"listaconv", "listaconv-labels", "topk", "topk-fixed"}) {
        const harness::Result result =
            testing::finish("palm.classification", with({{"encoder", std::string(encoder)}}));
        const double best = scalar(result, "bayes_accuracy"), own = scalar(result, "accuracy");
        BOOST_TEST_INFO(encoder);
        BOOST_TEST(own > 0.5);  // guessing: 0.25
        // The best classifier wins in the mean; of 300 samples three standard deviations are 0.087.
        BOOST_TEST(own < best + 0.087);
        BOOST_TEST(scalar(result, "probe_accuracy") < best + 0.087);
    }
}

BOOST_AUTO_TEST_CASE(rows_of_a_confusion_add_up_and_its_diagonal_is_the_accuracy) {
    const harness::Result result = testing::finish("palm.classification", small);
    const std::vector<double>& shares = result.metrics.at("confusion").values;
    double diagonal = 0;
    for (std::size_t c = 0; c < 4; ++c) {
        double row = 0;
        for (std::size_t p = 0; p < 4; ++p) row += shares[c * 4 + p];
        BOOST_TEST(std::abs(row - 1) < 1e-14);
        diagonal += shares[c * 5] / 4;  // 300 samples, 75 of each class
    }
    BOOST_TEST(std::abs(diagonal - scalar(result, "accuracy")) < 1e-14);
}

BOOST_AUTO_TEST_CASE(labels_in_the_codes_move_them_away_from_those_made_without) {
    const auto mismatch = [](const char* encoder) {
        return scalar(testing::finish("palm.classification",
                                      with({{"encoder", std::string(encoder)}, {"refit", true}})),
                      "code_mismatch");
    };
    BOOST_TEST(mismatch("listaconv-labels") > 2 * mismatch("listaconv"));
}

BOOST_AUTO_TEST_CASE(supervision_off_makes_the_two_listaconvs_one) {
    const auto objective = [](const char* encoder) {
        return testing::finish("palm.classification",
                               with({{"encoder", std::string(encoder)}, {"strongest", 0.0}}))
            .metrics.at("objective")
            .values;
    };
    BOOST_TEST(objective("listaconv") == objective("listaconv-labels"), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lambda_is_chosen_for_the_non_zeros_asked_for) {
    // One outer iteration leaves the codes of the first dictionary, to which 20 steps of FISTA come close.
    const harness::Result result =
        testing::finish("palm.classification",
                        with({{"encoder", std::string("listaconv")}, {"code_steps", std::int64_t{200}}}));
    BOOST_TEST(std::abs(result.metrics.at("mean_nonzeros").values[0] - 4.0) < 0.4);
}

BOOST_AUTO_TEST_CASE(training_stops_once_psi_settles) {
    const harness::Result result =
        testing::finish("palm.classification", with({{"encoder", std::string("listaconv")},
                                                     {"iterations", std::int64_t{200}},
                                                     {"warm_up", std::int64_t{0}},
                                                     {"ramp", std::int64_t{0}},
                                                     {"tolerance", 0.01}}));
    const std::vector<double>& change = result.metrics.at("change").values;
    const double iterations = scalar(result, "outer_iterations");
    BOOST_TEST(iterations < 200);
    BOOST_TEST(scalar(result, "capped") == 0.0);
    BOOST_TEST(static_cast<double>(change.size()) == iterations);
    BOOST_TEST(std::max(change[change.size() - 1], change[change.size() - 2]) < 0.01);
    BOOST_TEST(change[change.size() - 3] >= 0.01);
}

BOOST_AUTO_TEST_CASE(a_fixed_dictionary_differs_from_a_learned_one_and_can_be_learned_before) {
    const auto last_objective = [](const harness::Params& more) {
        return testing::finish("palm.classification", with(more)).metrics.at("objective").values.back();
    };
    const harness::Params fixed{{"encoder", std::string("listaconv")}, {"dictionary", std::string("fixed")}};
    harness::Params learned_before = fixed;
    learned_before["start_iterations"] = std::int64_t{10};
    const double at_samples = last_objective(fixed), after_learning = last_objective(learned_before);
    BOOST_TEST(after_learning < 0.98 * at_samples);
    BOOST_TEST(last_objective({{"encoder", std::string("listaconv")}}) < 0.98 * at_samples);
}

BOOST_AUTO_TEST_CASE(too_few_samples_for_the_atoms_are_an_error_with_a_way_out) {
    const harness::Params params =
        testing::complete("palm.classification", with({{"samples", std::int64_t{20}}}));
    harness::Run run(testing::experiment_named("palm.classification"), params, 1, "cpu");
    BOOST_CHECK_EXCEPTION(testing::experiment_named("palm.classification").body(run), Error,
                          [](const Error& error) {
                              return error.problem().find("5 samples for 8 atoms") != std::string::npos &&
                                     error.hint().find("gaussian") != std::string::npos;
                          });
}

BOOST_AUTO_TEST_SUITE_END()
