#include "experiments/pudle/jacobian.hpp"

#include <set>

#include "experiments/harness/run_context.hpp"
#include "experiments/pudle/common.hpp"
#include "experiments/pudle/registrations.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/measures.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/sparse/ista.hpp"
#include "solvers/sparse/jacobian.hpp"

/// The Jacobian test and the gradient test of Malezieux, Moreau and Kowalski (ICLR 2022), which PUDLE builds
/// on: when does differentiating more iterations help, and when does it hurt?
namespace assay::pudle {

namespace {

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

/// The current dictionary, which is not normalised, and samples of a true one.
struct Problem {
    Matrix D;  ///< m x p
    Matrix X;  ///< m x n
};

/// Bernoulli codes with Gaussian entries, an entry at its own place of its stream.
Matrix bernoulli_codes(double density, std::size_t p, std::size_t n, std::uint64_t seed) {
    Random kept(seed, "bernoulli support"), amplitudes(seed, "bernoulli amplitude");
    Matrix Z(p, n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < p; ++j) {
            const double amplitude = amplitudes.normal();
            Z(j, i) = kept.uniform() < density ? amplitude : 0.0;
        }
    }
    return Z;
}

double standard_deviation(const Matrix& A) {
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < A.size(); ++i) sum += A.data()[i], squares += A.data()[i] * A.data()[i];
    const double n = static_cast<double>(A.size());
    return std::sqrt(squares / n - (sum / n) * (sum / n));
}

Problem draw_problem(const harness::Run& run, std::size_t samples) {
    const std::size_t m = run.count("m"), p = run.count("p");
    const Matrix truth = random_dictionary<Cpu, double>(m, p, run.seed());
    Problem problem{truth.copy(), Matrix(m, samples)};
    gemm(Op::none, Op::none, 1.0, truth, bernoulli_codes(run.real("density"), p, samples, run.seed()), 0.0,
         problem.X);
    add_noise(run.real("noise"), 0, run.seed(), problem.X);
    const double deviation = run.real("perturbation") * standard_deviation(truth);
    Random noise(run.seed(), "perturbation");
    for (std::size_t i = 0; i < problem.D.size(); ++i) problem.D.data()[i] += deviation * noise.normal();
    return problem;
}

/// `count` integers from 1 to `last`, evenly spaced in the logarithm, without repetitions.
std::vector<double> log_grid(std::size_t last, std::size_t count) {
    std::set<double> points;
    for (std::size_t i = 0; i < count; ++i) {
        const double position =
            static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(count - 1, 1));
        points.insert(std::round(std::pow(static_cast<double>(last), position)));
    }
    return {points.begin(), points.end()};
}

Matrix lasso_codes(const harness::Run& run, const Problem& problem) {
    return std::move(ista<Cpu, double>({.lambda = run.real("lambda"),
                                        .accelerated = true,
                                        .max_iterations = run.count("reference_iterations")},
                                       problem.D, problem.X)
                         .codes);
}

std::span<const double> column(const Matrix& A, std::size_t i) {
    return {A.data() + i * A.rows(), A.rows()};
}

double vector_distance(std::span<const double> a, std::span<const double> b) {
    double square = 0;
    for (std::size_t j = 0; j < a.size(); ++j) square += (a[j] - b[j]) * (a[j] - b[j]);
    return std::sqrt(square);
}

std::size_t support_distance(std::span<const double> a, std::span<const double> b) {
    std::size_t different = 0;
    for (std::size_t j = 0; j < a.size(); ++j) different += (a[j] != 0.0) != (b[j] != 0.0) ? 1 : 0;
    return different;
}

