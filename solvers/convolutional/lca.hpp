#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "solvers/device/convolution.hpp"

/// The locally competitive algorithm (Rozell et al., 2008) on convolutional dictionaries, with any penalty:
///   tau du/dt = Phi^T (x - Phi a) + a - u,  a = T(u),
/// in residual form, which is the Gram form b - u - G a with G = Phi^T Phi - I written without G (M k^2 / (2
/// C k^2) times as much arithmetic). With Border::padded it has the Gram form's states; with Border::crop the
/// image's surroundings are free and the energy is that of the image.
namespace assay::solvers {

enum class Integrator {
    euler,       ///< rate dt / tau
    exponential  ///< rate 1 - exp(-dt / tau): exact where the drive stays constant
};

struct LcaOptions {
    Penalty penalty = {};
    double tau = 100.0;
    double dt = 1.0;
    Integrator integrator = Integrator::euler;
    /// Step of the threshold: a = T(u) minimises 1/2 (a - u)^2 + gain C(a), and the correlations enter as
    /// gain Phi^T r, so that fixed points are those of the energy whatever the gain. CEL0 differs from the
    /// hard threshold below 1 only.
    double gain = 1.0;
    std::size_t max_iterations = 1000;
    /// An image stops when ||u - u before|| <= tolerance rate ||u||; 0: never.
    double tolerance = 0.0;
    std::size_t check_every = 10;  ///< iterations between two looks at the images, each with one observation
    /// An image whose energy is more than this times that of its zero code has diverged.
    double divergence = 10.0;
    /// Leave alone the states that cannot reach the threshold (Dynamics::lazy): the same iterates but for
    /// rounding, at a fraction of the work once codes are sparse. Each check costs two full sweeps.
    bool lazy = false;

    double rate() const;
    void validate() const;
};

/// What the observer sees at a check: readings of the images that were still running.
template <class Device, class T>
struct LcaProgress {
    std::size_t iteration;  ///< from 1: as many times "threshold, then update"
    const std::vector<std::uint32_t>& running;
    const std::vector<SweepReading>& readings;  ///< of each image in `running`, at a = T(u) after the update
    const Images<Device, T>& states;
    const Images<Device, T>& codes;  ///< of all images; those that have stopped stay as they are
};

template <class Device, class T>
using LcaObserver = std::function<void(const LcaProgress<Device, T>&)>;

template <class Device, class T>
struct LcaResult {
    Images<Device, T> states;             ///< u, M x Hs x Ws
    Images<Device, T> codes;              ///< T(u)
    std::vector<SweepReading> readings;   ///< of each image at its end
    std::vector<std::size_t> iterations;  ///< of each image
    std::vector<bool> converged;          ///< stopped by the tolerance
};

/// Starts from `start` (M x Hs x Ws, one state an image), or from u = 0 when it is empty. Images that stop
/// leave the batch. Throws Error on options that are not valid, shapes that do not fit and input that is not
/// finite; Diverged, after the observer has seen the readings, when an image's energy grows beyond bounds.
template <class Device, class T>
LcaResult<Device, T> lca(const LcaOptions& options, const AtomBank<Device, T>& atoms,
                         const Images<Device, T>& images, const LcaObserver<Device, T>& observer = {},
                         const Images<Device, T>& start = {});

/// 1/2 ||x - Phi a||^2 + sum_i C(a_i) of each image, on the canvas or the image as the border says. Throws
/// Error on shapes that do not fit.
template <class Device, class T>
std::vector<double> convolutional_energy(const Penalty& penalty, const AtomBank<Device, T>& atoms,
                                         const Images<Device, T>& images, const Images<Device, T>& codes);

/// lambda_max(Phi^T Phi) by power iteration from a fixed random code, to about a per cent from below. Steps
/// of the dynamics are stable on any support when rate gain lambda_max < 2, that is tau > gain dt lambda_max
/// / 2 by Euler.
template <class Device, class T>
double largest_eigenvalue(const AtomBank<Device, T>& atoms, std::size_t iterations = 50);

}  // namespace assay::solvers
