#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "solvers/convolutional/lca.hpp"

/// The ways to a code that are compared: LCA from a start of one's own, through phases of its own.
namespace assay::warp {

struct Phase {
    solvers::Penalty penalty;
    std::size_t iterations = 0;  ///< the last phase lasts to the end, whatever stands here
    double kick = 0.0;           ///< deviation of the Gaussian noise that the states get before it
};
using Phases = std::vector<Phase>;

/// The problem that all arms are judged on.
template <class Device>
struct CodingProblem {
    const solvers::AtomBank<Device, float>& atoms;
    const solvers::Images<Device, float>& images;
    solvers::Penalty penalty;  ///< of the energy that is looked at, whatever a phase descends
    double tau = 50.0;
    double gain = 1.0;  ///< see LcaOptions
    std::uint64_t seed = 1;
};

/// An arm after `iteration` times "threshold, then update"; 0 is its start.
template <class Device>
struct Look {
    std::size_t iteration;
    const std::vector<double>& energy;            ///< of each image, of the problem's penalty
    const std::vector<std::uint64_t>& nonzeros;   ///< of each image
    const solvers::Images<Device, float>& codes;  ///< T(u) after the update, with the phase's threshold
};
template <class Device>
using Watch = std::function<void(const Look<Device>&)>;

/// Runs all images from `start` (empty: u = 0) and shows them at each of the ascending `iterations`. A kick
/// is drawn from the problem's seed. Throws Diverged as lca does.
template <class Device>
void run_arm(const CodingProblem<Device>& problem, const Phases& phases,
             const solvers::Images<Device, float>& start, const std::vector<std::size_t>& iterations,
             const Watch<Device>& watch);

/// Where an arm is looked at to see when it settles: every iteration at first, then in steps of at most a
/// tenth of those done, up to `last`.
std::vector<std::size_t> close_looks(std::size_t last);
/// 0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, ... and `last`: what is recorded. Some of close_looks.
std::vector<std::size_t> recorded_looks(std::size_t last);

/// Every look's energies.
struct EnergyTrace {
    std::vector<std::size_t> iterations;
    std::vector<std::vector<double>> energy;  ///< [look][image]

    /// For each image the first iteration after which its energy is at most (1 + share) times the reference
    /// for good; twice the last iteration where it is not at the end.
    std::vector<double> settled(const std::vector<double>& reference, double share) const;
    /// The energies after so many iterations, on a line between the looks around them. Throws Error outside
    /// of the looks.
    std::vector<double> at(double iteration) const;
};

/// The controls of the study with the time constant tau: their phases before the hard threshold at lambda.
Phases plain(const solvers::Penalty& penalty);
Phases soft_first(const solvers::Penalty& penalty, double tau);     ///< soft for 6 tau
Phases noise_restart(const solvers::Penalty& penalty, double tau);  ///< after 10 tau, deviation 0.3 lambda
Phases continuation(const solvers::Penalty& penalty, double tau);   ///< 2, 1.7, ... lambda, 1.2 tau each

}  // namespace assay::warp
