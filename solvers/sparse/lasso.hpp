#pragma once

#include <cstddef>

#include "solvers/device/lasso_descent.hpp"
#include "solvers/sparse/ista.hpp"

/// The lasso, and with a ridge the elastic net,  min_z 1/2 ||x - D z||^2 + lambda ||z||_1 + ridge/2 ||z||^2,
/// to its solution, on whole batches: greedy coordinate descent and Newton steps on the support in turn
/// (solvers/device/lasso_sample.hpp). Many times faster than FISTA where codes are sparse and atoms
/// correlate. D is m x p, X is m x n, Z is p x n.
namespace assay::solvers {

struct LassoOptions {
    double lambda = IstaOptions{}.lambda;
    Shrinkage shrinkage = Shrinkage::soft;  ///< soft, or soft_one_sided for z >= 0
    double ridge = 0.0;
    std::size_t max_iterations = LassoDescent{}.max_rounds;  ///< rounds of a sample; some ten are usual
    /// A sample is done when its duality gap is at most this times half its squared norm.
    double tolerance = LassoDescent{}.tolerance;
    std::size_t block = 1024;  ///< samples worked on at a time
};

template <class Device, class T>
struct LassoResult {
    Array<Device, T> codes;      ///< p x n
    std::size_t iterations = 0;  ///< the most rounds of a sample
    double objective = 0.0;      ///< summed over the samples, the ridge with it, as T knows it
    double gap = 0.0;            ///< the largest duality gap relative to half the squared norm, as T knows it
    /// Every sample met the tolerance, or violates its optimality conditions by no more than rounding, which
    /// for lambda = 0 is the only certificate.
    bool converged = true;
};

/// But for rounding the non-zeros of a code are at most the rank of D, their atoms independent. Cost: D^T D
/// and D^T X, and then some p times (nonzeros + 10) multiply-adds a round and sample. Memory beside X and the
/// codes: p^2, and another p^2 for each sample in work (one on the CPU). In float the Gram form resolves
/// condition numbers of the atoms in use up to some 1e3; beyond, a sample may end without convergence, at a
/// gap that is reported. Throws Error on a negative lambda, ridge or tolerance, a hard threshold, empty,
/// ill-fitting or non-finite input, and on numbers whose products overflow or vanish.
template <class Device, class T>
LassoResult<Device, T> lasso(const LassoOptions& options, const Array<Device, T>& D,
                             const Array<Device, T>& X);

/// As above from codes Z (p x n) that are known, such as those of a dictionary close by.
template <class Device, class T>
LassoResult<Device, T> lasso(const LassoOptions& options, const Array<Device, T>& D,
                             const Array<Device, T>& X, Array<Device, T> Z);

}  // namespace assay::solvers
