#include "solvers/deep/coherence.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/error.hpp"

namespace assay::solvers {

double mutual_coherence(const ShiftGram& gram) {
    double largest = 0.0;
    for (std::size_t b = 0; b < gram.channels(); ++b) {
        const std::span<const double> column = gram.column(b);
        for (std::size_t i = 0; i < gram.size(); ++i) {
            if (i == b * gram.length()) continue;
            const double lengths = std::sqrt(gram.diagonal(b) * gram.diagonal(i / gram.length()));
            largest = std::max(largest, std::abs(column[i]) / lengths);
        }
    }
    return largest;
}

double weighted_coherence(const ShiftGram& M) {
    double largest = 0.0;
    for (std::size_t b = 0; b < M.channels(); ++b) {
        if (!(std::abs(M.diagonal(b) - 1.0) < 1e-9)) {
            throw Error("W_i^T d_i is " + std::to_string(M.diagonal(b)) + " for the atoms of channel " +
                            std::to_string(b),
                        "generalised coherence", "scale each column of W so that W_i^T d_i = 1");
        }
        const std::span<const double> column = M.column(b);
        for (std::size_t i = 0; i < M.size(); ++i)
            if (i != b * M.length()) largest = std::max(largest, std::abs(column[i]));
    }
    return largest;
}

double matched_coherence(const ShiftGram& gram) {
    double largest = 0.0;
    for (std::size_t b = 0; b < gram.channels(); ++b)
        for (std::size_t i = 0; i < gram.size(); ++i)
            if (i != b * gram.length())
                largest = std::max(largest, std::abs(gram.column(b)[i]) / gram.diagonal(i / gram.length()));
    return largest;
}

double contraction(std::size_t sparsity, double mu) {
    return sparsity == 0 ? 0.0 : (2.0 * static_cast<double>(sparsity) - 1.0) * mu;
}

std::size_t largest_sparsity(double mu) {
    if (!(mu > 0.0)) throw Error("the coherence must be above 0", "largest sparsity");
    const double bound = 0.5 * (1.0 + 1.0 / mu);
    return static_cast<std::size_t>(std::ceil(bound)) - 1;
}

}  // namespace assay::solvers
