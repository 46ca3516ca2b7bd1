#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/array.hpp"

namespace assay::solvers {

struct LassoDescent {
    double lambda = 0.2;
    bool one_sided = false;         ///< z >= 0
    double tolerance = 1e-6;        ///< of the duality gap, relative to half the sample's squared norm
    std::size_t max_rounds = 1000;  ///< of a sample
    bool warm = false;              ///< start from the codes given, else from zero
};

/// How one sample ended.
struct LassoOutcome {
    std::size_t rounds = 0;
    double objective = 0.0;  ///< of the lasso, with 1/2 ||x - D z||^2 from the Gram form
    double gap = 0.0;        ///< a bound on the duality gap
    bool converged = false;  ///< the gap is small enough, or no condition is violated beyond rounding
};

/// min_z 1/2 <z, G z> - <b, z> + lambda ||z||_1 for each column b of B (p x samples), which with G = D^T D (p
/// x p) and B = D^T X is the lasso; G + mu I adds the elastic net's mu/2 ||z||^2. The solutions go to Z (p x
/// samples), which also holds the start when it is warm; `lengths` holds ||x|| of each sample. The algorithm
/// is that of solvers/device/lasso_sample.hpp.
template <class Device, class T>
std::vector<LassoOutcome> lasso_descent(const LassoDescent& descent, const Array<Device, T>& G,
                                        const Array<Device, T>& B, const std::vector<double>& lengths,
                                        Array<Device, T>& Z);

}  // namespace assay::solvers
