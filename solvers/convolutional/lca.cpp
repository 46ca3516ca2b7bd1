#include "solvers/convolutional/lca.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "solvers/convolutional/lca_run.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/random.hpp"

namespace assay::solvers {

double LcaOptions::rate() const {
    return integrator == Integrator::euler ? dt / tau : -std::expm1(-dt / tau);
}

void LcaOptions::validate() const {
    penalty.validate();
    const bool positive = tau > 0.0 && dt > 0.0 && gain > 0.0 && divergence > 0.0;
    if (positive && tolerance >= 0.0 && max_iterations > 0 && check_every > 0 && rate() <= 2.0) return;
    throw Error("tau = " + std::to_string(tau) + ", dt = " + std::to_string(dt) +
                    ", gain = " + std::to_string(gain) + ", tolerance = " + std::to_string(tolerance) +
                    ", divergence = " + std::to_string(divergence) +
                    ", max_iterations = " + std::to_string(max_iterations) +
                    ", check_every = " + std::to_string(check_every) + " are not a valid choice",
                "lca", "all but the tolerance must be above zero, and dt / tau at most 2");
}

template <class Device, class T>
LcaResult<Device, T> lca(const LcaOptions& options, const AtomBank<Device, T>& atoms,
                         const Images<Device, T>& images, const LcaObserver<Device, T>& observer,
                         const Images<Device, T>& start) {
    options.validate();
    require_convolutional_problem("lca", atoms.geometry(), images, start);
    LcaRun<Device, T> run(options, atoms, images, start);
    while (!run.done()) {
        const std::vector<double> rates(run.running().size(), options.rate());
        run.check(run.sweep_on(rates), rates, observer);
    }
    return run.finish();
}

template <class Device, class T>
std::vector<double> convolutional_energy(const Penalty& penalty, const AtomBank<Device, T>& atoms,
                                         const Images<Device, T>& images, const Images<Device, T>& codes) {
    std::vector<double> energy =
        halved_squares(residual_of(atoms, on_canvas(atoms.geometry(), images), codes));
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
