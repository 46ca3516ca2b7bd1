#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "solvers/dictionary/supervised_objective.hpp"
#include "solvers/sparse/lasso.hpp"

/// Online dictionary learning (Mairal, Bach, Ponce and Sapiro, JMLR 2010, Algorithms 1 and 2),
///   min over D, ||d_k|| <= 1, of the mean over samples x of  min_z 1/2 ||x - D z||^2 + lambda ||z||_1:
/// a batch is coded by D, its moments join A = sum z z^T and B = sum x z^T, and one pass over the atoms
/// lowers 1/2 tr(D^T D A) - tr(D^T B), a surrogate of the objective, exactly for one atom after the other. D
/// is m x p, X is m x n.
namespace assay::solvers {

struct OnlineOptions {
    LassoOptions codes = {};  ///< lambda and how exactly it is solved; a ridge adds to the objective
    std::size_t batch = 256;  ///< eta, samples of an iteration (Section 3.4.3)
    std::size_t iterations = 1000;
    /// rho: before iteration t joins, A and B shrink by (1 - 1/t)^rho (Section 3.4.2). 0 forgets nothing;
    /// with rho a batch counts as (t/T)^rho against the last.
    double forgetting = 2.0;
    /// An atom that no code of so many iterations used becomes a sample of the batch, and its moments zero
    /// (Section 3.4.5); 0 keeps it.
    std::size_t idle = 20;
    std::uint64_t seed = 1;  ///< of the samples' order and of those that atoms become
};

template <class Device, class T>
struct OnlineProgress {
    std::size_t iteration;               ///< t, from 1
    double objective;                    ///< mean over the batch, at the dictionary that coded it
    std::size_t redrawn;                 ///< atoms that became samples in this iteration
    const Array<Device, T>& dictionary;  ///< after it
};

template <class Device, class T>
using OnlineObserver = std::function<void(const OnlineProgress<Device, T>&)>;

/// The learner between batches, for samples that arrive one batch after the other.
template <class Device, class T>
class OnlineLearner {
  public:
    /// Starts from D0, each atom scaled into the unit ball. Throws Error for an empty or non-finite D0, a
    /// batch of 0 samples and a forgetting that is negative or not finite.
    OnlineLearner(const OnlineOptions& options, const Array<Device, T>& D0);

    /// One iteration on a batch X (m x any number). Costs a lasso of the batch, m p^2 multiply-adds for the
    /// atoms and m p^2 / 2 for D^T D. Throws Error as lasso does.
    OnlineProgress<Device, T> step(const Array<Device, T>& X);

    const Array<Device, T>& dictionary() const { return dictionary_; }
    /// A and B, up to a common factor (sums over samples, not means over batches).
    const CodeMoments<Device, T>& moments() const { return moments_; }

  private:
    void add_moments(const Array<Device, T>& X, const Array<Device, T>& Z);
    std::vector<std::size_t> idle_atoms(const Array<Device, T>& Z);
    void redraw(const std::vector<std::size_t>& atoms, const Array<Device, T>& X);

    OnlineOptions options_;
    Array<Device, T> dictionary_;
    CodeMoments<Device, T> moments_;
    std::vector<std::size_t> unused_for_;  ///< iterations, by atom
    std::size_t iteration_ = 0;
    std::uint64_t drawn_ = 0;  ///< samples that atoms became
};

/// Runs all iterations on batches of X, which is gone through in a new random order each time; the last batch
/// of a pass may be smaller. Returns the dictionary. Memory beside X: 2 p^2, a handful of m x p, and a batch
/// with its codes.
template <class Device, class T>
Array<Device, T> online_dictionary(const OnlineOptions& options, const Array<Device, T>& D0,
                                   const Array<Device, T>& X, const OnlineObserver<Device, T>& observer = {});

}  // namespace assay::solvers
