#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "solvers/sparse/omp.hpp"

/// Approximate K-SVD (Rubinstein, Zibulevsky and Elad, 2008),
///   min ||X - D Z||_F^2  subject to  ||z_i||_0 <= T, ||d_j||_2 = 1,
/// by turns: codes by OMP; then each atom with its coefficients by one alternation instead of an SVD,
///   d <- E g^T / ||E g^T||,  g <- d^T E,
/// where E is the residual without the atom on the samples that use it, those with a coefficient of either
/// sign. D is m x p, X is m x n, Z is p x n.
namespace assay::solvers {

/// What becomes of an atom that no sample uses.
enum class UnusedAtoms {
    keep,
    replace  ///< by the sample that is represented worst, normalised; the codes, and so the error, stay
};

struct KsvdOptions {
    std::size_t nonzeros = OmpOptions{}.nonzeros;  ///< T
    std::size_t iterations = 20;
    UnusedAtoms unused = UnusedAtoms::replace;
};

template <class Device, class T>
struct KsvdProgress {
    std::size_t iteration;  ///< from 1
    double coded;           ///< ||X - D Z||_F^2 after OMP
    double updated;         ///< and after the dictionary's part, which never raises it
    const Array<Device, T>& dictionary;
    const SparseCodes<Device, T>& codes;
};

template <class Device, class T>
using KsvdObserver = std::function<void(const KsvdProgress<Device, T>&)>;

template <class Device, class T>
struct KsvdResult {
    Array<Device, T> dictionary;   ///< m x p, unit-norm columns
    SparseCodes<Device, T> codes;  ///< p x n; those of the last dictionary's part
};

/// Starts from the normalised D0. Memory beside X: the residual (m n) and the codes. An iteration costs an
/// OMP and 4 m multiply-adds a non-zero. Throws Error as omp does, and for more than 2^32 pairs of codes.
template <class Device, class T>
KsvdResult<Device, T> ksvd(const KsvdOptions& options, const Array<Device, T>& D0, const Array<Device, T>& X,
                           const KsvdObserver<Device, T>& observer = {});

/// The dictionary's part of one iteration: every atom in turn, on D, Z and the residual R = X - D Z. An atom
/// whose E g^T vanishes stays as it is.
template <class Device, class T>
void update_atoms(UnusedAtoms unused, const Array<Device, T>& X, Array<Device, T>& D,
                  SparseCodes<Device, T>& Z, Array<Device, T>& R);

}  // namespace assay::solvers
