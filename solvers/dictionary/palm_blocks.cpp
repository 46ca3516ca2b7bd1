#include "solvers/dictionary/palm_blocks.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "solvers/device/composed.hpp"
#include "solvers/device/eigenvalue_bounds.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/keep_largest.hpp"
#include "solvers/device/l1_norm.hpp"
#include "solvers/sparse/momentum.hpp"

namespace assay::solvers {
namespace {

/// Codes with the gradient there and, where a decrease is measured, their l1 norm.
template <class Device, class T>
struct CodePoint {
    Array<Device, T> codes;
    Array<Device, T> gradient;
    double l1 = 0.0;
};

/// The inner steps of some samples, whose codes depend on no other sample's.
template <class Device, class T>
class CodeBlock {
  public:
    CodeBlock(const PalmOptions& options, const BlockStep& promise, const Array<Device, T>& M,
              Array<Device, T> R)
        : options_(options), M_(M), R_(std::move(R)), t_(promise.step_size), constant_(promise.constant) {}

    /// Leaves a value, a subgradient, the squared path and the number of fallbacks.
    BlockUpdate<Device, T> run(Array<Device, T> gradient, Array<Device, T> codes) && {
        if (options_.code_method == CodeMethod::prox) {
            prox_steps(std::move(gradient), std::move(codes));
        } else {
            fista(std::move(gradient), std::move(codes));
        }
        return std::move(result_);
    }

  private:
    void prox_steps(Array<Device, T> gradient, Array<Device, T> codes) {
        for (std::size_t i = 0; i < options_.code_steps; ++i) {
            Array<Device, T> U = i == 0 ? std::move(gradient) : codes_gradient(M_, R_, codes);
            scale(static_cast<T>(-1.0 / t_), U);
            axpy(T(1), codes, U);
            Array<Device, T> next = shrunk(U);
            result_.step.squared_path += squared_distance(next, codes);
            codes = std::move(next);
            if (i + 1 == options_.code_steps) leave(std::move(codes), std::move(U));
        }
    }

    /// One product an inner step: M is linear, so the gradient at an extrapolated point is extrapolated.
    void fista(Array<Device, T> gradient, Array<Device, T> codes) {
        const bool safeguarded = options_.code_method == CodeMethod::safeguarded_fista;
        Momentum momentum;
        const double l1 = safeguarded ? l1_norm(codes) : 0.0;
        CodePoint<Device, T> before, now{std::move(codes), std::move(gradient), l1};
        for (std::size_t i = 0; i < options_.code_steps; ++i) {
            const double factor = momentum.next();
            Array<Device, T> U = forward(now, before, factor);
            CodePoint<Device, T> next = reached(U, safeguarded || i + 1 < options_.code_steps);
            if (safeguarded && factor > 0.0 && !decreases_enough(now, next)) {
                momentum = Momentum();
                U = forward(now, before, momentum.next());
                next = reached(U, true);
                ++result_.step.fallbacks;
            }
            result_.step.squared_path += squared_distance(next.codes, now.codes);
            before = std::move(now);
            now = std::move(next);
            if (i + 1 == options_.code_steps) leave(std::move(now.codes), std::move(U));
        }
    }

    /// Z - (M Z - R) / t at Z = now + factor (now - before).
    Array<Device, T> forward(const CodePoint<Device, T>& now, const CodePoint<Device, T>& before,
                             double factor) const {
        const T step = static_cast<T>(-1.0 / t_);
        if (factor == 0.0) {
            Array<Device, T> U = now.codes.copy();
            axpy(step, now.gradient, U);
            return U;
        }
        Array<Device, T> U(now.codes.rows(), now.codes.cols()), slope(U.rows(), U.cols());
        extrapolate(factor, now.codes, before.codes, U);
        extrapolate(factor, now.gradient, before.gradient, slope);
        axpy(step, slope, U);
        return U;
    }

    CodePoint<Device, T> reached(const Array<Device, T>& U, bool with_gradient) const {
        CodePoint<Device, T> point{shrunk(U), {}, 0.0};
        if (with_gradient) point.gradient = codes_gradient(M_, R_, point.codes);
        if (options_.code_method == CodeMethod::safeguarded_fista) point.l1 = l1_norm(point.codes);
        return point;
    }

    /// A quadratic falls by its mean slope along the step, which does not cancel as two values of it would.
    bool decreases_enough(const CodePoint<Device, T>& now, const CodePoint<Device, T>& next) const {
        Array<Device, T> step = next.codes.copy();
        axpy(T(-1), now.codes, step);
        const double drop = -0.5 * (dot(now.gradient, step) + dot(next.gradient, step)) -
                            options_.weights.lambda * (next.l1 - now.l1);
        return drop >= constant_ * squared_norm(step);
    }

    Array<Device, T> shrunk(const Array<Device, T>& U) const {
        Array<Device, T> codes = U.copy();
        if (options_.penalty == CodePenalty::l0) {
            keep_largest(options_.nonzeros, codes);
        } else {
            shrink_all(Shrinkage::soft, static_cast<T>(options_.weights.lambda / t_), codes);
        }
        return codes;
    }

