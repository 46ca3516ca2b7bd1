#include "solvers/sparse/lasso.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"

namespace assay::solvers {
namespace {

void check(const LassoOptions& options) {
    const auto require = [](bool allowed, const std::string& what, const char* hint) {
        if (!allowed) throw Error(what, "lasso", hint);
    };
    require(options.shrinkage != Shrinkage::hard, "a hard threshold does not solve the lasso",
            "use Shrinkage::soft or soft_one_sided");
    const std::string values = "lambda = " + std::to_string(options.lambda) +
                               ", ridge = " + std::to_string(options.ridge) +
                               ", tolerance = " + std::to_string(options.tolerance);
    require(options.lambda >= 0.0 && options.ridge >= 0.0 && options.tolerance >= 0.0 &&
                std::isfinite(options.lambda) && std::isfinite(options.ridge),
            values + " are not a valid choice", "none of them may be negative");
    require(options.block > 0, "a block of 0 samples", "give at least 1");
}

/// Products of columns must neither overflow nor vanish in T.
template <class T>
void check_scale(const std::vector<double>& atoms, const std::vector<double>& samples) {
    const double atom = *std::max_element(atoms.begin(), atoms.end());
    const double sample = *std::max_element(samples.begin(), samples.end());
    const double most = 1e-3 * static_cast<double>(std::numeric_limits<T>::max());
    const double least = 1e3 * static_cast<double>(std::numeric_limits<T>::min());
    if (atom * std::max(atom, sample) < most && (atom == 0.0 || atom * atom > least)) return;
    throw Error("the products of atoms of norm " + std::to_string(atom) + " and samples of norm " +
                    std::to_string(sample) + " are beyond the numbers of the scalar type",
                "lasso", "scale the dictionary and the samples to norms near one");
}

/// Adds the outcome of one block.
template <class Device, class T>
void account(const std::vector<LassoOutcome>& outcomes, const std::vector<double>& lengths,
             LassoResult<Device, T>& result) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const LassoOutcome& outcome = outcomes[i];
        const double at_zero = 0.5 * lengths[i] * lengths[i];
        result.gap = std::max(result.gap, at_zero > 0.0 ? outcome.gap / at_zero : outcome.gap);
        result.objective += outcome.objective;
        result.iterations = std::max(result.iterations, outcome.rounds);
        result.converged = result.converged && outcome.converged;
    }
}

template <class Device, class T>
LassoResult<Device, T> solve(const LassoOptions& options, bool warm, const Array<Device, T>& D,
                             const Array<Device, T>& X, Array<Device, T> Z) {
    require_problem("lasso", "the dictionary D", D, X);
    check(options);
    const std::vector<double> all_lengths = column_norms(X);
    check_scale<T>(column_norms(D), all_lengths);
    const LassoDescent descent{options.lambda, options.shrinkage == Shrinkage::soft_one_sided,
                               options.tolerance, options.max_iterations, warm};
    Array<Device, T> G = gram(D);
    add_to_diagonal(static_cast<T>(options.ridge), G);
    LassoResult<Device, T> result;
    for (std::size_t first = 0; first < X.cols(); first += options.block) {
        const std::size_t count = std::min(options.block, X.cols() - first);
        const Array<Device, T> part = X.columns(first, count);
        const std::vector<double> lengths(all_lengths.begin() + static_cast<std::ptrdiff_t>(first),
                                          all_lengths.begin() + static_cast<std::ptrdiff_t>(first + count));
        Array<Device, T> B(D.cols(), count), codes = Z.columns(first, count);
        gemm(Op::transpose, Op::none, T(1), D, part, T(0), B);
        account(lasso_descent(descent, G, B, lengths, codes), lengths, result);
        Z.set_columns(first, codes);
    }
    result.codes = std::move(Z);
    return result;
}

}  // namespace

template <class Device, class T>
LassoResult<Device, T> lasso(const LassoOptions& options, const Array<Device, T>& D,
                             const Array<Device, T>& X) {
    return solve(options, false, D, X, Array<Device, T>(D.cols(), X.cols()));
}

template <class Device, class T>
LassoResult<Device, T> lasso(const LassoOptions& options, const Array<Device, T>& D,
                             const Array<Device, T>& X, Array<Device, T> Z) {
    if (Z.rows() != D.cols() || Z.cols() != X.cols()) {
        throw Error("the start is " + shape_text(Z) + ", the codes are " + std::to_string(D.cols()) + " x " +
                        std::to_string(X.cols()),
                    "lasso", "give a code for each sample");
    }
    require_finite("lasso", "the start Z", Z);
    return solve(options, true, D, X, std::move(Z));
}

#define ASSAY_INSTANTIATE(Device, T)                                                    \
    template LassoResult<Device, T> lasso(const LassoOptions&, const Array<Device, T>&, \
                                          const Array<Device, T>&);                     \
    template LassoResult<Device, T> lasso(const LassoOptions&, const Array<Device, T>&, \
                                          const Array<Device, T>&, Array<Device, T>);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
