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
           const Images<Device, T>& start)
        : options_(options),
          atoms_(atoms),
          targets_(on_canvas(atoms.geometry(), images)),
          at_zero_(halved_squares(targets_)),
          running_(images.count()) {
        const std::size_t n = images.count();
        const ImageShape& code = atoms.geometry().code;
        std::iota(running_.begin(), running_.end(), 0U);
        result_ = {start.count() == 0 ? Images<Device, T>(code, n) : start.copy(), Images<Device, T>(code, n),
                   std::vector<SweepReading>(n), std::vector<std::size_t>(n), std::vector<bool>(n)};
    }

    bool done() const { return iteration_ >= options_.max_iterations || running_.empty(); }
    /// Iterations to the next check.
    std::size_t steps() const { return std::min(options_.check_every, options_.max_iterations - iteration_); }
    std::size_t iteration() const { return iteration_; }
    const std::vector<std::uint32_t>& running() const { return running_; }
    const Images<Device, T>& targets() const { return targets_; }
    LcaResult<Device, T>& result() { return result_; }

    /// What a check found after `steps` iterations more: shows it to the observer, throws Diverged for an
    /// image out of bounds and lets images go that have settled. Rates and readings are those of `running`.
    void check(std::size_t steps, const std::vector<SweepReading>& readings, const std::vector<double>& rates,
               const LcaObserver<Device, T>& observer) {
        iteration_ += steps;
        if (observer) observer({iteration_, running_, readings, result_.states, result_.codes});
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
    Images<Device, T> targets_;
    std::vector<double> at_zero_;  // energies of the zero code
    std::vector<std::uint32_t> running_;
    std::size_t iteration_ = 0;
    LcaResult<Device, T> result_;
};

}  // namespace assay::solvers
