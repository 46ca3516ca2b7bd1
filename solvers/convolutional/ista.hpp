#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "solvers/device/convolution.hpp"

/// Proximal gradient steps on the energy 1/2 ||x - Phi a||^2 + sum_i C(a_i) of convolutional codes: ISTA and
/// FISTA (Beck and Teboulle, 2009) for l1, iterative thresholding for the other penalties.
namespace assay::solvers {

struct ConvolutionalIstaOptions {
    Penalty penalty = {.kind = PenaltyKind::l1};
    bool accelerated = false;  ///< FISTA's momentum
    double step = 0.0;         ///< alpha; 0 means 1 / lambda_max(Phi^T Phi), with 5 % to spare
    std::size_t max_iterations = 1000;
    double tolerance = 0.0;  ///< stops when ||a - a before|| <= tolerance ||a|| for every image; 0: never
    std::size_t check_every = 10;  ///< iterations between two checks, each with one observation

    void validate() const;
};

template <class Device, class T>
struct ConvolutionalIstaProgress {
    std::size_t iteration;  ///< from 1
    const Images<Device, T>& codes;
    const std::vector<double>& energy;  ///< of each image
};

template <class Device, class T>
using ConvolutionalIstaObserver = std::function<void(const ConvolutionalIstaProgress<Device, T>&)>;

template <class Device, class T>
struct ConvolutionalIstaResult {
    Images<Device, T> codes;
    std::vector<double> energy;
    std::size_t iterations = 0;
    bool converged = false;  ///< stopped by the tolerance
};

/// a_t = T(v + alpha Phi^T (x - Phi v)) with the threshold T of alpha C, from `start` (codes; empty: zeros);
/// v = a_{t-1} for ISTA and the extrapolated point for FISTA. Throws Error as lca does, Diverged when an
/// energy stops being finite.
template <class Device, class T>
ConvolutionalIstaResult<Device, T> convolutional_ista(
    const ConvolutionalIstaOptions& options, const AtomBank<Device, T>& atoms,
    const Images<Device, T>& images, const ConvolutionalIstaObserver<Device, T>& observer = {},
    const Images<Device, T>& start = {});

}  // namespace assay::solvers
