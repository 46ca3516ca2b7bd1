#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/depth/samples.hpp"
#include "experiments/harness/spec/values.hpp"
#include "tests/message_of.hpp"
#include "tests/small_runs.hpp"

using namespace assay;

namespace {

using Params = harness::Params;

Params with(const Params& more) {
    Params all{{"codes", std::int64_t{3}}};
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

std::vector<double> series(const harness::Result& result, const char* metric) {
    return result.metrics.at(metric).values;
}

double scalar(const harness::Result& result, const char* metric) {
    return series(result, metric).at(0);
}

std::vector<std::string> complaints(const std::string& experiment, const Params& params) {
    return testing::experiment_named(experiment).check(testing::complete(experiment, params));
}

std::string text(const char* value) {
    return value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(experiments)

BOOST_AUTO_TEST_CASE(samples_are_explained_layer_by_layer) {
    const auto instance = solvers::make_instance(solvers::instance_shape("S"), solvers::TapSigns::random, 1);
    const depth::SampleSource source(instance, 4);
    const depth::Sample sample = source.draw(2, true);
    const auto direct = instance.layers[0].transposed_times(instance.layers[0].times(sample.codes[0]));
    const std::vector<double> noisy = sample.first(0.5);
    for (std::size_t i = 0; i < direct.size(); ++i) {
        BOOST_TEST(std::abs(direct[i] - sample.clean[i]) < 1e-14 * 254);  // sums of 254 products
        BOOST_TEST(noisy[i] == sample.clean[i] + 0.5 * sample.noise[i]);
    }
    BOOST_TEST(source.draw(2, false).deepest() == sample.deepest(), boost::test_tools::per_element());
    BOOST_TEST(std::count_if(sample.deepest().begin(), sample.deepest().end(),
                             [](double x) { return std::abs(x) >= 0.5 && std::abs(x) <= 1.0; }) == 1);
    // The norm of 254 standard Gaussians is 15.9, give or take 0.7.
    BOOST_TEST(std::abs(sample.noise_norm - std::sqrt(254.0)) < 3.5);
}

BOOST_AUTO_TEST_CASE(lines_are_fitted_to_logarithms) {
    const std::vector<double> errors{9.0, 1.0, 0.1, 0.01, 1e-9};
    const depth::LogFit fit = depth::fit_log(errors, 1e-6);
    BOOST_TEST(fit.points == 3u);  // neither the start nor what is below 1e-6
    BOOST_TEST(fit.slope == -std::log(10.0), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(fit.r2 == 1.0, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(convergence_is_that_of_theory) {
    const auto result = testing::finish("depth.convergence",
                                        with({{"instance", text("S")}, {"iterations", std::int64_t{40}}}));
    BOOST_TEST(std::abs(scalar(result, "slope_ratio") - 1.0) < 0.005);
    BOOST_TEST(scalar(result, "slope_r2") > 0.9999);
    BOOST_TEST(scalar(result, "largest_bound_share") <= 1.000001);
    BOOST_TEST(scalar(result, "outside") == 0.0);
    BOOST_TEST(series(result, "error").size() == 41u);
    BOOST_TEST(series(result, "bound").front() == 1.0);
    const double r = scalar(result, "contraction");
    BOOST_TEST(series(result, "bound")[5] == std::pow(r, 5), boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(thresholds_that_fall_too_fast_are_held_at_their_loss) {
    const auto result = testing::finish("depth.convergence", with({{"instance", text("S")},
                                                                   {"thresholds", text("geometric")},
                                                                   {"ratio", 0.1},
                                                                   {"iterations", std::int64_t{30}}}));
    const std::vector<double> error = series(result, "error");
    BOOST_TEST(error.back() > 1e3);
    BOOST_TEST(error.back() == error[error.size() - 2]);
    BOOST_TEST(scalar(result, "outside") == 1.0);
}

BOOST_AUTO_TEST_CASE(an_instance_that_is_not_certified_never_runs) {
    std::size_t refused = 0;
    for (std::int64_t seed = 1; seed <= 12 && refused == 0; ++seed) {
        const auto instance = solvers::make_instance(
            solvers::instance_shape("edge"), solvers::TapSigns::random, static_cast<std::uint64_t>(seed));
        if (instance.certified()) continue;
        ++refused;
        const Params params = with({{"instance", text("edge")}, {"sign_seed", seed}});
        BOOST_TEST(testing::message_of([&] {
                       testing::finish("depth.convergence", params);
                   }).find("is not below 1") != std::string::npos);
        // The table of instances shows it all the same.
        const auto shown =
            testing::finish("depth.instances", Params{{"instance", text("edge")}, {"sign_seed", seed}});
        BOOST_TEST(scalar(shown, "certified") == 0.0);
    }
    BOOST_TEST(refused == 1u);
}

BOOST_AUTO_TEST_CASE(noise_is_what_is_left) {
    const auto result = testing::finish("depth.noise", with({{"instance", text("S")}}));
    const std::vector<double> error = series(result, "deepest_error"),
                              layerwise = series(result, "layerwise_error");
    for (std::size_t s = 0; s < error.size(); ++s) {
        BOOST_TEST(series(result, "deepest_bound_share")[s] <= 1.000001);
        BOOST_TEST(series(result, "layerwise_bound_share")[s] <= 1.000001);
        BOOST_TEST(series(result, "deepest_outside")[s] == 0.0);
        if (s > 0 && s < 4) BOOST_TEST(std::abs(std::log10(error[s] / error[s - 1]) - 1.0) < 0.05);
        if (s < 4) BOOST_TEST(layerwise[s] > error[s]);
    }
    const double share = scalar(result, "measured_ratio") / scalar(result, "predicted_ratio");
    BOOST_TEST((share > 1.0 / 1.5 && share < 1.5));
}

BOOST_AUTO_TEST_CASE(the_network_is_its_matrix_form) {
    const auto pairs =
        testing::finish("depth.cnn", with({{"instance", text("S")}, {"iterations", std::int64_t{6}}}));
    for (const double value : series(pairs, "pairs_deviation")) BOOST_TEST(value < 1e-12);
    BOOST_TEST(series(pairs, "layers").back() == 24.0);
    const auto network = testing::finish(
        "depth.cnn", with({{"instance", text("tiny")}, {"network", true}, {"iterations", std::int64_t{3}}}));
    const std::vector<double> deviation = series(network, "network_deviation");
    BOOST_TEST(deviation.size() == 3u);
    for (const double value : deviation) BOOST_TEST(value < 1e-5);
    BOOST_TEST(*std::max_element(deviation.begin(), deviation.end()) > 0.0);  // it is no copy
    BOOST_TEST(series(network, "convolutions").back() == 13.0);
    BOOST_TEST(complaints("depth.cnn", {{"network", true}, {"instance", text("S")}}).size() == 1u);
    BOOST_TEST(complaints("depth.cnn", {{"instance", text("S")}}).empty());
}

BOOST_AUTO_TEST_CASE(ista_is_behind) {
    const auto result =
        testing::finish("depth.ista", with({{"instance", text("S")}, {"iterations", std::int64_t{20}}}));
    BOOST_TEST(series(result, "error").back() > 1e3 * series(result, "lista_error").back());
    BOOST_TEST(series(result, "error").front() == series(result, "lista_error").front());
}

BOOST_AUTO_TEST_CASE(activations_end_at_their_floor_or_explode) {
    const auto run = [](const char* activation, double scale, double floor) {
        return testing::finish("depth.activations", with({{"instance", text("S")},
                                                          {"iterations", std::int64_t{40}},
                                                          {"activation", text(activation)},
                                                          {"scale", scale},
                                                          {"floor", floor}}));
    };
    const double coarse = scalar(run("swish", 100, 10), "final_error");
    const double fine = scalar(run("swish", 1e4, 10), "final_error");
    BOOST_TEST(std::abs(std::log10(coarse / fine) / 2 - 1.0) < 0.02);
    BOOST_TEST(scalar(run("relu", 1, 0), "final_error") < 1e-10);
    const auto exploded = run("mish", 1e4, 0);
    BOOST_TEST(scalar(exploded, "largest_error") > 1e3);
    // What came before it is kept.
    BOOST_TEST(series(exploded, "error").front() < 1.0);
}

BOOST_AUTO_TEST_CASE(guarantees_hold_and_their_controls_fail) {
    const auto result = testing::finish(
        "depth.guarantees", Params{{"codes", std::int64_t{1}}, {"most_nonzeros", std::int64_t{2}}});
    BOOST_TEST(scalar(result, "rivals") == 0.0);
    BOOST_TEST(scalar(result, "comb_rivals") >= 1.0);
    BOOST_TEST(scalar(result, "comb_rivals_below") == 0.0);
    BOOST_TEST(scalar(result, "granted_nonzeros") == 2.0);
    BOOST_TEST(scalar(result, "l1_share_within") == 1.0);
    BOOST_TEST(scalar(result, "worst_stability") <= scalar(result, "stability_constant"));
    BOOST_TEST(complaints("depth.guarantees", {{"instance", text("S")}}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(sharp_heads_are_convolutions_and_blunt_ones_leave_a_floor) {
    const auto run = [](double alpha) {
        return testing::finish("depth.attention", with({{"alpha", alpha}, {"iterations", std::int64_t{40}}}));
    };
    const auto sharp = run(200.0), blunt = run(7.0);
    // Neighbours get exp(-200): the dictionary is that of the convolutions to the last bit or nearly so.
    BOOST_TEST(scalar(sharp, "contraction") == scalar(sharp, "exact_contraction"),
               boost::test_tools::tolerance(1e-12));
    const auto convolutions = testing::finish(
        "depth.convergence", with({{"instance", text("S")}, {"iterations", std::int64_t{40}}}));
    BOOST_TEST(series(sharp, "error")[10] == series(convolutions, "error")[10],
               boost::test_tools::tolerance(1e-6));
    BOOST_TEST(scalar(blunt, "floor") > 1e3 * scalar(sharp, "floor"));
    BOOST_TEST(scalar(blunt, "outside") == 0.0);
}

BOOST_AUTO_TEST_CASE(too_few_iterations_for_a_rate_are_refused) {
    const auto complaint = [](const std::string& experiment, std::int64_t iterations) {
        return harness::complaint_about(
            *harness::find_param(testing::experiment_named(experiment), "iterations"), iterations);
    };
    BOOST_TEST(complaint("depth.attention", 3) == "must be between 4 and 100000, but is 3");
    BOOST_TEST(complaint("depth.convergence", 2) == "must be between 3 and 100000, but is 2");
    BOOST_TEST(complaint("depth.ista", 1) == "must be between 2 and 100000, but is 1");
    for (const auto& [experiment, least] :
         {std::pair("depth.attention", std::int64_t{4}), std::pair("depth.convergence", std::int64_t{3})}) {
        BOOST_TEST(complaint(experiment, least) == "");
        const auto result = testing::finish(experiment, with({{"iterations", least}}));
        BOOST_TEST(series(result, "error").size() == static_cast<std::size_t>(least) + 1);
    }
}

BOOST_AUTO_TEST_CASE(more_non_zeros_are_harder) {
    const auto result = testing::finish("depth.beyond_coherence", with({{"iterations", std::int64_t{60}}}));
    const std::vector<double> recovered = series(result, "recovered"), isometry = series(result, "isometry"),
                              condition = series(result, "coherence_condition");
    BOOST_TEST(recovered.front() == 1.0);
    BOOST_TEST(recovered.back() == 0.0);
    BOOST_TEST((std::ranges::is_sorted(isometry) && isometry.front() > 0.0));
    BOOST_TEST(condition[1] == 3 * condition[0], boost::test_tools::tolerance(1e-12));  // 2 s - 1
}

BOOST_AUTO_TEST_CASE(a_refit_takes_the_bias_out) {
    const auto result = testing::finish("depth.refit", with({{"instance", text("I")}}));
    for (const std::string strategy : {"deepest", "layerwise"}) {
        const std::vector<double> biased = series(result, strategy.c_str()),
                                  refit = series(result, (strategy + "_refit").c_str());
        for (std::size_t s = 0; s < 2; ++s) BOOST_TEST(refit[s] < biased[s]);  // sigma = 1e-4 and 1e-3
    }
}

BOOST_AUTO_TEST_CASE(deepest_first_cannot_have_what_lies_between_the_layers) {
    const auto result = testing::finish("depth.between_layers", with({{"instance", text("S")}}));
    const std::vector<double> deepest = series(result, "deepest_error"),
                              layerwise = series(result, "layerwise_error");
    BOOST_TEST(deepest[3] > 0.1);           // sigma = 1e-5, delta = 0.1
    BOOST_TEST(layerwise[3] < 0.01 * 0.1);  // which layer by layer finds
}

BOOST_AUTO_TEST_CASE(weights_are_measured_where_they_can_be) {
    const auto result = testing::finish(
        "depth.instances", Params{{"instance", text("tiny")}, {"weights", true}, {"minimax", true}});
    BOOST_TEST(scalar(result, "minimax_coherence") <= scalar(result, "weighted_coherence") + 1e-9);
    BOOST_TEST(scalar(result, "minimax_coherence") <= scalar(result, "analytic_coherence") + 1e-9);
    BOOST_TEST(complaints("depth.instances", {{"instance", text("S")}, {"minimax", true}}).size() == 1u);
    BOOST_TEST(complaints("depth.instances", {{"instance", text("S")}}).empty());
    BOOST_TEST(complaints("depth.instances", {{"instance", text("tiny")}, {"minimax", true}}).size() == 1u);
    BOOST_TEST(
        complaints("depth.instances", {{"instance", text("tiny")}, {"minimax", true}, {"weights", true}})
            .empty());
    BOOST_TEST(complaints("depth.refit", {{"instance", text("III")}}).size() == 1u);
    BOOST_TEST(complaints("depth.refit", {{"instance", text("II")}}).empty());
}

BOOST_AUTO_TEST_CASE(learned_layers_are_ahead_of_ista) {
    const auto run = [](const char* method, double noise) {
        return series(testing::finish("depth.learned", Params{{"method", text(method)},
                                                              {"noise", noise},
                                                              {"m", std::int64_t{20}},
                                                              {"p", std::int64_t{30}},
                                                              {"layers", std::int64_t{4}},
                                                              {"layer_steps", std::int64_t{60}},
                                                              {"joint_steps", std::int64_t{30}},
                                                              {"rate", 5e-3},
                                                              {"scalar_rate", 0.05},
                                                              {"test_samples", std::int64_t{200}}}),
                      "nmse");
    };
    const std::vector<double> ista = run("ista", 0.0);
    for (const char* method : {"lista", "lista_cp", "alista"}) {
        const std::vector<double> learned = run(method, 0.0);
        BOOST_TEST(learned.size() == 5u);
        BOOST_TEST(learned.front() == 0.0);
        BOOST_TEST(learned.back() < ista.back() - 1.0);
        BOOST_TEST(run(method, 1.0).back() > learned.back() + 1.0);  // as much noise as there is to see
        BOOST_TEST(run(method, 0.0) == learned, boost::test_tools::per_element());
    }
    BOOST_TEST(run("fista", 0.0).back() < ista.back());
}

BOOST_AUTO_TEST_CASE(what_layers_learn_is_counted) {
    const auto learned = [](const char* method) {
        return scalar(testing::finish("depth.learned", Params{{"method", text(method)},
                                                              {"m", std::int64_t{5}},
                                                              {"p", std::int64_t{8}},
                                                              {"layers", std::int64_t{3}},
                                                              {"layer_steps", std::int64_t{1}},
                                                              {"joint_steps", std::int64_t{0}},
                                                              {"batch", std::int64_t{2}},
                                                              {"test_samples", std::int64_t{9}}}),
                      "learned");
    };
    BOOST_TEST(learned("lista") == 3.0 * (5 * 8 + 8 * 8 + 1));
    BOOST_TEST(learned("lista_cp") == 3.0 * (5 * 8 + 1));
    BOOST_TEST(learned("alista") == 3.0 * 2);
}

BOOST_AUTO_TEST_CASE(certified_layers_fall_at_their_rate) {
    const auto run = [](double noise) {
        return testing::finish("depth.learned", Params{{"method", text("certified")},
                                                       {"dictionary", text("tiny")},
                                                       {"precision", text("double")},
                                                       {"noise", noise},
                                                       {"layers", std::int64_t{12}}});
    };
    const auto clean = run(0.0);
    const std::vector<double> nmse = series(clean, "nmse");
    const double rate = 20 * std::log10(scalar(clean, "contraction"));
    BOOST_TEST((nmse[12] - nmse[4]) / 8 == rate, boost::test_tools::tolerance(1e-3));
    const std::vector<double> noisy = series(run(0.0316), "nmse");
    BOOST_TEST(std::abs(noisy[12] - noisy[11]) < 0.1);  // at its floor
    BOOST_TEST(noisy[12] > nmse[12] + 20.0);
    BOOST_TEST(complaints("depth.learned", {{"method", text("certified")}}).size() == 1u);
    BOOST_TEST(complaints("depth.learned", {{"m", std::int64_t{9}}, {"p", std::int64_t{8}}}).size() == 1u);
    BOOST_TEST(
        complaints("depth.learned", {{"method", text("certified")}, {"dictionary", text("S")}}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
