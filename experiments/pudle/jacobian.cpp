#include "solvers/sparse/jacobian.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "experiments/pudle/common.hpp"
#include "experiments/pudle/malezieux.hpp"
#include "experiments/pudle/registrations.hpp"

/// The Jacobian test of Malezieux et al. (2022): the code's Jacobian along the iterations against its limit.
namespace assay::pudle {

namespace {

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

double vector_distance(std::span<const double> a, std::span<const double> b) {
    double square = 0;
    for (std::size_t j = 0; j < a.size(); ++j) square += (a[j] - b[j]) * (a[j] - b[j]);
    return std::sqrt(square);
}

/// Errors of code and Jacobian while the support is the solution's, for the two rates. It starts anew when
/// the support leaves it. Errors near the rounding of the reference are left out.
class Tail {
  public:
    explicit Tail(double jacobian_size) : jacobian_floor_(1e-7 * jacobian_size) {}

    void observe(bool on_support, double t, double code_error, double jacobian_error) {
        if (!on_support) t_.clear(), code_.clear(), jacobian_.clear();
        if (!on_support || code_error < 1e-9 || jacobian_error < jacobian_floor_) return;
        t_.push_back(t), code_.push_back(std::log(code_error)), jacobian_.push_back(std::log(jacobian_error));
    }
    /// Enough points, and a fall of the code error by a factor of at least 10 over the later half.
    bool usable() const { return t_.size() >= 20 && code_[t_.size() / 2] - code_.back() > std::log(10.0); }
    /// Slope of the Jacobian's error over the code's, on the later half of the points: the earlier one still
    /// holds modes that die sooner.
    double ratio() const {
        return fitted_slope(later(t_), later(jacobian_)) / fitted_slope(later(t_), later(code_));
    }

  private:
    static std::vector<double> later(const std::vector<double>& values) {
        return {values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end()};
    }
    double jacobian_floor_;
    std::vector<double> t_, code_, jacobian_;
};

struct Example {
    std::span<const double> x, z_hat;
    SupportJacobian J_hat;
    double size;  ///< mean over the rows of ||J_hat_l||_F: the error of J_0 = 0
};

/// The samples whose closed-form Jacobian exists and is below the limit; the others are counted.
std::vector<Example> usable_examples(const harness::Run& run, const PerturbedProblem& problem,
                                     const Matrix& Z, std::size_t& dropped) {
    std::vector<Example> examples;
    dropped = 0;
    for (std::size_t i = 0; i < problem.X.cols(); ++i) {
        try {
            SupportJacobian J = fixed_point_jacobian(problem.D, problem.X.column(i), Z.column(i));
            const SupportJacobian none{J.m, J.p, {}, Matrix(0, J.m * J.p)};
            const double size = mean_row_distance(J, none);
            if (size > 0.0 && frobenius_norm(J) < run.real("largest_jacobian")) {
                examples.push_back({problem.X.column(i), Z.column(i), std::move(J), size});
                continue;
            }
        } catch (const Error&) {
            // Dependent atoms on the support: the lasso solution is not differentiable there.
        }
        ++dropped;
    }
    if (examples.empty())
        throw Error("no sample has a usable Jacobian", "pudle.jacobian", "raise lambda or examples");
    return examples;
}

/// Follows one sample through the iterations.
class JacobianTest {
  public:
    JacobianTest(harness::Run& run, const PerturbedProblem& problem)
        : run_(run),
          D_(problem.D),
          encoder_{.layers = run.count("iterations"), .alpha = problem.step(), .lambda = run.real("lambda")},
          grid_(log_grid(encoder_.layers, run.count("points"))),
          stride_(std::max<std::size_t>(1, encoder_.layers / 500)) {
        run.axis("iteration", grid_, "", "ISTA iterations N");
        run.axis("depth", {depths.begin(), depths.end()}, "", "last iterations that are differentiated");
    }

