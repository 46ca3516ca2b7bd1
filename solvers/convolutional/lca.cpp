#include "solvers/convolutional/lca.hpp"

#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "solvers/convolutional/problem.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/random.hpp"

namespace assay::solvers {
namespace {

template <class Device, class T>
void require_stable(const LcaOptions& options, const AtomBank<Device, T>& atoms,
                    const std::vector<std::uint32_t>& running, const std::vector<SweepReading>& readings,
                    const std::vector<double>& at_zero, std::size_t iteration) {
    for (std::size_t n = 0; n < running.size(); ++n) {
        const double bound = options.divergence * at_zero[running[n]];
        const bool finite = std::isfinite(readings[n].energy()) && std::isfinite(readings[n].size);
        if (finite && (readings[n].energy() <= bound || at_zero[running[n]] == 0.0)) continue;
        const double limit = 0.5 * options.gain * largest_eigenvalue(atoms);
        throw Diverged("the energy of image " + std::to_string(running[n]),
                       finite ? Diverged::grew : Diverged::not_finite, iteration, "lca",
                       "the rate is " + std::to_string(options.rate()) + ": any support is stable below " +
                           std::to_string(1.0 / limit) + ", tau = " + std::to_string(limit * options.dt) +
                           " by Euler");
    }
}

/// Runs every image to its end and keeps the books.
template <class Device, class T>
class Run {
  public:
    Run(const LcaOptions& options, const AtomBank<Device, T>& atoms, const Images<Device, T>& images,
        const Images<Device, T>& start)
        : options_(options),
          atoms_(atoms),
          targets_(on_canvas(atoms.geometry(), images)),
          at_zero_(halved_squares(targets_)),
          running_(images.count()) {
        const std::size_t n = images.count();
        std::iota(running_.begin(), running_.end(), 0U);
        result_ = {start.count() == 0 ? Images<Device, T>(atoms.geometry().code, n) : start.copy(),
                   Images<Device, T>(atoms.geometry().code, n), std::vector<SweepReading>(n),
                   std::vector<std::size_t>(n), std::vector<bool>(n)};
    }

    LcaResult<Device, T> operator()(const LcaObserver<Device, T>& observer) {
        const double rate = options_.rate();
        Images<Device, T> no_velocity;
        for (std::size_t t = 0; t < options_.max_iterations && !running_.empty();) {
            const std::size_t steps = std::min(options_.check_every, options_.max_iterations - t);
            const std::vector<SweepReading> readings = sweep<Device, T>(
                atoms_, targets_, {options_.penalty, options_.gain, 0.0, steps}, running_,
                std::vector<double>(running_.size(), rate), result_.states, no_velocity, result_.codes);
            t += steps;
            if (observer) observer({t, running_, readings, result_.states, result_.codes});
            require_stable(options_, atoms_, running_, readings, at_zero_, t);
            record(readings, t, rate);
        }
        return std::move(result_);
    }

  private:
    void record(const std::vector<SweepReading>& readings, std::size_t t, double rate) {
        std::vector<std::uint32_t> left;
        for (std::size_t n = 0; n < running_.size(); ++n) {
            const std::uint32_t image = running_[n];
            result_.readings[image] = readings[n];
            result_.iterations[image] = t;
            const bool settled = options_.tolerance > 0.0 &&
                                 readings[n].change <= options_.tolerance * rate * readings[n].size;
            result_.converged[image] = settled;
            if (!settled) left.push_back(image);
        }
        running_ = std::move(left);
    }

    const LcaOptions& options_;
    const AtomBank<Device, T>& atoms_;
    Images<Device, T> targets_;
    std::vector<double> at_zero_;
    std::vector<std::uint32_t> running_;
    LcaResult<Device, T> result_;
};

}  // namespace

double LcaOptions::rate() const {
    return integrator == Integrator::euler ? dt / tau : -std::expm1(-dt / tau);
}

void LcaOptions::validate() const {
    penalty.validate();
    const bool positive = tau > 0.0 && dt > 0.0 && gain > 0.0 && divergence > 0.0;
    if (positive && tolerance >= 0.0 && check_every > 0 && rate() <= 2.0) return;
    throw Error("tau = " + std::to_string(tau) + ", dt = " + std::to_string(dt) +
                    ", gain = " + std::to_string(gain) + ", tolerance = " + std::to_string(tolerance) +
                    ", divergence = " + std::to_string(divergence) +
                    ", check_every = " + std::to_string(check_every) + " are not a valid choice",
                "lca", "all but the tolerance must be above zero, and dt / tau at most 2");
}

template <class Device, class T>
LcaResult<Device, T> lca(const LcaOptions& options, const AtomBank<Device, T>& atoms,
                         const Images<Device, T>& images, const LcaObserver<Device, T>& observer,
                         const Images<Device, T>& start) {
    options.validate();
    require_convolutional_problem("lca", atoms.geometry(), images, start);
    return Run<Device, T>(options, atoms, images, start)(observer);
}

template <class Device, class T>
std::vector<double> convolutional_energy(const Penalty& penalty, const AtomBank<Device, T>& atoms,
                                         const Images<Device, T>& images, const Images<Device, T>& codes) {
    Images<Device, T> residual = on_canvas(atoms.geometry(), images);
    axpy(T(-1), synthesis(atoms, codes).data, residual.data);
    std::vector<double> energy = halved_squares(residual);
    const std::vector<double> sums = penalty_sums(penalty, codes.data);
    for (std::size_t i = 0; i < energy.size(); ++i) energy[i] += sums[i];
    return energy;
}

template <class Device, class T>
double largest_eigenvalue(const AtomBank<Device, T>& atoms, std::size_t iterations) {
    const ImageShape& shape = atoms.geometry().code;
    Random random(1, "power iteration");
    std::vector<T> draw(shape.size());
    for (T& value : draw) value = static_cast<T>(random.normal());
    Images<Device, T> code(shape, Array<Device, T>::from_host(shape.size(), 1, draw));
    double eigenvalue = 0.0;
    for (std::size_t t = 0; t < iterations; ++t) {
        const double length = norm(code.data);
        if (length == 0.0) return 0.0;
        scale(static_cast<T>(1.0 / length), code.data);
        const Images<Device, T> picture = synthesis(atoms, code);
        eigenvalue = dot(picture.data, picture.data);  // the Rayleigh quotient: never above lambda_max
        code = analysis(atoms, picture);
    }
    return eigenvalue;
}

#define ASSAY_INSTANTIATE(Device, T)                                                                       \
    template LcaResult<Device, T> lca(const LcaOptions&, const AtomBank<Device, T>&,                       \
                                      const Images<Device, T>&, const LcaObserver<Device, T>&,             \
                                      const Images<Device, T>&);                                           \
    template std::vector<double> convolutional_energy(const Penalty&, const AtomBank<Device, T>&,          \
                                                      const Images<Device, T>&, const Images<Device, T>&); \
    template double largest_eigenvalue(const AtomBank<Device, T>&, std::size_t);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
