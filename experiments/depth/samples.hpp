#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/deep/strategies.hpp"

/// Instances and samples as the parameters of a run describe them.
namespace assay::depth {

/// instance, signs and sign_seed.
std::vector<harness::ParamSpec> instance_params(const std::string& instance);
/// The instance, whether or not its conditions hold.
solvers::DeepInstance any_instance_of(const harness::Run& run);
/// Made off the clock. Throws Error where its coherence conditions do not hold, before anything runs on it.
solvers::DeepInstance instance_of(harness::Run& run);

harness::ParamSpec codes_param();  ///< `codes`, how many
harness::ParamSpec iterations_param(std::size_t fallback, std::size_t least = 2);

/// A code through all layers and its observation, as D_1^T sees them.
struct Sample {
    std::vector<std::vector<double>> codes;  ///< x_1 .. x_J
    std::vector<double> clean;               ///< D_1^T D_1 x_1
    std::vector<double> noise;               ///< D_1^T n for standard Gaussian n
    double noise_norm = 0.0;                 ///< ||n||_2

    const std::vector<double>& deepest() const { return codes.back(); }
    /// D_1^T y for y = D_1 x_1 + sigma n.
    std::vector<double> first(double sigma) const;
};

/// Sample i depends on (seed, i) alone: lambda_J non-zeros +-U[1/2, 1] on a uniform support.
class SampleSource {
  public:
    SampleSource(const solvers::DeepInstance& instance,
                 std::uint64_t seed);  ///< the instance must outlive it
    Sample draw(std::size_t i, bool noisy) const;
    /// D_1^T D_1 x_1.
    std::vector<double> correlations(std::span<const double> x1) const;

  private:
    const solvers::DeepInstance& instance_;
    std::uint64_t seed_;
    solvers::CoupledGram<double> first_;
};

/// max |x|.
double largest(std::span<const double> values);

/// The line through (k, log error_k) over the k from 1 on whose error exceeds `above`.
struct LogFit {
    double slope = 0.0, r2 = 0.0;
    std::size_t points = 0;
};
LogFit fit_log(std::span<const double> errors, double above);

}  // namespace assay::depth