    /// Returns the tail of example `e`; records its errors.
    Tail follow(std::size_t e, const Example& example) {
        Tail tail(example.size);
        JacobianRecursion recursion(encoder_, D_, example.x);
        double largest = 0;
        std::size_t last_change = 0, before = 0;
        for (std::size_t t = 1, next = 0; t <= encoder_.layers; ++t) {
            recursion.step();
            const std::size_t distance = support_distance(recursion.code(), example.z_hat);
            if (distance != 0 || (before != 0)) last_change = t;
            before = distance;
            const bool on_grid = next < grid_.size() && grid_[next] == static_cast<double>(t);
            if (!on_grid && t % stride_ != 0) {
                if (distance != 0) tail.observe(false, 0, 0, 0);
                continue;
            }
            const double code_error = vector_distance(recursion.code(), example.z_hat);
            const double error = mean_row_distance(recursion.jacobian(), example.J_hat);
            largest = std::max(largest, error);
            tail.observe(distance == 0, static_cast<double>(t), code_error, error);
            if (!on_grid) continue;
            run_.record_at("jacobian_error", {e, next}, error / example.size);
            run_.record_at("code_error", {e, next}, code_error);
            run_.record_at("support_distance", {e, next}, static_cast<double>(distance));
            record_truncated(e, next, t, example);
            ++next;
        }
        run_.record_at("overshoot", {e}, largest / example.size);
        run_.record_at("last_support_change", {e}, static_cast<double>(last_change));
        return tail;
    }

  private:
    static constexpr std::array<double, 3> depths{20, 50, 200};

    void record_truncated(std::size_t e, std::size_t point, std::size_t t, const Example& example) {
        for (std::size_t d = 0; d < depths.size(); ++d) {
            const SupportJacobian J =
                truncated_jacobian(encoder_, D_, example.x, t, static_cast<std::size_t>(depths[d]));
            run_.record_at("truncated_error", {d, e, point},
                           mean_row_distance(J, example.J_hat) / example.size);
        }
    }

    harness::Run& run_;
    const Matrix& D_;
    Encoder encoder_;
    std::vector<double> grid_;
    std::size_t stride_;
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

void test_jacobians(harness::Run& run) {
    const PerturbedProblem problem = draw_problem(run, run.count("examples"));
    const Matrix Z = lasso_codes(run, problem);
    std::size_t dropped = 0;
    const std::vector<Example> examples = usable_examples(run, problem, Z, dropped);
    run.record("dropped", static_cast<double>(dropped));
    run.axis("example", harness::counted(1, examples.size()), "", "sample with a usable Jacobian");
    JacobianTest test(run, problem);
    std::vector<double> ratios;
    for (std::size_t e = 0; e < examples.size(); ++e) {
        const Tail tail = test.follow(e, examples[e]);
        if (tail.usable()) ratios.push_back(tail.ratio());
        run.progress(static_cast<double>(e + 1) / static_cast<double>(examples.size()), "Jacobians");
    }
    run.record("converging", static_cast<double>(ratios.size()) / static_cast<double>(examples.size()));
    if (!ratios.empty()) run.record("rate_ratio", median(ratios));
}

std::vector<harness::ParamSpec> params() {
    const auto integer = [](std::int64_t value) { return harness::Value(value); };
    return harness::joined(malezieux_params(),
                           {{"examples", integer(50), "number of samples", 1},
                            {"iterations", integer(10000), "ISTA iterations", 2},
                            {"largest_jacobian", 1e5, "samples with a larger ||J_hat||_F are left out", 0}});
}

}  // namespace

void register_jacobian() {
    harness::register_experiment(
        {.name = "pudle.jacobian",
         .doc = "The code's Jacobian against its closed form (Malezieux et al., 2022), in double on the host",
         .params = params(),
         .metrics =
             {{"jacobian_error",
               "",
               "mean over rows of ||J_N - J_hat||_F, over that of J_0 = 0",
               {"example", "iteration"}},
              {"truncated_error",
               "",
               "the same when only the last iterations are differentiated",
               {"depth", "example", "iteration"}},
              {"code_error", "", "||z_N - z_hat||_2", {"example", "iteration"}},
              {"support_distance",
               "",
               "entries in which the supports of z_N and z_hat differ",
               {"example", "iteration"}},
              {"overshoot", "", "largest Jacobian error, over that of J_0", {"example"}},
              {"last_support_change",
               "",
               "last iteration that left or reached the support of z_hat",
               {"example"}},
              {"dropped", "", "samples without a usable Jacobian"},
              {"converging", "",
               "samples whose code error fell enough on the solution's support for a fit of the rates"},
              {"rate_ratio", "", "median of the Jacobian error's log-slope over the code error's"}},
         .body = test_jacobians,
         .on_cuda = false});
}

}  // namespace assay::pudle
