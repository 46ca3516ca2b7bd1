#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/deep/strategies.hpp"
#include "solvers/dictionary/synthetic.hpp"

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

/// Codes of `nonzeros` values +-U[1/2, 1] on a uniform support.
solvers::CodeLaw code_law(std::size_t nonzeros);
/// Where x is not zero, ascending.
std::vector<std::size_t> support_of(std::span<const double> x);
/// What |W_i^T e| stays below over all atoms but for one sample in a hundred, for entries of e with that
/// deviation and ||W_i|| <= weight_norm: 1.1 deviation ||W_i|| sqrt(2 log 2d).
double gaussian_level(std::size_t atoms, double deviation, double weight_norm = 1.0);

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

/// Samples without noise, a column of Y each.
struct Batch {
    std::vector<Sample> samples;
    solvers::Array<solvers::Cpu, double> Y;  ///< D_1 x_1

    /// Mean of ||X(:, i) - x_J||_2.
    double mean_error(const solvers::Array<solvers::Cpu, double>& X) const;
};

/// Sample i depends on (seed, i) alone; its x_J follows code_law(lambda_J).
class SampleSource {
  public:
    SampleSource(const solvers::DeepInstance& instance,
                 std::uint64_t seed);  ///< the instance must outlive it
    Sample draw(std::size_t i, bool noisy) const;
    Batch batch(std::size_t codes) const;  ///< samples 0 .. codes - 1
    /// D_1^T D_1 x_1.
    std::vector<double> correlations(std::span<const double> x1) const;

  private:
    const solvers::DeepInstance& instance_;
    std::uint64_t seed_;
    solvers::CoupledGram first_;
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
