#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/dictionary/palm_blocks.hpp"

/// The dictionary's block.
namespace assay::solvers {
namespace {

/// A diag(factors).
template <class Device, class T>
Array<Device, T> scaled_columns(const Array<Device, T>& A, const std::vector<double>& factors) {
    const std::size_t K = factors.size();
    std::vector<T> diagonal(K * K, T(0));
    for (std::size_t k = 0; k < K; ++k) diagonal[k * K + k] = static_cast<T>(factors[k]);
    Array<Device, T> result(A.rows(), K);
    gemm(Op::none, Op::none, T(1), A, Array<Device, T>::from_host(K, K, diagonal), T(0), result);
    return result;
}

}  // namespace

DictionaryOptions dictionary_options(const PalmOptions& options) {
    return {.atoms = options.atoms,
            .method = options.dictionary_method,
            .steps = options.dictionary_steps,
            .gamma = options.gamma,
            .eps_D = options.weights.eps_D};
}

void check(const char* where, const DictionaryOptions& options) {
    if (options.steps == 0) {
        throw Error("a dictionary's update without a step", where, "its steps count from 1");
    }
    if (!(options.gamma > 1.0)) {
        throw Error("gamma = " + std::to_string(options.gamma) + " is not above 1", where,
                    "Psi decreases with steps t = gamma L, gamma > 1");
    }
}

template <class Device, class T>
Array<Device, T> unit_dictionary(const char* where, const LabelledSamples<Device, T>& data,
                                 const Array<Device, T>& D) {
    require_problem(where, "the dictionary D", D, data.samples);
    const std::size_t atoms = std::accumulate(data.atoms.begin(), data.atoms.end(), std::size_t{0});
    if (atoms != D.cols()) {
        throw Error("the dictionary D (" + shape_text(D) + ") does not have the " + std::to_string(atoms) +
                        " atoms that the classes share",
                    where, "make the labelled samples for as many atoms as D has columns");
    }
    const std::vector<double> lengths = column_norms(D);
    const auto zero = std::find(lengths.begin(), lengths.end(), 0.0);
    if (zero != lengths.end()) {
        throw Error("atom " + std::to_string(zero - lengths.begin()) + " of the dictionary is zero", where,
                    "a zero column has no direction; draw it from the samples that are not zero");
    }
    Array<Device, T> result = D.copy();
    normalize_columns(result);
    return result;
}

template <class Device, class T>
Array<Device, T> project_atoms(AtomSet set, const Array<Device, T>& before, Array<Device, T> U) {
    std::vector<double> factors = column_norms(U);
    std::vector<std::size_t> without_direction;
    bool outside = false;
    for (std::size_t k = 0; k < factors.size(); ++k) {
        if (set == AtomSet::sphere && factors[k] == 0.0) without_direction.push_back(k);
        outside = outside || factors[k] > 1.0;
        factors[k] = 1.0 / std::max(factors[k], 1.0);
    }
    if (set == AtomSet::sphere) {
        normalize_columns(U);
    } else if (outside) {
        U = scaled_columns(U, factors);
    }
    for (const std::size_t k : without_direction) U.set_columns(k, before.columns(k, 1));
    return U;
}

namespace {

template <class Device, class T>
void projected_gradient(const DictionaryOptions& options, const CodeMoments<Device, T>& moments,
                        double modulus, const Array<Device, T>& dictionary, BlockUpdate<Device, T>& result) {
    const double t = options.gamma * modulus;
    const bool convex = options.atoms == AtomSet::ball;
    result.step.step_size = result.step.reach = t;
    result.step.constant = convex ? t - 0.5 * modulus : 0.5 * (t - modulus);
    for (std::size_t i = 0; i < options.steps; ++i) {
        const Array<Device, T>& from = i == 0 ? dictionary : result.value;
        Array<Device, T> U = dictionary_gradient(options.eps_D, moments, from);
        scale(static_cast<T>(-1.0 / t), U);
        axpy(T(1), from, U);
        Array<Device, T> next = project_atoms(options.atoms, from, U.copy());
        result.step.squared_path += squared_distance(next, from);
        result.value = std::move(next);
        axpy(T(-1), result.value, U);
        scale(static_cast<T>(t), U);
        result.subgradient = std::move(U);
    }
    result.step.certified_drop = result.step.constant * result.step.squared_path;
}

/// B - D S for some atoms, B = Y G^T: what their moments leave with every atom as it is. Atoms are worked on
/// in blocks, so that most of the work is products of matrices.
template <class Device, class T>
class Remainder {
  public:
    static constexpr std::size_t width = 32;

    Remainder(const CodeMoments<Device, T>& moments, const std::vector<T>& S, const Array<Device, T>& D,
              std::size_t first)
        : S_(S),
          K_(D.cols()),
          first_(first),
          R_(moments.samples_by_G.columns(first, std::min(width, K_ - first))) {
        gemm(Op::none, Op::none, T(-1), D, moments.S.columns(first, R_.cols()), T(1), R_);
    }

    std::size_t end() const { return first_ + R_.cols(); }
    Array<Device, T> of(std::size_t k) const { return R_.columns(k - first_, 1); }
    /// Atom k moved by `step` (d x 1).
    void follow(std::size_t k, const Array<Device, T>& step) {
        const std::span<const T> row(S_.data() + k * K_ + first_, R_.cols());
        gemm(Op::none, Op::none, T(-1), step, Array<Device, T>::from_host(1, row.size(), row), T(1), R_);
    }

