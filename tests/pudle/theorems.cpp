#include "experiments/pudle/theorems.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/pudle/common.hpp"
#include "experiments/pudle/theorems_oracle.hpp"
#include "tests/small_runs.hpp"

using namespace assay;
using assay::testing::finish;

BOOST_AUTO_TEST_SUITE(theorems)

namespace {

harness::Result check(const char* name, harness::Params params) {
    params["check"] = std::string(name);
    return finish("pudle.theorems", params);
}

std::int64_t n(std::int64_t value) {
    return value;
}

double value(const harness::Result& result, const char* name, std::size_t i = 0) {
    return result.metrics.at(name).values.at(i);
}

}  // namespace

BOOST_AUTO_TEST_CASE(lasso_codes_are_fixed_points_and_optimal) {
    const harness::Result result = check("fixed-point", {{"samples", n(30)}, {"layers", n(2500)}});
    BOOST_TEST(value(result, "fixed_point_residual") < 1e-10);
    BOOST_TEST(value(result, "kkt_residual") < 1e-9);
    BOOST_TEST(value(result, "incoherence") < value(result, "incoherence_bound"));
    BOOST_TEST(value(result, "identified_fraction") == 1.0);
}

BOOST_AUTO_TEST_CASE(too_few_layers_leave_a_residual) {
    const harness::Result result = check("fixed-point", {{"samples", n(30)}, {"layers", n(20)}});
    BOOST_TEST(value(result, "fixed_point_residual") > 1e-3);
    BOOST_TEST(value(result, "kkt_residual") > 1e-3);
}

BOOST_AUTO_TEST_CASE(orthogonal_dictionaries_find_signs_in_one_step_and_contract_exactly) {
    const harness::Result result =
        check("orthogonal-rate", {{"p", n(50)}, {"layers", n(40)}, {"samples", n(50)}});
    // The error has fallen to 0.8^40 = 1e-4, known to twelve digits.
    BOOST_TEST(value(result, "rate_deviation") < 1e-10);
}

BOOST_AUTO_TEST_CASE(bias_has_its_closed_form) {
    const harness::Result result = check("code-bias", {{"samples", n(40)}, {"layers", n(1500)}});
    for (std::size_t k = 0; k < 4; ++k) BOOST_TEST(value(result, "closed_form_error", k) < 1e-10);
    BOOST_TEST(value(result, "amplitude_bias", 3) / value(result, "amplitude_bias", 0) == 8.0,
               boost::test_tools::tolerance(0.02));
    BOOST_TEST(value(result, "lasso_distance") <
               1e-12);  // tau = 0: the same dictionary but for its normalisation
}

BOOST_AUTO_TEST_CASE(least_squares_bias_is_quadratic) {
    const harness::Result result = check("gradient-bias", {{"samples", n(600)}, {"layers", n(300)}});
    BOOST_TEST(value(result, "bias_ls", 1) / value(result, "bias_ls", 0) == 4.0,
               boost::test_tools::tolerance(0.05));
    BOOST_TEST(value(result, "bias_lasso", 1) / value(result, "bias_lasso", 0) < 2.1);
}

BOOST_AUTO_TEST_CASE(one_atom_has_closed_forms) {
    const harness::Result result = check("scalar", {{"layers", n(40)}});
    BOOST_TEST(value(result, "code_ratio_error") < 1e-10);
    BOOST_TEST(value(result, "jacobian_form_error") < 1e-10);
}

BOOST_AUTO_TEST_CASE(jacobians_converge_at_the_codes_rate) {
    const harness::Result result = check("jacobian", {{"samples", n(3)}, {"layers", n(250)}});
    for (const double ratio : result.metrics.at("jacobian_slope_ratio").values) {
        BOOST_TEST(ratio == 1.0, boost::test_tools::tolerance(0.15));  // the factor t, by single samples
    }
    BOOST_TEST(value(result, "jacobian_difference_error") < 1e-6);
}

BOOST_AUTO_TEST_CASE(the_bound_keeps_supports_that_no_threshold_loses) {
    using namespace solvers;
    const auto D = random_dictionary<Cpu, double>(400, 500, 1);
    CodeLaw law;
    law.nonzeros = 2;
    const auto set = draw_samples(D, law, 0.0, 0, 50, 1);
    const auto start = perturbed_dictionary(D, 0.001, 1);
    Encoder encoder;
    encoder.layers = 30;
    const pudle::Truth truth{D, set.codes, set.samples};
    const auto kept = pudle::oracle_encode(encoder, pudle::LambdaRule::lower_bound, start, truth);
    BOOST_TEST(kept.started > 0.9);
    BOOST_TEST(kept.kept == kept.started);  // none of those is lost
    BOOST_TEST(pudle::oracle_encode(encoder, pudle::LambdaRule::half_bound, start, truth).kept == 0.0);
    BOOST_TEST(pudle::oracle_encode(encoder, pudle::LambdaRule::large, start, truth).kept == 0.0);
    // lambda_t falls with the error down to a_gamma, so the codes end near the true ones.
    BOOST_TEST(pudle::mean_column_distance(kept.codes, set.codes) < 0.1);
}

BOOST_AUTO_TEST_CASE(descent_contracts_and_then_stops_higher_for_larger_lambda) {
    const harness::Result result = check("contraction", {{"m", n(60)},
                                                         {"p", n(80)},
                                                         {"nonzeros", n(2)},
                                                         {"samples", n(300)},
                                                         {"layers", n(40)},
                                                         {"updates", n(8)},
                                                         {"signs", std::string("independent")},
                                                         {"perturbation", 0.01}});
    const std::vector<double>& descent = result.metrics.at("descent").values;
    for (std::size_t k = 0; k < 4; ++k) BOOST_TEST(descent[k * 9 + 3] < descent[k * 9]);
    BOOST_TEST(descent[3 * 9 + 8] > 2 * descent[8]);  // lambda 0.4 against 0.05
}

BOOST_AUTO_TEST_CASE(slopes_and_signs) {
    BOOST_TEST(pudle::fitted_slope({1, 2, 4}, {3, 5, 9}) == 2.0);
    BOOST_CHECK_THROW(pudle::gradient_named("lasso"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