    /// t (U - prox(U)) is a subgradient of the penalty at prox(U).
    void leave(Array<Device, T> codes, Array<Device, T> U) {
        axpy(T(-1), codes, U);
        scale(static_cast<T>(t_), U);
        result_.value = std::move(codes);
        result_.subgradient = std::move(U);
    }

    const PalmOptions& options_;
    const Array<Device, T>& M_;
    Array<Device, T> R_;
    double t_, constant_;
    BlockUpdate<Device, T> result_;
};

/// Psi falls by at least this times the squared proximal gradient step.
double prox_constant(const PalmOptions& options, double modulus) {
    const double t = options.gamma * modulus;
    return options.penalty == CodePenalty::l1 ? t - 0.5 * modulus : 0.5 * (t - modulus);
}

/// The penalty of each column of codes; 0 for codes with T non-zeros.
template <class Device, class T>
std::vector<double> penalties(const PalmOptions& options, const Array<Device, T>& codes) {
    if (options.penalty == CodePenalty::l0) return std::vector<double>(codes.cols(), 0.0);
    Array<Device, T> signs(codes.rows(), codes.cols());
    add_sign(static_cast<T>(options.weights.lambda), codes, signs);
    return column_dots(codes, signs);
}

/// Which samples of a block cannot take their proposed codes, and the squared path of those that do.
struct Judged {
    std::vector<std::size_t> refused;
    double squared_path = 0.0;
};

/// Judges `taken`, one step from the proposals; `slope` is the gradient there.
template <class Device, class T>
Judged judge_proposals(const PalmOptions& options, const BlockStep& promise, const Array<Device, T>& codes,
                       const Array<Device, T>& gradient, const BlockUpdate<Device, T>& taken,
                       Array<Device, T> slope) {
    scale(T(-1), slope);
    const std::vector<double> errors = column_distances(taken.subgradient, slope);
    const std::vector<double> lengths = column_distances(taken.value, codes);
    const std::vector<double> before = penalties(options, codes), after = penalties(options, taken.value);
    Array<Device, T> step = taken.value.copy();
    axpy(T(-1), codes, step);
    axpy(T(-1), gradient, slope);
    const std::vector<double> falls = column_dots(slope, step);  // twice the quadratic's, by its mean slope
    const double required = options.safeguard * prox_constant(options, promise.modulus);
    Judged judged;
    for (std::size_t j = 0; j < lengths.size(); ++j) {
        const double square = lengths[j] * lengths[j], drop = 0.5 * falls[j] + before[j] - after[j];
        const bool kept = drop >= required * square && errors[j] <= promise.reach * lengths[j];
        if (kept) {
            judged.squared_path += square;
        } else {
            judged.refused.push_back(j);
        }
    }
    return judged;
}

/// The columns of A, with those at `index` replaced by the columns of B.
template <class Device, class T>
Array<Device, T> with_columns(const std::vector<std::size_t>& index, const Array<Device, T>& A,
                              const Array<Device, T>& B) {
    Array<Device, T> both(A.rows(), A.cols() + B.cols());
    both.set_columns(0, A);
    both.set_columns(A.cols(), B);
    std::vector<std::size_t> order(A.cols());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t k = 0; k < index.size(); ++k) order[index[k]] = A.cols() + k;
    return gathered(both, order);
}

/// The update of a block of samples for which codes are proposed.
template <class Device, class T>
BlockUpdate<Device, T> update_proposed(const PalmOptions& options, const BlockStep& promise,
                                       const Array<Device, T>& M, const Array<Device, T>& R,
                                       const Array<Device, T>& gradient, const Array<Device, T>& codes,
                                       Array<Device, T> proposal) {
    PalmOptions one = options;
    one.code_method = CodeMethod::prox;
    one.code_steps = 1;
    Array<Device, T> slope = codes_gradient(M, R, proposal);
    BlockUpdate<Device, T> taken =
        CodeBlock<Device, T>(one, promise, M, R.copy()).run(std::move(slope), std::move(proposal));
    const Judged judged =
        judge_proposals(options, promise, codes, gradient, taken, codes_gradient(M, R, taken.value));
    taken.step.squared_path = taken.step.proposed_path = judged.squared_path;
    taken.step.refused = judged.refused.size();
    if (judged.refused.empty()) return taken;
    const BlockUpdate<Device, T> own =
        CodeBlock<Device, T>(options, promise, M, gathered(R, judged.refused))
            .run(gathered(gradient, judged.refused), gathered(codes, judged.refused));
    taken.value = with_columns(judged.refused, taken.value, own.value);
    taken.subgradient = with_columns(judged.refused, taken.subgradient, own.subgradient);
    taken.step.squared_path += own.step.squared_path;
    taken.step.fallbacks = own.step.fallbacks;
    return taken;
}

/// What the codes' update promises.
BlockStep codes_promise(const PalmOptions& options, double modulus) {
    const double t = options.gamma * modulus;
    BlockStep step;
    step.modulus = modulus;
    step.step_size = step.reach = t;
    step.constant = prox_constant(options, modulus);
    if (options.code_method == CodeMethod::prox) return step;
    // An extrapolated point lies within sqrt(2) sqrt(squared path) of the codes it leads to.
    step.reach = std::numbers::sqrt2 * t;
    step.guaranteed = options.code_method == CodeMethod::safeguarded_fista;
    step.constant = step.guaranteed ? options.safeguard * step.constant : 0.0;
    return step;
}

/// What the block promises once it is known how much of its path proposals made.
void keep_account(const PalmOptions& options, BlockStep& step) {
    if (!step.guaranteed) return;
    step.certified_drop = step.constant * (step.squared_path - step.proposed_path);
    if (step.proposed_path == 0.0) return;
    const double required = options.safeguard * prox_constant(options, step.modulus);
    step.certified_drop += required * step.proposed_path;
    step.constant = std::min(step.constant, required);
}

}  // namespace

