#pragma once

#include <cstddef>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/device/array.hpp"

/// What the Jacobian test and the gradient test of Malezieux, Moreau and Kowalski (ICLR 2022), which PUDLE
/// builds on, share: when does differentiating more iterations help, and when does it hurt?
namespace assay::pudle {

/// The current dictionary, which is not normalised, and samples of a true one.
struct PerturbedProblem {
    solvers::Array<solvers::Cpu, double> D;  ///< m x p
    solvers::Array<solvers::Cpu, double> X;  ///< m x n

    /// 1 / sigma_max(D)^2.
    double step() const;
};

/// m, p, density, noise, perturbation, lambda, reference_iterations and points, as the paper has them.
std::vector<harness::ParamSpec> malezieux_params();

/// Draws `samples` samples with Bernoulli-Gaussian codes, and a dictionary with noise on its entries, off the
/// clock.
PerturbedProblem draw_problem(harness::Run& run, std::size_t samples);

/// z_hat: the lasso codes of every sample at D (p x n), by `reference_iterations` of FISTA.
solvers::Array<solvers::Cpu, double> lasso_codes(const harness::Run& run, const PerturbedProblem& problem);

/// `count` integers from 1 to `last`, evenly spaced in the logarithm, without repetitions.
std::vector<double> log_grid(std::size_t last, std::size_t count);

}  // namespace assay::pudle
