#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/sparse_codes.hpp"

namespace assay::solvers {

/// Which atom a step of the pursuit takes.
enum class Choice {
    correlation,  ///< the largest |<d, r>|: orthogonal matching pursuit
    reduction     ///< the largest fall of the residual, |<d, r>| over the distance of d to the atoms taken:
                  ///< order-recursive matching pursuit (what SPAMS calls omp)
};

struct Pursuit {
    std::size_t nonzeros = 50;  ///< T
    double residual = 0.0;      ///< ||x - D z||_2 at which a sample is done
    Choice choice = Choice::correlation;
};

/// Orthogonal matching pursuit of samples by G = D^T D (p x p) and B = D^T X (p x samples): codes of width T.
/// `squared_norms` holds ||x||^2 of each sample; it may be empty when no residual is asked for. A sample also
/// stops when its residual is orthogonal to every atom but for rounding, and when the atom chosen next
/// depends on those before it.
template <class Device, class T>
SparseCodes<Device, T> pursue(const Pursuit& pursuit, const Array<Device, T>& G, const Array<Device, T>& B,
                              const std::vector<double>& squared_norms);

}  // namespace assay::solvers
