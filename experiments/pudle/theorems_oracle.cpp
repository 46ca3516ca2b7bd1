#include "experiments/pudle/theorems_oracle.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "experiments/pudle/common.hpp"
#include "solvers/dictionary/measures.hpp"

namespace assay::pudle {

using namespace solvers;
using Matrix = Array<Cpu, double>;

namespace {

constexpr double first_threshold = 0.5;  // C_min / 2 for amplitudes of at least 1
constexpr double large_lambda = 4.0;     // amplitudes are below 2

struct Bound {
    double coherence;
    std::vector<double> gamma;  ///< one a sample
};

Bound bound_at(const Matrix& D, const Truth& truth) {
    Matrix difference = D.copy();
    axpy(-1.0, truth.dictionary, difference);
    const Matrix shift = correlations(D, multiply_sparse(difference, truth.codes));
    Bound bound{coherence(D), std::vector<double>(shift.cols(), 0.0)};
    for (std::size_t i = 0; i < shift.cols(); ++i) {
        for (std::size_t j = 0; j < shift.rows(); ++j) {
            if (truth.codes(j, i) == 0) bound.gamma[i] = std::max(bound.gamma[i], std::abs(shift(j, i)));
        }
    }
    return bound;
}

double l1_error(const Matrix& Z, const Matrix& truth, std::size_t column) {
    double sum = 0;
    for (std::size_t j = 0; j < Z.rows(); ++j) sum += std::abs(Z(j, column) - truth(j, column));
    return sum;
}

double lambda_for(LambdaRule rule, const Bound& bound, const Matrix& Z, const Matrix& codes,
                  std::size_t column) {
    const double lower = bound.coherence * l1_error(Z, codes, column) + bound.gamma[column];
    switch (rule) {
        case LambdaRule::lower_bound:
            return lower;
        case LambdaRule::half_bound:
            return lower / 2;
        case LambdaRule::large:
            return large_lambda;
    }
    return 0;
}

}  // namespace

OracleCodes oracle_encode(const Encoder& encoder, LambdaRule rule, const Matrix& D, const Truth& truth) {
    const Bound bound = bound_at(D, truth);
    const Matrix G = gram(D), B = correlations(D, truth.samples);
    OracleCodes result;
    result.codes = B.copy();
    shrink_all(Shrinkage::hard, first_threshold, result.codes);
    std::vector<char> started(B.cols());
    for (std::size_t i = 0; i < B.cols(); ++i) started[i] = same_signs(result.codes, truth.codes, i) ? 1 : 0;
    std::vector<char> kept = started;
    for (std::size_t t = 0; t < encoder.layers; ++t) {
        Matrix next = multiply_sparse(G, result.codes);
        axpy(-1.0, B, next);
        scale(-encoder.alpha, next);
        axpy(1.0, result.codes, next);
        for (std::size_t i = 0; i < B.cols(); ++i) {
            const double threshold = encoder.alpha * lambda_for(rule, bound, result.codes, truth.codes, i);
            for (std::size_t j = 0; j < next.rows(); ++j)
                next(j, i) = shrink(Shrinkage::soft, next(j, i), threshold);
            if (!same_signs(next, truth.codes, i)) kept[i] = 0;
        }
        result.codes = std::move(next);
    }
    const auto share = [&](const std::vector<char>& flags) {
        return static_cast<double>(std::count(flags.begin(), flags.end(), 1)) /
               static_cast<double>(flags.size());
    };
    result.started = share(started);
    result.kept = share(kept);
    return result;
}

}  // namespace assay::pudle