/// Least-squares slope of y against t.
double slope(const std::vector<double>& t, const std::vector<double>& y) {
    double mean_t = 0, mean_y = 0, above = 0, below = 0;
    for (std::size_t i = 0; i < t.size(); ++i) mean_t += t[i], mean_y += y[i];
    mean_t /= static_cast<double>(t.size()), mean_y /= static_cast<double>(t.size());
    for (std::size_t i = 0; i < t.size(); ++i) {
        above += (t[i] - mean_t) * (y[i] - mean_y);
        below += (t[i] - mean_t) * (t[i] - mean_t);
    }
    return above / below;
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
    double ratio() const { return slope(later(t_), later(jacobian_)) / slope(later(t_), later(code_)); }

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
std::vector<Example> usable_examples(const harness::Run& run, const Problem& problem, const Matrix& Z,
                                     std::size_t& dropped) {
    std::vector<Example> examples;
    dropped = 0;
    for (std::size_t i = 0; i < problem.X.cols(); ++i) {
        try {
            SupportJacobian J = fixed_point_jacobian(problem.D, column(problem.X, i), column(Z, i));
            const SupportJacobian none{J.m, J.p, {}, Matrix(0, J.m * J.p)};
            const double size = mean_row_distance(J, none);
            if (size > 0.0 && frobenius_norm(J) < run.real("largest_jacobian")) {
                examples.push_back({column(problem.X, i), column(Z, i), std::move(J), size});
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
    JacobianTest(harness::Run& run, const Problem& problem, double step)
        : run_(run),
          D_(problem.D),
          encoder_{.layers = run.count("iterations"), .alpha = step, .lambda = run.real("lambda")},
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
    const Problem problem = draw_problem(run, run.count("examples"));
    const double L = spectral_norm(problem.D) * spectral_norm(problem.D);
    const Matrix Z = lasso_codes(run, problem);
    std::size_t dropped = 0;
    const std::vector<Example> examples = usable_examples(run, problem, Z, dropped);
    run.record("dropped", static_cast<double>(dropped));
    run.axis("example", counted(1, examples.size()), "", "sample with a usable Jacobian");
    JacobianTest test(run, problem, 1.0 / L);
    std::vector<double> ratios;
    for (std::size_t e = 0; e < examples.size(); ++e) {
        const Tail tail = test.follow(e, examples[e]);
        if (tail.usable()) ratios.push_back(tail.ratio());
        run.progress(0.8 * static_cast<double>(e + 1) / static_cast<double>(examples.size()), "Jacobians");
    }
    run.record("converging", static_cast<double>(ratios.size()) / static_cast<double>(examples.size()));
    if (!ratios.empty()) run.record("rate_ratio", median(ratios));
}

template <class Device, class T>
void test_gradients(harness::Run& run) {
    const Problem problem = draw_problem(run, run.count("samples"));
    const double L = spectral_norm(problem.D) * spectral_norm(problem.D);
    const Matrix Z_hat = lasso_codes(run, problem);
    const auto D = to_device<Device, T>(problem.D.rows(), problem.D.cols(), problem.D.to_host());
    const auto X = to_device<Device, T>(problem.X.rows(), problem.X.cols(), problem.X.to_host());
    const auto reference =
        to_device<Device, T>(D.rows(), D.cols(), code_gradient(problem.D, problem.X, Z_hat).to_host());
    const std::vector<std::size_t> depths{0, 20, 50, 100};
    run.axis("backprop", {depths.begin(), depths.end()}, "",
             "last iterations that the gradient goes through");
    const std::vector<double> grid = log_grid(run.count("gradient_iterations"), run.count("points"));
    run.axis("solver_iteration", grid, "", "iterations N of the lasso solver");
    TruncatedBackpropagation<Device, T> solver(
        {.lambda = run.real("lambda"), .step = 1.0 / L, .accelerated = run.flag("accelerated")}, D, X);
    for (std::size_t i = 0; i < grid.size(); ++i) {
        while (static_cast<double>(solver.iterations()) < grid[i]) solver.iterate();
        const auto gradients = solver.gradients(depths);
        for (std::size_t d = 0; d < depths.size(); ++d) {
            const double cosine = dot(gradients[d], reference) / (norm(gradients[d]) * norm(reference));
            run.record_at("cosine_distance", {d, i}, 1.0 - cosine);
            run.record_at("gradient_error", {d, i}, distance(gradients[d], reference) / norm(reference));
        }
        const std::vector<T> host = solver.codes().to_host();
        std::size_t found = 0;
        for (std::size_t k = 0; k < X.cols(); ++k) {
            const std::vector<double> z(host.begin() + static_cast<std::ptrdiff_t>(k * D.cols()),
                                        host.begin() + static_cast<std::ptrdiff_t>((k + 1) * D.cols()));
            found += support_distance(z, column(Z_hat, k)) == 0 ? 1 : 0;
        }
        run.record_at("support_found", {i}, static_cast<double>(found) / static_cast<double>(X.cols()));
    }
}

std::vector<harness::ParamSpec> params() {
    const auto integer = [](std::int64_t value) { return harness::Value(value); };
    harness::ParamSpec precision = precision_param();
    precision.fallback = std::string("double");
    precision.doc = "scalar of the gradient test; the Jacobian test runs on the host in double";
    return {{"m", integer(30), "length m of a sample", 1},
            {"p", integer(50), "number p of atoms", 2},
            {"density", 0.3, "probability that an entry of a code is not zero", 0, 1},
            {"noise", 0.1, "standard deviation of the Gaussian noise on an entry of x", 0},
            {"perturbation", 0.5,
             "deviation of the noise on the current dictionary, in units of that of D*'s entries", 0},
            {"lambda", 0.1, "weight lambda of the l1 norm", 1e-12},
            {"examples", integer(50), "samples of the Jacobian test", 1},
            {"iterations", integer(10000), "ISTA iterations of the Jacobian test", 2},
            {"largest_jacobian", 1e5, "samples with a larger ||J_hat||_F are left out", 0},
            {"samples", integer(1000), "samples N of the gradient test", 1},
            {"gradient_iterations", integer(1000), "iterations of the gradient test", 2},
            {"reference_iterations", integer(10000), "FISTA iterations for z_hat", 1},
            {"accelerated", true, "the gradient test differentiates FISTA; false: ISTA"},
            {"points", integer(40),
             "iteration numbers, evenly spaced in the logarithm, at which errors are kept", 2},
            precision};
}

}  // namespace

void register_jacobian() {
    harness::register_experiment(
        {.name = "pudle.jacobian",
         .doc = "Error of the code's Jacobian, and of gradients through few or many iterations (Malezieux et "
                "al., 2022)",
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
              {"rate_ratio", "", "median of the Jacobian error's log-slope over the code error's"},
              {"cosine_distance", "", "1 - cos(g, g_hat)", {"backprop", "solver_iteration"}},
              {"gradient_error", "", "||g - g_hat||_F / ||g_hat||_F", {"backprop", "solver_iteration"}},
              {"support_found", "", "samples whose code has the support of z_hat", {"solver_iteration"}}},
         .body = [](harness::Run& run) {
             test_jacobians(run);
             dispatch(run, [&]<class Device, class T>() { test_gradients<Device, T>(run); });
         }});
}

}  // namespace assay::pudle
