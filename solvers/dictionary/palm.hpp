#pragma once

#include <cstddef>

#include "solvers/dictionary/palm_blocks.hpp"
#include "solvers/dictionary/palm_record.hpp"

/// Proximal alternating linearised minimisation (Bolte, Sabach and Teboulle, 2014) of the supervised
/// objective Psi over codes, dictionary, A and W in this order, judged block by block.
///
/// Why it converges: the smooth part is a polynomial and the l1 norm, the l0 constraint, sphere and ball are
/// semi-algebraic, so Psi has the Kurdyka-Lojasiewicz property; the ridge weights keep the iterates bounded
/// and the moduli above zero. What is left to show are sufficient decrease (H1, a PalmStep's margin) and the
/// relative error (H2, a PalmRecord's ratio against its bound), which every iteration measures. Both can be
/// claimed only while s stays the same.
namespace assay::solvers {

/// s(t): 0 for `warm_up` outer iterations, then `ramp` iterations that climb in equal steps to `strongest`.
struct SupervisionSchedule {
    std::size_t warm_up = 2;
    std::size_t ramp = 3;  ///< 0 and 1: at once
    double strongest = 1.0;

    /// t counts the outer iterations from 0.
    double operator()(std::size_t t) const;
};

/// A learner that goes one outer iteration at a time.
///
/// Cost of one (multiply-adds; nnz non-zeros of the codes, n inner steps of theirs): d K N + 2 C K N for R
/// and d K^2 for M, once; K nnz for each inner step and once more for the certificate, which is the gradient
/// that the next iteration starts with; (K + d + C) nnz for G G^T, Y G^T and H G^T; (2 d + 4 C) nnz for Psi;
/// d K^2 for each step of the dictionary; some six factorisations of K^3 / 3. On a GPU nnz is K N. Memory:
/// Y, at most six K x N matrices (codes, R and gradient, and the new codes, their subgradient and one that is
/// made) and one fit of d x N.
template <class Device, class T>
class Palm {
  public:
    /// Starts from `dictionary` (d x K), its columns divided by their norms, and from zero codes unless given
    /// (K x N; for CodePenalty::l0 reduced to their T largest). Throws Error for options or weights that are
    /// not allowed, shapes that do not fit, NaN or Inf, and a zero column of the dictionary.
    Palm(const PalmOptions& options, LabelledSamples<Device, T> data, const Array<Device, T>& dictionary,
         Array<Device, T> codes = {});

    /// One outer iteration at supervision s in [0, 1]. Where s leaves 0, A and W are first computed from the
    /// codes at hand. Throws Diverged when Psi stops being finite.
    ///
    /// Codes may be proposed for the samples (K x N). A sample takes its proposal, one proximal gradient step
    /// on, where that decreases Psi enough and errs little enough (see update_codes), so that H1 and H2 hold,
    /// and with them the theorem, whatever is proposed. Throws Error when the proposal's shape does not fit
    /// or it holds NaN or Inf.
    PalmRecord step(double s, const Array<Device, T>& proposal = {});

    const SupervisedModel<Device, T>& model() const { return model_; }
    const SupervisedObjective<Device, T>& objective() const { return objective_; }

  private:
    void begin_stage(double s, PalmRecord& record);
    void refresh_code_system();
    void codes_block(const Array<Device, T>& proposal, PalmRecord& record);
    void dictionary_block(PalmRecord& record);
    void ridge_blocks(PalmRecord& record);
    void finish(PalmRecord& record);
    double ratio_bound() const;

    PalmOptions options_;
    SupervisedObjective<Device, T> objective_;
    SupervisedModel<Device, T> model_;
    std::size_t iteration_ = 0;
    double s_ = 0.0;
    double stage_start_ = 0.0;  // Psi where the stage of constant s began
    ObjectiveTerms terms_;      // at the model

    CodeSystem<Device, T> system_;  // at the model, with the gradient there
    Array<Device, T> code_gradient_;
    double code_bound_ = 0.0;  // >= lambda_max(M)

    // Of the iteration that is running.
    CodeMoments<Device, T> moments_;
    Array<Device, T> code_subgradient_;
    double moment_bound_ = 0.0;   // >= lambda_max(S)
    ObjectiveTerms after_codes_;  // between the codes' and the dictionary's block
    double code_reach_ = 0.0, dictionary_reach_ = 0.0;
};

}  // namespace assay::solvers
