#include "solvers/dictionary/supervised_objective.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/l1_norm.hpp"

namespace assay::solvers {
namespace {

void check_weights(const ObjectiveWeights& w) {
    const auto require = [](bool allowed, const char* name, double value, const char* rule) {
        if (allowed && std::isfinite(value)) return;
        throw Error(std::string(name) + " = " + std::to_string(value) + " is not allowed",
                    "supervised_objective", std::string(name) + " must be " + rule);
    };
    require(w.alpha >= 0.0, "alpha", w.alpha, "0 or more");
    require(w.beta >= 0.0, "beta", w.beta, "0 or more");
    require(w.lambda >= 0.0, "lambda", w.lambda, "0 or more");
    require(w.mu_A > 0.0, "mu_A", w.mu_A, "above 0");
    require(w.rho_W > 0.0, "rho_W", w.rho_W, "above 0");
    require(w.eps_D > 0.0, "eps_D", w.eps_D, "above 0");
    require(w.mu_G > 0.0, "mu_G", w.mu_G, "above 0");
}

/// One-hot columns; checks the labels.
template <class T>
std::vector<T> one_hot(const std::vector<std::uint32_t>& labels, std::size_t classes) {
    std::vector<T> targets(classes * labels.size(), T(0));
    std::vector<std::size_t> samples(classes, 0);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] >= classes) {
            throw Error("sample " + std::to_string(i) + " has the label " + std::to_string(labels[i]) +
                            " of " + std::to_string(classes) + " classes",
                        "labelled_samples", "labels count from 0");
        }
        targets[labels[i] + i * classes] = T(1);
        ++samples[labels[i]];
    }
    for (std::size_t c = 0; c < classes; ++c) {
        if (samples[c] != 0) continue;
        throw Error("class " + std::to_string(c) + " has no sample", "labelled_samples",
                    "renumber the labels so that every class from 0 on occurs");
    }
    return targets;
}

}  // namespace

std::vector<std::size_t> atoms_per_class(std::size_t atoms, std::size_t classes) {
    if (classes == 0) throw Error("there is no class", "atoms_per_class", "give at least one");
    if (atoms < classes) {
        throw Error(std::to_string(atoms) + " atoms are too few for " + std::to_string(classes) + " classes",
                    "atoms_per_class", "every class needs an atom of its own");
    }
    std::vector<std::size_t> counts(classes, atoms / classes);
    for (std::size_t c = 0; c < atoms % classes; ++c) ++counts[c];
    return counts;
}

template <class Device, class T>
LabelledSamples<Device, T> labelled_samples(Array<Device, T> samples,
                                            const std::vector<std::uint32_t>& labels, std::size_t classes,
                                            std::size_t atoms) {
    std::vector<std::size_t> counts = atoms_per_class(atoms, classes);
    require_entries("labelled_samples", "the sample matrix Y", samples);
    require_finite("labelled_samples", "the sample matrix Y", samples);
    if (labels.size() != samples.cols()) {
        throw Error("there are " + std::to_string(labels.size()) + " labels for " +
                        std::to_string(samples.cols()) + " samples",
                    "labelled_samples", "give one label a column of Y");
    }
    std::vector<T> diagonal(classes * classes, T(0));
    for (std::size_t c = 0; c < classes; ++c) diagonal[c * classes + c] = static_cast<T>(counts[c]);
    return {std::move(samples),
            Array<Device, T>::from_host(classes, labels.size(), one_hot<T>(labels, classes)),
            std::move(counts), Array<Device, T>::from_host(classes, classes, diagonal)};
}

template <class Device, class T>
Array<Device, T> codes_gradient(const Array<Device, T>& M, const Array<Device, T>& R,
                                const Array<Device, T>& codes) {
    Array<Device, T> gradient = multiply_sparse(M, codes);
    axpy(T(-1), R, gradient);
    return gradient;
}

template <class Device, class T>
Array<Device, T> dictionary_gradient(double eps_D, const CodeMoments<Device, T>& moments,
                                     const Array<Device, T>& dictionary) {
    Array<Device, T> gradient = moments.samples_by_G.copy();
    gemm(Op::none, Op::none, T(1), dictionary, moments.S, T(-1), gradient);
    axpy(static_cast<T>(eps_D), dictionary, gradient);
    return gradient;
}

