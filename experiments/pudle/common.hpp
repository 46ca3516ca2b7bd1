#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/sparse/unrolled.hpp"

/// What the synthetic experiments of the study share: their parameters and the data set that these describe.
namespace assay::pudle {

/// m, p, samples, nonzeros, signs, noise, perturbation, lambda, alpha, layers and precision, with the values
/// of the paper's small set ("theory set") as defaults.
std::vector<harness::ParamSpec> synthetic_params();

/// What no single range can say: s <= p. One message a violation.
std::vector<std::string> check_synthetic(const harness::Params& params);

/// z* as the parameters `nonzeros` and `signs` describe it; amplitudes uniform on [1, 2).
solvers::CodeLaw code_law(const harness::Run& run);

/// T layers of soft thresholding with the parameters `layers`, `alpha` and `lambda`.
solvers::Encoder encoder_of(const harness::Run& run);

/// The texts that name a gradient in a spec, and what they name.
const std::vector<std::string>& gradient_names();
solvers::Gradient gradient_named(const std::string& name);
/// The parameter `gradient`: what Adam follows, g_ae-ls by default.
harness::ParamSpec gradient_param();

/// The data of one run: the true dictionary, the start, and the samples with their codes.
template <class Device, class T>
struct SyntheticSet {
    solvers::Array<Device, T> truth;    ///< D*, m x p
    solvers::Array<Device, T> start;    ///< D0 = normalise(D* + tau N), m x p
    solvers::Array<Device, T> codes;    ///< z*, p x n
    solvers::Array<Device, T> samples;  ///< x = D* z* + noise, m x n
};

/// Draws the first `count` samples of the set that the run's parameters and seed describe, off the clock.
template <class Device, class T>
SyntheticSet<Device, T> draw_set(harness::Run& run, std::size_t count) {
    const auto paused = run.pause_clock();
    auto truth = solvers::random_dictionary<Device, T>(run.count("m"), run.count("p"), run.seed());
    auto start = solvers::perturbed_dictionary(truth, run.real("perturbation"), run.seed());
    auto drawn = solvers::draw_samples(truth, code_law(run), run.real("noise"), 0, count, run.seed());
    return {std::move(truth), std::move(start), std::move(drawn.codes), std::move(drawn.samples)};
}

/// D^T X, p x n.
template <class Device, class T>
solvers::Array<Device, T> correlations(const solvers::Array<Device, T>& D,
                                       const solvers::Array<Device, T>& X) {
    solvers::Array<Device, T> B(D.cols(), X.cols());
    solvers::gemm(solvers::Op::transpose, solvers::Op::none, T(1), D, X, T(0), B);
    return B;
}

/// z_T of every sample at the dictionary D.
template <class Device, class T>
solvers::Array<Device, T> codes_at(const solvers::Encoder& encoder, const solvers::Array<Device, T>& D,
                                   const solvers::Array<Device, T>& X) {
    return solvers::encode(encoder, solvers::gram(D), correlations(D, X));
}

/// The mean over samples of ||a_i - b_i||_2 for the columns of A and B.
template <class Device, class T>
double mean_column_distance(const solvers::Array<Device, T>& A, const solvers::Array<Device, T>& B) {
    double sum = 0;
    for (const double distance : solvers::column_distances(A, B)) sum += distance;
    return sum / static_cast<double>(A.cols());
}

/// Whether two codes, the same column of A and B, have equal signs in every entry.
bool same_signs(const solvers::Array<solvers::Cpu, double>& A, const solvers::Array<solvers::Cpu, double>& B,
                std::size_t column);

/// In how many entries one of two codes is zero and the other is not.
std::size_t support_distance(std::span<const double> a, std::span<const double> b);
inline bool same_support(std::span<const double> a, std::span<const double> b) {
    return support_distance(a, b) == 0;
}

/// The slope of the least-squares line through the points (x_i, y_i).
double fitted_slope(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace assay::pudle
