#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/device/array.hpp"

/// NOODL (Rambhatla, Li and Haupt, ICLR 2019): iterative hard thresholding for the codes, an approximate
/// gradient with the codes' signs for the dictionary D (m x p), X (m x n) a batch of fresh samples.
namespace assay::solvers {

struct NoodlOptions {
    double lower_bound = 1.0;            ///< C, below every non-zero |z_j|
    double code_step = 0.2;              ///< eta_x
    double code_threshold = 0.1;         ///< tau, not times eta_x
    std::size_t code_iterations = 1000;  ///< at most
    double code_tolerance = 1e-7;        ///< stop at ||Z_t - Z_{t-1}||_F <= tolerance ||Z_t||_F
    double rate = 50.0;                  ///< eta_A, on the batch mean
};

/// Z_0 = HT_{C/2}(D^T X); Z <- HT_tau(Z - eta_x D^T (D Z - X)) until the relative change falls below the
/// tolerance (the authors' script compares with the true codes, which a learner does not have).
template <class Device, class T>
Array<Device, T> noodl_codes(const NoodlOptions& options, const Array<Device, T>& D,
                             const Array<Device, T>& X);

/// D <- normalise(D - rate (D Z - X) sign(Z)^T / n). PUDLE's comparison (its Figure 5) divides by the batch
/// size twice: its rate 20 on batches of 50 is 0.4 here.
template <class Device, class T>
void noodl_update(double rate, const Array<Device, T>& X, const Array<Device, T>& Z, Array<Device, T>& D);

/// Outer iteration `iteration`: codes at D, then the update of D. Returns the codes. Throws Diverged when D
/// stops being finite.
template <class Device, class T>
Array<Device, T> noodl_step(const NoodlOptions& options, const Array<Device, T>& X, Array<Device, T>& D,
                            std::uint64_t iteration = 1);

}  // namespace assay::solvers
