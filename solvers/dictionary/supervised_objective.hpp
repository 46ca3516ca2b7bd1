#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/device/sparse_codes.hpp"

/// The objective of the semi-unified dictionary learner (Lin, Yan and Tran, 2025, equations 1 and 3, which
/// are LC-KSVD2's with ridge terms), with factors 1/2 throughout and a supervision scale s in [0, 1]:
///   Psi = 1/2 ||Y - D G||^2 + s alpha/2 ||A G - Q||^2 + s beta/2 ||W G - H||^2
///         + mu_A/2 ||A||^2 + rho_W/2 ||W||^2 + eps_D/2 ||D||^2 + mu_G/2 ||G||^2 + lambda ||G||_1.
/// Y is d x N (a sample a column), D d x K, G K x N, A K x K, W C x K, H C x N (one-hot labels), and Q (K x
/// N) has a one where atom and sample carry the same class.
///
/// A and Q exist only as factors. With E (K x C) the atoms' membership in the classes, Q = E H, and the rows
/// of the ridge solution A repeat over the atoms of a class: A = E P for a C x K matrix P. Hence with n_c
/// atoms in class c, ||A G - Q||^2 = sum_c n_c ||row c of P G - H||^2, A^T A = P^T diag(n_c) P, A^T Q = P^T
/// diag(n_c) H, ||A||^2 = sum_c n_c ||row c of P||^2, and no K x N matrix beside the codes is formed.
namespace assay::solvers {

/// n_c: how many of `atoms` atoms belong to each of `classes` classes. Atoms lie in blocks by class; the
/// remainder goes one by one to the first classes. Throws Error for no class and for fewer atoms than
/// classes.
std::vector<std::size_t> atoms_per_class(std::size_t atoms, std::size_t classes);

/// The weights of Psi; the defaults suit samples of unit length. The four ridge weights must be positive
/// (they keep the iterates bounded and the moduli away from zero), the others not negative.
struct ObjectiveWeights {
    double alpha = 0.3;  ///< label consistency; 0 leaves A out
    double beta = 0.3;   ///< classification
    double mu_A = 1.0;
    double rho_W = 1.0;
    double eps_D = 1e-3;
    double mu_G = 1e-2;
    double lambda = 0.05;  ///< of ||G||_1; not used where the codes are constrained to T non-zeros
};

/// What is learned from.
template <class Device, class T>
struct LabelledSamples {
    Array<Device, T> samples;        ///< Y, d x N
    Array<Device, T> targets;        ///< H, C x N
    std::vector<std::size_t> atoms;  ///< n_c
    Array<Device, T> class_weights;  ///< diag(n_c), C x C

    std::size_t classes() const { return atoms.size(); }
    LabelledSamples copy() const { return {samples.copy(), targets.copy(), atoms, class_weights.copy()}; }
};

/// Throws Error when Y has no entry or holds NaN or Inf, when there is not one label below `classes` for each
/// sample, when a class has no sample, and for fewer atoms than classes.
template <class Device, class T>
LabelledSamples<Device, T> labelled_samples(Array<Device, T> samples,
                                            const std::vector<std::uint32_t>& labels, std::size_t classes,
                                            std::size_t atoms);

/// The four blocks.
template <class Device, class T>
struct SupervisedModel {
    Array<Device, T> dictionary;   ///< D, d x K
    Array<Device, T> codes;        ///< G, K x N
    Array<Device, T> consistency;  ///< P, C x K, with A = E P
    Array<Device, T> classifier;   ///< W, C x K

    SupervisedModel copy() const {
        return {dictionary.copy(), codes.copy(), consistency.copy(), classifier.copy()};
    }
};

/// The terms of Psi. The two supervised ones are without the scale s.
struct ObjectiveTerms {
    double reconstruction = 0.0;     ///< 1/2 ||Y - D G||^2
    double label_consistency = 0.0;  ///< alpha/2 ||A G - Q||^2
    double classification = 0.0;     ///< beta/2 ||W G - H||^2
    double consistency_ridge = 0.0;  ///< mu_A/2 ||A||^2
    double classifier_ridge = 0.0;   ///< rho_W/2 ||W||^2
    double dictionary_ridge = 0.0;   ///< eps_D/2 ||D||^2
    double code_ridge = 0.0;         ///< mu_G/2 ||G||^2
    double code_l1 = 0.0;            ///< lambda ||G||_1; 0 for codes with T non-zeros

