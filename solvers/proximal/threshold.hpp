#pragma once

#include "solvers/device/portable.hpp"

namespace assay::solvers {

/// The nonlinearity of one encoder layer (PUDLE, Section 3; one-sided in its MNIST experiment).
enum class Shrinkage {
    soft,            ///< sign(a) max(|a| - b, 0), the prox of b ||z||_1
    soft_one_sided,  ///< max(a - b, 0), the prox of b ||z||_1 over z >= 0
    hard             ///< a where |a| > b, else 0
};

/// One entry of the layer's output for the pre-activation `a` and the threshold `b` >= 0.
template <class T>
ASSAY_PORTABLE inline T shrink(Shrinkage shrinkage, T a, T b) {
    // Differences first, then choices against zero: no branch, so that loops over it become vector code.
    const T above = a - b, below = a + b;
    switch (shrinkage) {
        case Shrinkage::soft:
            return (above > T(0) ? above : T(0)) + (below < T(0) ? below : T(0));
        case Shrinkage::soft_one_sided:
            return above > T(0) ? above : T(0);
        case Shrinkage::hard:
            return a > b || a < -b ? a : T(0);
    }
    return T(0);
}

template <class T>
ASSAY_PORTABLE inline T sign(T a) {
    return a > T(0) ? T(1) : (a < T(0) ? T(-1) : T(0));
}

}  // namespace assay::solvers
