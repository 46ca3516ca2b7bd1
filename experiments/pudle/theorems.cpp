#include "experiments/pudle/theorems.hpp"

#include <map>

#include "experiments/pudle/common.hpp"
#include "experiments/pudle/registrations.hpp"

namespace assay::pudle {

using harness::MetricSpec;
using harness::Run;

namespace {

const std::map<std::string, void (*)(Run&)>& checks() {
    static const std::map<std::string, void (*)(Run&)> all = {
        {"fixed-point", check_fixed_point},   {"one-step", check_one_step},
        {"preservation", check_preservation}, {"orthogonal-rate", check_orthogonal_rate},
        {"code-bias", check_code_bias},       {"gradient-bias", check_gradient_bias},
        {"contraction", check_contraction},   {"scalar", check_scalar},
        {"jacobian", check_jacobian},
    };
    return all;
}

std::vector<harness::ParamSpec> params() {
    std::vector<harness::ParamSpec> all = synthetic_params();
    std::erase_if(all, [](const auto& param) { return param.name == "precision"; });
    std::vector<std::string> names;
    for (const auto& [name, body] : checks()) names.push_back(name);
    all.push_back({.name = "check",
                   .fallback = std::string("fixed-point"),
                   .doc = "family of statements",
                   .choices = names});
    all.push_back({.name = "updates",
                   .fallback = std::int64_t{60},
                   .doc = "check contraction: updates of the dictionary, each on `samples` fresh samples",
                   .min = 2,
                   .max = 1e6});
    return all;
}

std::vector<MetricSpec> code_metrics() {
    return {
        {"incoherence", "", "max |<d_i, d_j>| of D"},
        {"incoherence_bound", "", "max |<d*_i, d*_j>| + 2 delta + delta^2, delta = max ||d_j - d*_j||"},
        {"lipschitz_ratio", "", "max ||grad(z) - grad(z')|| / (sigma_max^2 ||z - z'||) over pairs of codes"},
        {"fixed_point_residual", "", "max over the samples of ||Phi(z_hat) - z_hat||"},
        {"kkt_residual", "", "max over the samples of the violation of the optimality conditions"},
        {"identified_fraction", "", "share of samples whose support changes no more after layer 1000"},
        {"identification_median", "",
         "median over the samples of the last layer at which the support changes"},
        {"recovery", "", "share of samples with sign(HT(D^T x)) = sign(z*)", {"threshold"}},
        {"kept_premise", "", "share of samples whose first code has the signed support of z*"},
        {"kept_oracle", "", "share that starts so and keeps the support with the theorem's lambda_t"},
        {"kept_half", "", "the same with half of the theorem's lambda_t"},
        {"kept_large", "", "the same with lambda_t = 4, above every amplitude"},
        {"rate_deviation", "",
         "max | ||z_{t+1} - z_hat|| / ((1 - alpha) ||z_t - z_hat||) - 1 | over layers and samples"}};
}

std::vector<MetricSpec> bias_metrics() {
    return {
        {"amplitude_bias", "", "mean ||z_hat - z*|| at D = D*", {"lambda_value"}},
        {"sign_agreement", "", "share of samples with sign(z_hat) = sign(z*) at D = D*", {"lambda_value"}},
        {"closed_form_error",
         "",
         "max |z_hat - z* + lambda (D_S^T D_S)^-1 sign(z*_S)| over those samples",
         {"lambda_value"}},
        {"decay_error", "", "mean ||z_T - z*|| at D = D* with lambda_t = lambda nu^(t-1)", {"depth"}},
        {"dictionary_distance", "", "||D - D*||_2", {"tau_value"}},
        {"code_distance", "", "mean ||z_hat - z*||", {"tau_value"}},
        {"lasso_distance", "", "mean ||z_hat - z_hat(D*)||", {"tau_value"}},
        {"decay_distance", "", "mean ||z_T - z*|| with decaying lambda", {"tau_value"}},
        {"bias_dec", "", "||g_dec||_F at D = D*", {"lambda_value"}},
        {"bias_lasso", "", "||g_ae-lasso||_F at D = D*", {"lambda_value"}},
        {"bias_ls", "", "||g_ae-ls||_F at D = D*", {"lambda_value"}},
        {"descent", "", "||D - D*||_F / ||D*||_F along g_dec, lambda fixed", {"lambda_value", "update"}},
        {"descent_oracle",
         "",
         "||D - D*||_F / ||D*||_F along g_dec, with the lambda_t of Theorem 4.2, which knows D* and z*",
         {"update"}},
        {"descent_decay", "", "the same with lambda_t = lambda nu^(t-1), which knows nothing", {"update"}}};
}

std::vector<MetricSpec> jacobian_metrics() {
    return {
        {"code_ratio_error", "", "max |(z_{t+1} - z_hat) / ((1 - alpha) (z_t - z_hat)) - 1| over the layers"},
        {"jacobian_form_error", "",
         "max over the layers of the relative distance of J_t - J_hat to its closed form"},
        {"jacobian_t_factor", "", "||J_t - J_hat|| / (1 - alpha)^t", {"layer"}},
        {"jacobian_slope_ratio",
         "",
         "slope of log ||J_t - J_hat|| over slope of log ||z_t - z_hat||",
         {"sample"}},
        {"slope_fitted", "", "share of samples whose slopes can be fitted"},
        {"jacobian_difference_error", "", "max |J_T - central difference of z_T| over sampled entries"},
        {"jacobian_distance",
         "",
         "mean ||J_hat(D) - J_hat(D*)||_F over samples with equal support",
         {"tau_value"}}};
}

}  // namespace

void register_theorems() {
    harness::Experiment experiment;
    experiment.name = "pudle.theorems";
    experiment.doc = "Numerical checks of the theorems of Sections 3 and 4, in double on the host";
    experiment.params = params();
    for (auto part : {code_metrics(), bias_metrics(), jacobian_metrics()}) {
        experiment.metrics.insert(experiment.metrics.end(), part.begin(), part.end());
    }
    experiment.check = check_synthetic;
    experiment.on_cuda = false;
    experiment.body = [](Run& run) { checks().at(run.text("check"))(run); };
    harness::register_experiment(std::move(experiment));
}

}  // namespace assay::pudle