    double supervised() const { return label_consistency + classification; }
    /// Psi at the supervision scale s.
    double total(double s) const {
        return reconstruction + s * supervised() + consistency_ridge + classifier_ridge + dictionary_ridge +
               code_ridge + code_l1;
    }
};

/// What the codes' block of Psi looks like with D, A and W fixed: 1/2 <G, M G> - <R, G> + constant, plus the
/// penalty of the codes.
template <class Device, class T>
struct CodeSystem {
    Array<Device, T> M;  ///< D^T D + s alpha A^T A + s beta W^T W + mu_G I, K x K
    Array<Device, T> R;  ///< D^T Y + s alpha A^T Q + s beta W^T H, K x N
};

/// M G - R, the gradient of Psi's smooth part with respect to the codes: K nnz.
template <class Device, class T>
Array<Device, T> codes_gradient(const Array<Device, T>& M, const Array<Device, T>& R,
                                const Array<Device, T>& codes);

/// What every block but the codes needs of the codes.
template <class Device, class T>
struct CodeMoments {
    Array<Device, T> S;             ///< G G^T, K x K
    Array<Device, T> samples_by_G;  ///< Y G^T, d x K
    Array<Device, T> targets_by_G;  ///< H G^T, C x K
};

/// (D G - Y) G^T + eps_D D: d K^2.
template <class Device, class T>
Array<Device, T> dictionary_gradient(double eps_D, const CodeMoments<Device, T>& moments,
                                     const Array<Device, T>& dictionary);

/// Psi on given data. Products with the codes skip their zeros on the CPU; in the costs, nnz
/// is the codes' number of non-zeros (K N for dense ones) and a multiply-add counts as one.
template <class Device, class T>
class SupervisedObjective {
  public:
    /// `l1` says whether lambda ||G||_1 belongs to Psi. Throws Error for weights that are not allowed.
    SupervisedObjective(const ObjectiveWeights& weights, bool l1, LabelledSamples<Device, T> data);

    const ObjectiveWeights& weights() const { return weights_; }
    const LabelledSamples<Device, T>& data() const { return data_; }

    /// All terms: (d + 2 C) nnz. From residuals, summed in double, which cancel nothing.
    ObjectiveTerms terms(const SupervisedModel<Device, T>& model) const;
    /// The same for sparse codes; `maps.codes` is not read. Samples are worked on in blocks, so that no dense
    /// code matrix is formed.
    ObjectiveTerms terms(const SupervisedModel<Device, T>& maps, const SparseCodes<Device, T>& codes) const;
    /// Recomputes the terms that depend on one block and leaves the others.
    void update_dictionary_terms(const SupervisedModel<Device, T>& model, ObjectiveTerms& terms) const;
    void update_consistency_terms(const SupervisedModel<Device, T>& model, ObjectiveTerms& terms) const;
    void update_classifier_terms(const SupervisedModel<Device, T>& model, ObjectiveTerms& terms) const;

    /// M and R at supervision s: d K N + 2 C K N + d K^2.
    CodeSystem<Device, T> code_system(double s, const SupervisedModel<Device, T>& model) const;

    /// (K + d + C) nnz.
    CodeMoments<Device, T> moments(const Array<Device, T>& codes) const;
    /// (T + d + C) nnz.
    CodeMoments<Device, T> moments(const SparseCodes<Device, T>& codes) const;
    /// The exact minimisers of Psi over A (its factor) and over W; zero where s alpha or s beta is. One
    /// Cholesky factorisation of K^3 / 3 for both when mu_A / alpha = rho_W / beta, else one each.
    void solve_ridges(double s, const CodeMoments<Device, T>& moments, Array<Device, T>& consistency,
                      Array<Device, T>& classifier) const;

    /// sum_c n_c ||row c of P||^2: the squared norm of E P.
    double squared_norm_of_factor(const Array<Device, T>& P) const;

  private:
    Array<Device, T> weighted(const Array<Device, T>& P) const;

    ObjectiveWeights weights_;
    bool l1_;
    LabelledSamples<Device, T> data_;
};

/// The ridge regression V = B (S + ridge I)^-1 for right-hand sides B (any number of rows x K): with B = H
/// G^T and S = G G^T (K x K) it fits the labels H to codes G, min ||V G - H||^2 + ridge ||V||^2. Throws Error
/// when S + ridge I is not positive definite.
template <class Device, class T>
Array<Device, T> ridge_regression(double ridge, const Array<Device, T>& S, const Array<Device, T>& B);

}  // namespace assay::solvers