template <class Device, class T>
Array<Device, T> ridge_regression(double ridge, const Array<Device, T>& S, const Array<Device, T>& B) {
    Array<Device, T> regularised = S.copy();
    add_to_diagonal(static_cast<T>(ridge), regularised);
    return transposed(solve_spd(regularised, transposed(B)));
}

template <class Device, class T>
SupervisedObjective<Device, T>::SupervisedObjective(const ObjectiveWeights& weights, bool l1,
                                                    LabelledSamples<Device, T> data)
    : weights_(weights), l1_(l1), data_(std::move(data)) {
    check_weights(weights_);
}

/// diag(n_c) P.
template <class Device, class T>
Array<Device, T> SupervisedObjective<Device, T>::weighted(const Array<Device, T>& P) const {
    Array<Device, T> result(P.rows(), P.cols());
    gemm(Op::none, Op::none, T(1), data_.class_weights, P, T(0), result);
    return result;
}

template <class Device, class T>
double SupervisedObjective<Device, T>::squared_norm_of_factor(const Array<Device, T>& P) const {
    return dot(P, weighted(P));
}

template <class Device, class T>
ObjectiveTerms SupervisedObjective<Device, T>::terms(const SupervisedModel<Device, T>& model) const {
    ObjectiveTerms result;
    update_dictionary_terms(model, result);
    update_consistency_terms(model, result);
    update_classifier_terms(model, result);
    result.code_ridge = 0.5 * weights_.mu_G * squared_norm(model.codes);
    result.code_l1 = l1_ ? weights_.lambda * l1_norm(model.codes) : 0.0;
    return result;
}

template <class Device, class T>
ObjectiveTerms SupervisedObjective<Device, T>::terms(const SupervisedModel<Device, T>& maps,
                                                     const SparseCodes<Device, T>& codes) const {
    constexpr std::size_t block = 4096;  // samples: two arrays of d x 4096 beside the data
    ObjectiveTerms result;
    for (std::size_t first = 0; first < codes.cols(); first += block) {
        const std::size_t count = std::min(block, codes.cols() - first);
        const SparseCodes<Device, T> G = columns(codes, first, count);
        const Array<Device, T> H = data_.targets.columns(first, count);
        result.reconstruction +=
            0.5 * squared_distance(data_.samples.columns(first, count), multiply_codes(maps.dictionary, G));
        result.classification +=
            0.5 * weights_.beta * squared_distance(H, multiply_codes(maps.classifier, G));
        if (weights_.alpha > 0.0) {
            Array<Device, T> residual = multiply_codes(maps.consistency, G);
            axpy(T(-1), H, residual);
            result.label_consistency += 0.5 * weights_.alpha * squared_norm_of_factor(residual);
        }
    }
    result.consistency_ridge = 0.5 * weights_.mu_A * squared_norm_of_factor(maps.consistency);
    result.classifier_ridge = 0.5 * weights_.rho_W * squared_norm(maps.classifier);
    result.dictionary_ridge = 0.5 * weights_.eps_D * squared_norm(maps.dictionary);
    result.code_ridge = 0.5 * weights_.mu_G * squared_norm(codes.value);
    result.code_l1 = l1_ ? weights_.lambda * l1_norm(codes.value) : 0.0;
    return result;
}

template <class Device, class T>
void SupervisedObjective<Device, T>::update_dictionary_terms(const SupervisedModel<Device, T>& model,
                                                             ObjectiveTerms& terms) const {
    const Array<Device, T> fit = multiply_sparse(model.dictionary, model.codes);
    terms.reconstruction = 0.5 * squared_distance(data_.samples, fit);
    terms.dictionary_ridge = 0.5 * weights_.eps_D * squared_norm(model.dictionary);
}

template <class Device, class T>
void SupervisedObjective<Device, T>::update_consistency_terms(const SupervisedModel<Device, T>& model,
                                                              ObjectiveTerms& terms) const {
    terms.label_consistency = terms.consistency_ridge = 0.0;
    if (weights_.alpha > 0.0) {
        Array<Device, T> residual = multiply_sparse(model.consistency, model.codes);
        axpy(T(-1), data_.targets, residual);
        terms.label_consistency = 0.5 * weights_.alpha * squared_norm_of_factor(residual);
    }
    terms.consistency_ridge = 0.5 * weights_.mu_A * squared_norm_of_factor(model.consistency);
}

