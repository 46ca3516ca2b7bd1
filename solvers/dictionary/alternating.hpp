#pragma once

#include <cstddef>
#include <functional>

#include "solvers/device/array.hpp"
#include "solvers/sparse/admm.hpp"

/// Dictionary learning by alternating minimisation,
///   min 1/2 ||D Z - X||_F^2 + lambda ||Z||_1  subject to  ||d_j||_2 = 1,
/// one ADMM iteration of the lasso for Z and one of the constrained method of optimal directions for D in
/// turn: the scheme of SPORCO's BPDNDictLearn with its defaults, to which PUDLE compares in Figure 5. D is m
/// x p, X is m x n, Z is p x n.
namespace assay::solvers {

struct AlternatingOptions {
    double lambda = LassoAdmmOptions{}.lambda;
    std::size_t iterations = 200;  ///< outer iterations
    double rho_codes = 0.0;        ///< first penalty of the lasso; 0 means 50 lambda + 1
    /// First penalty of the dictionary; 0 means n / 500. SPORCO documents n / 500, but its base class has
    /// already set 1 when that default is applied, so 1 is what it runs with (seen in 0.2.2) and what makes
    /// the two trajectories equal.
    double rho_dictionary = 1.0;
    double relaxation = LassoAdmmOptions{}.relaxation;  ///< both
    RhoBalance balance = {};                            ///< both; period 10, ratio 10, factor 2
    std::size_t block = LassoAdmmOptions{}.block;       ///< samples worked on at a time
};

template <class Device, class T>
struct AlternatingProgress {
    std::size_t iteration;               ///< from 1
    const Array<Device, T>& dictionary;  ///< on the unit sphere
    const Array<Device, T>& codes;
    double rho_codes;
    double rho_dictionary;
};

template <class Device, class T>
using AlternatingObserver = std::function<void(const AlternatingProgress<Device, T>&)>;

template <class Device, class T>
struct AlternatingResult {
    Array<Device, T> dictionary;  ///< m x p, unit-norm columns
    Array<Device, T> codes;       ///< p x n
};

/// Starts from the normalised D0 with codes and duals at zero. The dictionary's iteration, with K = Z Z^T and
/// its own rho:
///   D = (X Z^T + rho (G - H)) (K + rho I)^-1,  A = relaxation D + (1 - relaxation) G,
///   G = A + H with each column divided by its norm,  H = H + A - G;
/// G is the dictionary that the codes see and that is returned.
/// Memory beside X: the codes and their dual (2 p n), a handful of p x p and m x p matrices and of blocks of
/// p x `block`. At m = 1000, p = 1500, n = 50 000 in float: 600 MB of codes and dual, about 150 MB of the
/// rest and 200 MB of X; the whole process peaks at 1.0 GB. Throws Error on empty, non-finite or ill-fitting
/// input, Diverged when codes or dictionary stop being finite.
template <class Device, class T>
AlternatingResult<Device, T> alternating_minimisation(const AlternatingOptions& options,
                                                      const Array<Device, T>& D0, const Array<Device, T>& X,
                                                      const AlternatingObserver<Device, T>& observer = {});

}  // namespace assay::solvers
