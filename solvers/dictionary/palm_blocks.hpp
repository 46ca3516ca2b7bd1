#pragma once

#include <cstddef>

#include "solvers/dictionary/supervised_objective.hpp"

/// The updates of the codes G and of the dictionary D that a sweep of PALM (Bolte, Sabach and Teboulle,
/// 2014) may use, each with the decrease of Psi that theory promises for it. A step of size 1/t from a point
/// X with gradient g goes to prox(X - g / t), t = gamma L, with L a Lipschitz modulus of the gradient.
namespace assay::solvers {

enum class CodePenalty {
    l1,  ///< lambda ||G||_1
    l0   ///< at most T non-zeros a column
};

enum class CodeMethod {
    prox,               ///< proximal gradient steps
    safeguarded_fista,  ///< FISTA that takes a proximal gradient step where its own decreases too little; l1
    fista               ///< FISTA (Beck and Teboulle, 2009); l1; no guarantee
};

enum class AtomSet {
    sphere,  ///< ||d_k|| = 1
    ball     ///< ||d_k|| <= 1
};

enum class DictionaryMethod {
    projected_gradient,
    per_atom,     ///< the exact minimiser over one atom after the other
    closed_form,  ///< the ridge solution Y G^T (S + eps_D I)^-1, then the projection; no guarantee
    fixed         ///< D is no variable of Psi
};

/// How the dictionary's block is updated.
struct DictionaryOptions {
    AtomSet atoms = AtomSet::sphere;
    DictionaryMethod method = DictionaryMethod::projected_gradient;
    std::size_t steps = 1;  ///< inner steps of the projected gradient
    double gamma = 1.05;    ///< t = gamma L; above 1
    double eps_D = 1e-3;    ///< weight of ||D||^2 / 2
};

struct PalmOptions {
    ObjectiveWeights weights = {};
    CodePenalty penalty = CodePenalty::l1;
    std::size_t nonzeros = 50;  ///< T, for CodePenalty::l0
    CodeMethod code_method = CodeMethod::prox;
    std::size_t code_steps = 1;  ///< inner steps of the codes' block
    AtomSet atoms = AtomSet::sphere;
    DictionaryMethod dictionary_method = DictionaryMethod::projected_gradient;
    std::size_t dictionary_steps = 1;  ///< inner steps of the projected gradient
    /// Samples whose codes are worked on at a time: each block has its own inner steps, momentum and
    /// safeguard.
    std::size_t block = 128;
    double gamma = 1.05;  ///< t = gamma L; above 1
    /// The share of a proximal gradient step's promise, (t - L/2) ||step||^2 or for l0 half of (t - L)
    /// ||step||^2, that steps of another kind must keep: safeguarded FISTA's own, and codes that are
    /// proposed.
    double safeguard = 0.1;
    double tolerance = 1e-8;  ///< of a certificate, relative to Psi; in float some 1e-5
    /// Multiplies the moduli. 1 but in a control: below it the certificates must be able to fail.
    double moduli_scale = 1.0;
    /// Multiplies the decrease that certificates promise and divides the bound on the relative error. 1 but
    /// in a control: far above it every certificate must fail.
    double certificate_scale = 1.0;
};

/// The part of them that the dictionary's block reads.
DictionaryOptions dictionary_options(const PalmOptions& options);

/// Throws Error for options that are not allowed, naming the caller `where`.
void check(const char* where, const DictionaryOptions& options);

/// Throws Error for options that are not allowed, for codes of `atoms` entries.
void check(const PalmOptions& options, std::size_t atoms);

/// What an update did and what it promises.
struct BlockStep {
    double modulus = 0.0;         ///< L
    double step_size = 0.0;       ///< t; 0 where the update is exact
    double constant = 0.0;        ///< the promise: Psi falls by at least constant times each squared step
    double certified_drop = 0.0;  ///< the promise for the whole block
    double squared_path = 0.0;    ///< the sum of the squared inner steps
    double proposed_path = 0.0;   ///< the part of it that proposals made
    /// With the other blocks fixed, ||subgradient + gradient|| <= reach sqrt(squared_path); 0: no bound.
    double reach = 0.0;
    bool guaranteed = true;     ///< false: no promise, constant = 0
    std::size_t fallbacks = 0;  ///< extrapolated steps that the safeguard replaced
    std::size_t refused = 0;    ///< samples whose proposed codes were not taken
};

template <class Device, class T>
struct BlockUpdate {
    Array<Device, T> value;
    Array<Device, T> subgradient;  ///< of the penalty or the constraint's indicator, at `value`
    BlockStep step;
};

/// The codes' block from `codes`, where the gradient of the smooth part is `gradient`; `modulus` is at least
/// lambda_max(M). Costs K nnz for every inner step but the first, and for the last of a safeguarded FISTA;
/// its certificates (q = t - L/2): l1 prox q, safeguarded FISTA safeguard q, l0 (t - L)/2, each times the
/// squared step. Memory beside its arguments: two K x N matrices and up to nine of K x block.
///
/// Codes may be proposed from elsewhere, a learned encoder say. A sample's proposal p, followed by one
/// proximal gradient step to g+, is taken in place of the inner steps where, with g the code at hand, h the
/// sample's part of Psi and q the promise of a proximal gradient step,
///   h(g) - h(g+) >= safeguard q ||g+ - g||^2   and   ||subgradient + gradient at g+|| <= reach ||g+ - g||.
/// The other samples, `refused` of them, go their own way. Summed over the samples these are the decrease and
/// the relative error of an update without proposals, but for the factor `safeguard` in the first, so
/// whatever follows from the two still does, for any proposals. They cost 2 K nnz more, and memory for three
/// more matrices of K x block.
template <class Device, class T>
BlockUpdate<Device, T> update_codes(const PalmOptions& options, const CodeSystem<Device, T>& system,
                                    double modulus, const Array<Device, T>& gradient,
                                    const Array<Device, T>& codes, const Array<Device, T>& proposal = {});

/// D (d x K) with its columns divided by their norms, for a learner to start from. Throws Error, naming the
/// caller `where`, when D does not fit the samples or the atoms that their classes share, holds NaN or Inf,
/// or has a zero column.
template <class Device, class T>
Array<Device, T> unit_dictionary(const char* where, const LabelledSamples<Device, T>& data,
                                 const Array<Device, T>& D);

/// Each column of U put into the set; a zero column has no direction on the sphere and is taken from
/// `before`.
template <class Device, class T>
Array<Device, T> project_atoms(AtomSet set, const Array<Device, T>& before, Array<Device, T> U);

/// The dictionary's block from `dictionary`; `modulus` is at least lambda_max(S) + eps_D (per atom it is not
/// used). d K^2 for each inner step and for a pass over the atoms. Certificates: projected gradient (t - L)/2
/// on the sphere and t - L/2 on the ball; per atom ||r_k||/2 on the sphere, where r_k = (Y - sum_{j != k} d_j
/// g_j) g_k^T, and (S_kk + eps_D)/2 on the ball. An atom without a direction (no sample uses it) stays as it
/// is. A fixed dictionary is critical for whatever gradient there is.
template <class Device, class T>
BlockUpdate<Device, T> update_dictionary(const DictionaryOptions& options,
                                         const CodeMoments<Device, T>& moments, double modulus,
                                         const Array<Device, T>& dictionary);

/// Codes for samples X (d x n) without labels: `steps` inner steps of the options' method and penalty from
/// zero codes on Psi with s = 0. Throws Error when D and X do not fit, are empty or hold NaN or Inf.
template <class Device, class T>
Array<Device, T> label_free_codes(PalmOptions options, std::size_t steps, const Array<Device, T>& D,
                                  const Array<Device, T>& X);

}  // namespace assay::solvers
