#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "solvers/deep/circular_dictionary.hpp"

/// LISTA-CP (Chen, Liu, Wang and Yin, 2018) on circular dictionaries,
///   x^{k+1} = T_{theta^k}( x^k + W^T (y - D x^k) ),  x^0 = 0,
/// with thresholds that are not learned but certified. In Gram form, b = W^T y and M = W^T D: an iteration
/// costs d multiply-adds for each non-zero of x^k.
namespace assay::solvers {

/// What is known before the first iteration: the theorem needs no more.
struct CodeBounds {
    std::size_t sparsity = 1;  ///< s
    double coherence = 0.0;    ///< mu~, attained by W
    double start = 1.0;        ///< E_0 >= ||x*||_1
    double noise = 0.0;        ///< nu >= max |W_i^T e|, and above the rounding of a pre-activation
};

/// What rounding does to a pre-activation of order 1, with room. Thresholds that fall below it let rounding
/// errors off the support pass, which then grow by about ||D||^2 - 1 an iteration; and where the certificate
/// is tight even its first thresholds need that much more.
template <class T>
constexpr double rounding_noise = sizeof(T) == sizeof(double) ? 1e-13 : 1e-6;

/// theta^k and E_k >= ||x^k - x*||_1 for k = 0..K:
///   theta^k = mu~ E_k + nu,  E_{k+1} = (2 s - 1) mu~ E_k + 2 s nu.
/// Throws Error for an empty support, a negative or non-finite bound.
struct Certificate {
    std::vector<double> thresholds;  ///< K values
    std::vector<double> errors;      ///< K + 1 values
};
Certificate certify(const CodeBounds& bounds, std::size_t iterations);

/// Where the errors end: 2 s nu / (1 - r); infinite unless r < 1.
double error_floor(const CodeBounds& bounds);

/// theta^k for iteration k at the code x^k.
using ThresholdRule = std::function<double(std::size_t k, std::span<const double> x)>;

ThresholdRule certified_rule(const Certificate& certificate);
/// mu~ ||x^k - truth||_1 + nu: what no one knows, and what the certified rule bounds. `truth` must outlive
/// it.
ThresholdRule oracle_rule(const CodeBounds& bounds, std::span<const double> truth);
/// max(first ratio^k, lowest): needs no coherence at all. Throws Error unless 0 < ratio < 1 and first > 0.
ThresholdRule geometric_rule(double first, double ratio, double lowest);

/// M as the iteration reads it.
class CoupledGram {
  public:
    explicit CoupledGram(const ShiftGram& M);
    /// The rows of `gram` = D^T D divided by its diagonal: M for W_i = d_i / ||d_i||^2.
    static CoupledGram matched(const ShiftGram& gram);

    std::size_t size() const { return length_ * channels_; }
    double factor(std::size_t channel) const { return factors_[channel]; }  ///< of W's atoms over D's
    /// z <- z + a M_j.
    void add_column(double a, std::size_t j, std::span<double> z) const;

  private:
    std::size_t length_, channels_;
    std::vector<double> columns_;
    std::vector<double> factors_;
};

/// Sees x^k for k = 1..K.
using CodeObserver = std::function<void(std::size_t k, std::span<const double> x)>;

/// x^K. Throws Error when b does not fit M, and Diverged when the iterate overflows.
std::vector<double> lista_cp(const CoupledGram& M, std::span<const double> b, std::size_t iterations,
                             const ThresholdRule& rule, const CodeObserver& observer = {});

}  // namespace assay::solvers