  private:
    const std::vector<T>& S_;
    std::size_t K_, first_;
    Array<Device, T> R_;
};

/// With the other atoms fixed, Psi is (S_kk + eps_D)/2 ||d||^2 - <r_k, d> + constant: its minimiser over the
/// set is the projection of r_k / (S_kk + eps_D). Without a curvature any atom is one, and it stays.
template <class Device, class T>
void per_atom(const DictionaryOptions& options, const CodeMoments<Device, T>& moments,
              const Array<Device, T>& dictionary, BlockUpdate<Device, T>& result) {
    const std::size_t K = dictionary.cols();
    const bool sphere = options.atoms == AtomSet::sphere;
    const std::vector<T> S = moments.S.to_host();
    result.value = dictionary.copy();
    result.subgradient = Array<Device, T>(dictionary.rows(), K);
    result.step.reach = norm(moments.S);  // of the atoms that move after atom k, by S's upper triangle
    result.step.constant = std::numeric_limits<double>::infinity();
    for (std::size_t first = 0; first < K; first += Remainder<Device, T>::width) {
        Remainder<Device, T> remainder(moments, S, result.value, first);
        for (std::size_t k = first; k < remainder.end(); ++k) {
            const double own = static_cast<double>(S[k * K + k]), curvature = own + options.eps_D;
            if (curvature == 0.0) continue;
            const Array<Device, T> before = result.value.columns(k, 1);
            Array<Device, T> r = remainder.of(k);
            axpy(static_cast<T>(own), before, r);
            const double length = norm(r);
            Array<Device, T> atom = r.copy();
            scale(static_cast<T>(1.0 / curvature), atom);
            atom = project_atoms(options.atoms, before, std::move(atom));
            const double moved = squared_distance(atom, before),
                         promise = 0.5 * (sphere ? length : curvature);
            result.step.squared_path += moved;
            result.step.certified_drop += promise * moved;
            if (moved > 0.0) result.step.constant = std::min(result.step.constant, promise);
            // On the sphere the normal at d is a multiple of d; for d = r / ||r|| this is r - curvature d.
            const double radial = sphere ? dot(r, atom) - curvature : -curvature;
            Array<Device, T> normal = sphere ? Array<Device, T>(r.rows(), 1) : std::move(r);
            axpy(static_cast<T>(radial), atom, normal);
            result.value.set_columns(k, atom);
            result.subgradient.set_columns(k, normal);
            axpy(T(-1), before, atom);
            remainder.follow(k, atom);
        }
    }
    if (!std::isfinite(result.step.constant)) result.step.constant = 0.0;
}

/// The normal of the set at D that is nearest to -gradient.
template <class Device, class T>
Array<Device, T> nearest_normal(AtomSet set, const Array<Device, T>& D, const Array<Device, T>& gradient) {
    std::vector<double> factors = column_norms(D);
    for (std::size_t k = 0; k < factors.size(); ++k) {
        const double along = dot(gradient.columns(k, 1), D.columns(k, 1));
        const bool inside = set == AtomSet::ball &&
                            (factors[k] < 1.0 - 4.0 * std::numeric_limits<T>::epsilon() || along > 0.0);
        factors[k] = inside ? 0.0 : -along;
    }
    return scaled_columns(D, factors);
}

template <class Device, class T>
void closed_form(const DictionaryOptions& options, const CodeMoments<Device, T>& moments,
                 const Array<Device, T>& dictionary, BlockUpdate<Device, T>& result) {
    result.step.guaranteed = false;
    Array<Device, T> D = ridge_regression(options.eps_D, moments.S, moments.samples_by_G);
    const std::vector<double> lengths = column_norms(D);
    for (std::size_t k = 0; k < lengths.size(); ++k) {
        if (lengths[k] == 0.0) D.set_columns(k, dictionary.columns(k, 1));
    }
    result.value = project_atoms(options.atoms, dictionary, std::move(D));
    result.step.squared_path = squared_distance(result.value, dictionary);
    result.subgradient = nearest_normal(options.atoms, result.value,
                                        dictionary_gradient(options.eps_D, moments, result.value));
}

}  // namespace

template <class Device, class T>
BlockUpdate<Device, T> update_dictionary(const DictionaryOptions& options,
                                         const CodeMoments<Device, T>& moments, double modulus,
                                         const Array<Device, T>& dictionary) {
    BlockUpdate<Device, T> result;
    result.step.modulus = modulus;
    switch (options.method) {
        case DictionaryMethod::projected_gradient:
            projected_gradient(options, moments, modulus, dictionary, result);
            break;
        case DictionaryMethod::per_atom:
            per_atom(options, moments, dictionary, result);
            break;
        case DictionaryMethod::closed_form:
            closed_form(options, moments, dictionary, result);
            break;
        case DictionaryMethod::fixed:
            result.value = dictionary.copy();
            result.subgradient = dictionary_gradient(options.eps_D, moments, dictionary);
            scale(T(-1), result.subgradient);
            break;
    }
    return result;
}

#define ASSAY_INSTANTIATE(Device, T)                                                             \
    template Array<Device, T> unit_dictionary(const char*, const LabelledSamples<Device, T>&,    \
                                              const Array<Device, T>&);                          \
    template Array<Device, T> project_atoms(AtomSet, const Array<Device, T>&, Array<Device, T>); \
    template BlockUpdate<Device, T> update_dictionary(                                           \
        const DictionaryOptions&, const CodeMoments<Device, T>&, double, const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
