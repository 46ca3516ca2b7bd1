#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "solvers/convolutional/lca.hpp"
#include "solvers/convolutional/problem.hpp"

/// What the members of LCA's family share: the batch, which of its images still run, and their records.
namespace assay::solvers {

template <class Device, class T>
class LcaRun {
  public:
    LcaRun(const LcaOptions& options, const AtomBank<Device, T>& atoms, const Images<Device, T>& images,
           const Images<Device, T>& start, double momentum = 0.0)
        : options_(options),
          atoms_(atoms),
          dynamics_{options.penalty, options.gain, momentum, 1, options.lazy},
          batch_(atoms.geometry(), dynamics_, on_canvas(atoms.geometry(), images)),
          at_zero_(halved_squares(batch_.targets)),
          running_(images.count()) {
        const std::size_t n = images.count();
        std::iota(running_.begin(), running_.end(), 0U);
        if (start.count() != 0) {
            batch_.states = start.copy();
            if (options.lazy) batch_.rest = start.copy();
        }
        result_.readings.resize(n);
        result_.iterations.resize(n);
        result_.converged.resize(n);
    }

    bool done() const { return iteration_ >= options_.max_iterations || running_.empty(); }
    const std::vector<std::uint32_t>& running() const { return running_; }
    SweepBatch<Device, T>& batch() { return batch_; }

    /// Sweeps the running images to the next check, each at its rate.
    std::vector<SweepReading> sweep_on(const std::vector<double>& rates) {
        dynamics_.sweeps = std::min(options_.check_every, options_.max_iterations - iteration_);
        iteration_ += dynamics_.sweeps;
        return sweep<Device, T>(atoms_, dynamics_, running_, rates, batch_);
    }

    /// What these sweeps brought: shows it to the observer, throws Diverged for an image out of bounds and
    /// lets images go that have settled.
    void check(const std::vector<SweepReading>& readings, const std::vector<double>& rates,
               const LcaObserver<Device, T>& observer) {
        if (observer) observer({iteration_, running_, readings, batch_.states, batch_.codes});
        std::vector<std::uint32_t> left;
        for (std::size_t n = 0; n < running_.size(); ++n) {
            const std::uint32_t image = running_[n];
            require_bounded(image, readings[n], rates[n]);
            result_.readings[image] = readings[n];
            result_.iterations[image] = iteration_;
            result_.converged[image] = options_.tolerance > 0.0 &&
                                       readings[n].change <= options_.tolerance * rates[n] * readings[n].size;
            if (!result_.converged[image]) left.push_back(image);
        }
        running_ = std::move(left);
    }

    LcaResult<Device, T> finish() {
        result_.states = std::move(batch_.states);
        result_.codes = std::move(batch_.codes);
        return std::move(result_);
    }

  private:
    void require_bounded(std::uint32_t image, const SweepReading& reading, double rate) const {
        const bool finite = std::isfinite(reading.energy()) && std::isfinite(reading.size);
        const double zero = at_zero_[image];
        if (finite && (reading.energy() <= options_.divergence * zero || zero == 0.0)) return;
        const double limit = 0.5 * options_.gain * largest_eigenvalue(atoms_);
        throw Diverged("the energy of image " + std::to_string(image),
                       finite ? Diverged::grew : Diverged::not_finite, iteration_, "lca",
                       "the rate is " + std::to_string(rate) + ": any support is stable below " +
                           std::to_string(1.0 / limit) + ", by Euler with tau above " +
                           std::to_string(limit * options_.dt));
    }

    const LcaOptions& options_;
    const AtomBank<Device, T>& atoms_;
    Dynamics dynamics_;
    SweepBatch<Device, T> batch_;
    std::vector<double> at_zero_;  // energies of the zero code
    std::vector<std::uint32_t> running_;
    std::size_t iteration_ = 0;
    LcaResult<Device, T> result_;
};

}  // namespace assay::solvers
