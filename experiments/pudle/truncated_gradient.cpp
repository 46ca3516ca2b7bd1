#include <vector>

#include "experiments/harness/run_context.hpp"
#include "experiments/pudle/common.hpp"
#include "experiments/pudle/malezieux.hpp"
#include "experiments/pudle/registrations.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/sparse/truncated_backpropagation.hpp"

/// The gradient test of Malezieux et al. (2022): gradients through few or many iterations against their
/// limit.
namespace assay::pudle {

namespace {

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

template <class Device, class T>
void test_gradients(harness::Run& run) {
    const PerturbedProblem problem = draw_problem(run, run.count("samples"));
    const Matrix Z_hat = lasso_codes(run, problem);
    const auto D = to_device<Device, T>(problem.D);
    const auto X = to_device<Device, T>(problem.X);
    const auto reference = to_device<Device, T>(code_gradient(problem.D, problem.X, Z_hat));
    const std::vector<std::size_t> depths{0, 20, 50, 100};
    run.axis("backprop", {depths.begin(), depths.end()}, "",
             "last iterations that the gradient goes through");
    const std::vector<double> grid = log_grid(run.count("gradient_iterations"), run.count("points"));
    run.axis("solver_iteration", grid, "", "iterations N of the lasso solver");
    TruncatedBackpropagation<Device, T> solver(
        {.lambda = run.real("lambda"), .step = problem.step(), .accelerated = run.flag("accelerated")}, D, X);
    for (std::size_t i = 0; i < grid.size(); ++i) {
        while (static_cast<double>(solver.iterations()) < grid[i]) solver.iterate();
        const auto gradients = solver.gradients(depths);
        for (std::size_t d = 0; d < depths.size(); ++d) {
            const double cosine = dot(gradients[d], reference) / (norm(gradients[d]) * norm(reference));
            run.record_at("cosine_distance", {d, i}, 1.0 - cosine);
            run.record_at("gradient_error", {d, i}, distance(gradients[d], reference) / norm(reference));
        }
        const Matrix codes = to_device<Cpu, double>(solver.codes());
        std::size_t found = 0;
        for (std::size_t k = 0; k < X.cols(); ++k)
            found += same_support(codes.column(k), Z_hat.column(k)) ? 1 : 0;
        run.record_at("support_found", {i}, static_cast<double>(found) / static_cast<double>(X.cols()));
    }
}

std::vector<harness::ParamSpec> params() {
    const auto integer = [](std::int64_t value) { return harness::Value(value); };
    const auto shared =
        harness::with_defaults(harness::joined(malezieux_params(), {harness::precision_param()}),
                               {{"precision", std::string("double")}});
    return harness::joined(shared, {{"samples", integer(1000), "number of samples", 1},
                                    {"gradient_iterations", integer(1000), "iterations of the solver", 2},
                                    {"accelerated", true, "the solver is FISTA; false: ISTA"}});
}

}  // namespace

void register_truncated_gradient() {
    harness::register_experiment(
        {.name = "pudle.truncated_gradient",
         .doc = "Gradients through the last iterations of a lasso solver (Malezieux et al., 2022)",
         .params = params(),
         .metrics =
             {{"cosine_distance", "", "1 - cos(g, g_hat)", {"backprop", "solver_iteration"}},
              {"gradient_error", "", "||g - g_hat||_F / ||g_hat||_F", {"backprop", "solver_iteration"}},
              {"support_found", "", "samples whose code has the support of z_hat", {"solver_iteration"}}},
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { test_gradients<Device, T>(run); })});
}

}  // namespace assay::pudle
