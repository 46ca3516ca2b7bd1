#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/proximal/threshold.hpp"
#include "solvers/sparse/unrolled.hpp"

/// The lasso  min_z 1/2 ||x - D z||^2 + lambda ||z||_1  (PUDLE, equation 1) on whole batches, in Gram form,
/// by ISTA and FISTA (Beck and Teboulle, 2009), and what certifies a solution. D is m x p, X is m x n, Z is p
/// x n; with Shrinkage::soft_one_sided the codes are constrained to z >= 0.
namespace assay::solvers {

enum class IstaStop {
    iterations,       ///< after max_iterations
    relative_change,  ///< ||Z_t - Z_{t-1}||_F <= tolerance ||Z_t||_F
    duality_gap       ///< the largest gap of a sample <= tolerance times half its squared norm
};

struct IstaOptions {
    double lambda = Encoder{}.lambda;
    Shrinkage shrinkage = Shrinkage::soft;  ///< soft or soft_one_sided
    bool accelerated = false;               ///< FISTA's momentum
    double step = 0.0;                      ///< alpha; 0 means 1 / sigma_max(D)^2
    std::size_t max_iterations = 1000;
    IstaStop stop = IstaStop::iterations;
    double tolerance = 1e-6;
    std::size_t check_every =
        10;  ///< iterations between two looks at the stopping rule, each with one observation
};

/// What the observer sees at a check.
template <class Device, class T>
struct IstaProgress {
    std::size_t iteration;          ///< t, from 1
    const Array<Device, T>& codes;  ///< Z_t
    double change;                  ///< ||Z_t - Z_{t-1}||_F
    double gap;                     ///< the largest relative duality gap; NaN unless it decides the stop
};

template <class Device, class T>
using IstaObserver = std::function<void(const IstaProgress<Device, T>&)>;

template <class Device, class T>
struct IstaResult {
    Array<Device, T> codes;  ///< p x n
    std::size_t iterations = 0;
    bool converged = false;  ///< the stopping rule was met (always true for IstaStop::iterations)
};

/// Z_t = shrink(V - alpha (G V - B), alpha lambda) with G = D^T D, B = D^T X, from Z_0 = 0; V = Z_{t-1} for
/// ISTA and the extrapolated point for FISTA. Throws Error on empty or non-finite input and on a hard
/// threshold, Diverged when the iterates overflow (a step above 2 / sigma_max^2).
template <class Device, class T>
IstaResult<Device, T> ista(const IstaOptions& options, const Array<Device, T>& D, const Array<Device, T>& X,
                           const IstaObserver<Device, T>& observer = {});

/// The smallest lambda at which a sample's code is zero, for each sample: max_j |d_j^T x|, or max(0, max_j
/// d_j^T x) one-sided.
template <class Device, class T>
std::vector<double> lambda_max(Shrinkage shrinkage, const Array<Device, T>& D, const Array<Device, T>& X);

/// The largest violation of the optimality conditions (PUDLE, Lemma A.3) for each sample: with c = D^T (x - D
/// z), |c_j - lambda sign(z_j)| on the support and max(|c_j| - lambda, 0) off it (one-sided: max(c_j -
/// lambda, 0), and |z_j| where z_j < 0).
template <class Device, class T>
std::vector<double> lasso_kkt_residual(double lambda, Shrinkage shrinkage, const Array<Device, T>& D,
                                       const Array<Device, T>& X, const Array<Device, T>& Z);

/// Primal minus dual objective for each sample; the dual point is the residual scaled into the feasible set
/// {theta : |d_j^T theta| <= lambda}. Never negative but for rounding; zero exactly at a solution.
template <class Device, class T>
std::vector<double> duality_gap(double lambda, Shrinkage shrinkage, const Array<Device, T>& D,
                                const Array<Device, T>& X, const Array<Device, T>& Z);

/// The lasso objective for each sample.
template <class Device, class T>
std::vector<double> lasso_objective(double lambda, const Array<Device, T>& D, const Array<Device, T>& X,
                                    const Array<Device, T>& Z);

}  // namespace assay::solvers