void check(const PalmOptions& options, std::size_t atoms) {
    const auto require = [](bool allowed, const std::string& what, const char* hint) {
        if (!allowed) throw Error(what, "palm", hint);
    };
    const bool l0 = options.penalty == CodePenalty::l0;
    require(!l0 || options.nonzeros > 0, "codes of T = 0 non-zeros are all zero", "take T of at least 1");
    require(!l0 || options.nonzeros <= atoms,
            "codes of " + std::to_string(atoms) +
                " entries cannot have T = " + std::to_string(options.nonzeros) + " non-zeros",
            "take T of at most the number of atoms");
    require(!l0 || options.code_method == CodeMethod::prox, "FISTA does not solve an l0 problem",
            "use CodeMethod::prox");
    require(options.code_steps > 0, "a block of codes without a step", "code_steps counts from 1");
    check("palm", dictionary_options(options));
    require(options.block > 0, "a block of 0 samples", "block counts the samples worked on at a time");
    require(options.safeguard > 0.0 && options.safeguard <= 1.0,
            "safeguard = " + std::to_string(options.safeguard) + " is not in (0, 1]",
            "it is a share of a proximal gradient step's decrease");
    require(options.tolerance >= 0.0, "the tolerance of the certificates is negative", "0 or more");
    require(options.moduli_scale > 0.0 && options.certificate_scale > 0.0,
            "moduli_scale or certificate_scale is not above 0", "leave them at 1 but in a control");
}

template <class Device, class T>
BlockUpdate<Device, T> update_codes(const PalmOptions& options, const CodeSystem<Device, T>& system,
                                    double modulus, const Array<Device, T>& gradient,
                                    const Array<Device, T>& codes, const Array<Device, T>& proposal) {
    const std::size_t K = codes.rows(), N = codes.cols();
    BlockUpdate<Device, T> result{Array<Device, T>(K, N), Array<Device, T>(K, N),
                                  codes_promise(options, modulus)};
    for (std::size_t first = 0; first < N; first += options.block) {
        const std::size_t count = std::min(options.block, N - first);
        Array<Device, T> R = system.R.columns(first, count), slope = gradient.columns(first, count),
                         start = codes.columns(first, count);
        const BlockUpdate<Device, T> part =
            proposal.size() == 0 ? CodeBlock<Device, T>(options, result.step, system.M, std::move(R))
                                       .run(std::move(slope), std::move(start))
                                 : update_proposed(options, result.step, system.M, R, slope, start,
                                                   proposal.columns(first, count));
        result.value.set_columns(first, part.value);
        result.subgradient.set_columns(first, part.subgradient);
        result.step.squared_path += part.step.squared_path;
        result.step.proposed_path += part.step.proposed_path;
        result.step.fallbacks += part.step.fallbacks;
        result.step.refused += part.step.refused;
    }
    keep_account(options, result.step);
    return result;
}

template <class Device, class T>
Array<Device, T> label_free_codes(PalmOptions options, std::size_t steps, const Array<Device, T>& D,
                                  const Array<Device, T>& X) {
    require_problem("label_free_codes", "the dictionary D", D, X);
    options.code_steps = steps;
    check(options, D.cols());
    CodeSystem<Device, T> system{gram(D), Array<Device, T>(D.cols(), X.cols())};
    add_to_diagonal(static_cast<T>(options.weights.mu_G), system.M);
    gemm(Op::transpose, Op::none, T(1), D, X, T(0), system.R);
    const Array<Device, T> zero(D.cols(), X.cols());
    Array<Device, T> gradient = system.R.copy();
    scale(T(-1), gradient);
    return update_codes(options, system, largest_eigenvalue_bound(system.M), gradient, zero).value;
}

#define ASSAY_INSTANTIATE(Device, T)                                                                       \
    template BlockUpdate<Device, T> update_codes(const PalmOptions&, const CodeSystem<Device, T>&, double, \
                                                 const Array<Device, T>&, const Array<Device, T>&,         \
                                                 const Array<Device, T>&);                                 \
    template Array<Device, T> label_free_codes(PalmOptions, std::size_t, const Array<Device, T>&,          \
                                               const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
