#include "experiments/pudle/malezieux.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "solvers/device/random.hpp"
#include "solvers/device/spectral_norm.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/sparse/ista.hpp"

namespace assay::pudle {

using namespace solvers;
using Matrix = Array<Cpu, double>;

namespace {

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

}  // namespace

double PerturbedProblem::step() const {
    const double sigma = spectral_norm(D);
    return 1.0 / (sigma * sigma);
}

std::vector<harness::ParamSpec> malezieux_params() {
    const auto integer = [](std::int64_t value) { return harness::Value(value); };
    return {{"m", integer(30), "length m of a sample", 1},
            {"p", integer(50), "number p of atoms", 2},
            {"density", 0.3, "probability that an entry of a code is not zero", 0, 1},
            {"noise", 0.1, "standard deviation of the Gaussian noise on an entry of x", 0},
            {"perturbation", 0.5,
             "deviation of the noise on the current dictionary, in units of that of D*'s entries", 0},
            {"lambda", 0.1, "weight lambda of the l1 norm", 1e-12},
            {"reference_iterations", integer(10000), "FISTA iterations for z_hat", 1},
            {"points", integer(40),
             "iteration numbers, evenly spaced in the logarithm, at which errors are kept", 2}};
}

PerturbedProblem draw_problem(harness::Run& run, std::size_t samples) {
    const auto paused = run.pause_clock();
    const std::size_t m = run.count("m"), p = run.count("p");
    const Matrix truth = random_dictionary<Cpu, double>(m, p, run.seed());
    PerturbedProblem problem{truth.copy(), Matrix(m, samples)};
    gemm(Op::none, Op::none, 1.0, truth, bernoulli_codes(run.real("density"), p, samples, run.seed()), 0.0,
         problem.X);
    add_noise(run.real("noise"), 0, run.seed(), problem.X);
    const double deviation = run.real("perturbation") * standard_deviation(truth);
    Random noise(run.seed(), "perturbation");
    for (std::size_t i = 0; i < problem.D.size(); ++i) problem.D.data()[i] += deviation * noise.normal();
    return problem;
}

Matrix lasso_codes(const harness::Run& run, const PerturbedProblem& problem) {
    return std::move(ista<Cpu, double>({.lambda = run.real("lambda"),
                                        .accelerated = true,
                                        .max_iterations = run.count("reference_iterations")},
                                       problem.D, problem.X)
                         .codes);
}

std::vector<double> log_grid(std::size_t last, std::size_t count) {
    std::set<double> points;
    for (std::size_t i = 0; i < count; ++i) {
        const double position =
            static_cast<double>(i) / static_cast<double>(std::max<std::size_t>(count - 1, 1));
        points.insert(std::round(std::pow(static_cast<double>(last), position)));
    }
    return {points.begin(), points.end()};
}

}  // namespace assay::pudle