template <class Device, class T>
void SupervisedObjective<Device, T>::update_classifier_terms(const SupervisedModel<Device, T>& model,
                                                             ObjectiveTerms& terms) const {
    const Array<Device, T> fit = multiply_sparse(model.classifier, model.codes);
    terms.classification = 0.5 * weights_.beta * squared_distance(data_.targets, fit);
    terms.classifier_ridge = 0.5 * weights_.rho_W * squared_norm(model.classifier);
}

template <class Device, class T>
CodeSystem<Device, T> SupervisedObjective<Device, T>::code_system(
    double s, const SupervisedModel<Device, T>& model) const {
    const Array<Device, T>& D = model.dictionary;
    CodeSystem<Device, T> system{gram(D), Array<Device, T>(D.cols(), data_.samples.cols())};
    add_to_diagonal(static_cast<T>(weights_.mu_G), system.M);
    gemm(Op::transpose, Op::none, T(1), D, data_.samples, T(0), system.R);
    if (s * weights_.alpha > 0.0) {
        const T scale = static_cast<T>(s * weights_.alpha);
        const Array<Device, T> P = weighted(model.consistency);
        gemm(Op::transpose, Op::none, scale, P, model.consistency, T(1), system.M);
        gemm(Op::transpose, Op::none, scale, P, data_.targets, T(1), system.R);
    }
    if (s * weights_.beta > 0.0) {
        const T scale = static_cast<T>(s * weights_.beta);
        gemm(Op::transpose, Op::none, scale, model.classifier, model.classifier, T(1), system.M);
        gemm(Op::transpose, Op::none, scale, model.classifier, data_.targets, T(1), system.R);
    }
    return system;
}

template <class Device, class T>
CodeMoments<Device, T> SupervisedObjective<Device, T>::moments(const Array<Device, T>& codes) const {
    const std::size_t K = codes.rows();
    CodeMoments<Device, T> result{Array<Device, T>(K, K), Array<Device, T>(data_.samples.rows(), K),
                                  Array<Device, T>(data_.classes(), K)};
    add_times_codes_transposed(codes, codes, result.S);
    add_times_codes_transposed(data_.samples, codes, result.samples_by_G);
    add_times_codes_transposed(data_.targets, codes, result.targets_by_G);
    return result;
}

template <class Device, class T>
CodeMoments<Device, T> SupervisedObjective<Device, T>::moments(const SparseCodes<Device, T>& codes) const {
    const std::size_t K = codes.rows;
    CodeMoments<Device, T> result{Array<Device, T>(K, K), Array<Device, T>(data_.samples.rows(), K),
                                  Array<Device, T>(data_.classes(), K)};
    add_outer(T(1), codes, codes, result.S);
    add_times_transposed(T(1), data_.samples, codes, result.samples_by_G);
    add_times_transposed(T(1), data_.targets, codes, result.targets_by_G);
    return result;
}

template <class Device, class T>
void SupervisedObjective<Device, T>::solve_ridges(double s, const CodeMoments<Device, T>& moments,
                                                  Array<Device, T>& consistency,
                                                  Array<Device, T>& classifier) const {
    const double a = s * weights_.alpha, b = s * weights_.beta;
    const Array<Device, T>& B = moments.targets_by_G;
    consistency =
        a > 0.0 ? ridge_regression(weights_.mu_A / a, moments.S, B) : Array<Device, T>(B.rows(), B.cols());
    if (!(b > 0.0)) {
        classifier = Array<Device, T>(B.rows(), B.cols());
    } else if (a > 0.0 && weights_.mu_A * b == weights_.rho_W * a) {
        classifier = consistency.copy();
    } else {
        classifier = ridge_regression(weights_.rho_W / b, moments.S, B);
    }
}

#define ASSAY_INSTANTIATE(Device, T)                                                                      \
    template LabelledSamples<Device, T> labelled_samples(                                                 \
        Array<Device, T>, const std::vector<std::uint32_t>&, std::size_t, std::size_t);                   \
    template Array<Device, T> codes_gradient(const Array<Device, T>&, const Array<Device, T>&,            \
                                             const Array<Device, T>&);                                    \
    template Array<Device, T> dictionary_gradient(double, const CodeMoments<Device, T>&,                  \
                                                  const Array<Device, T>&);                               \
    template Array<Device, T> ridge_regression(double, const Array<Device, T>&, const Array<Device, T>&); \
    template class SupervisedObjective<Device, T>;

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
