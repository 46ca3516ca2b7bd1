#include "solvers/convolutional/ista.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/convolutional/lca.hpp"
#include "solvers/convolutional/problem.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/sparse/momentum.hpp"

namespace assay::solvers {
namespace {

/// The power iteration ends within some per cent below lambda_max.
constexpr double spare = 1.05;

template <class Device, class T>
double step_of(const ConvolutionalIstaOptions& options, const AtomBank<Device, T>& atoms) {
    if (options.step > 0.0) return options.step;
    const double eigenvalue = largest_eigenvalue(atoms);
    return eigenvalue > 0.0 ? 1.0 / (spare * eigenvalue) : 1.0;
}

/// T(v + alpha Phi^T (x - Phi v)).
template <class Device, class T>
Images<Device, T> proximal_step(const AtomBank<Device, T>& atoms, const Images<Device, T>& targets,
                                const Threshold<T>& threshold, double alpha, const Images<Device, T>& v) {
    Images<Device, T> codes = analysis(atoms, residual_of(atoms, targets, v));
    scale(static_cast<T>(alpha), codes.data);
    axpy(T(1), v.data, codes.data);
    threshold_all(threshold, codes.data);
    return codes;
}

template <class Device, class T>
bool all_settled(double tolerance, const Array<Device, T>& codes, const Array<Device, T>& before) {
    if (tolerance == 0.0) return false;
    const std::vector<double> change = column_distances(codes, before);
    const std::vector<double> size = column_norms(codes);
    for (std::size_t i = 0; i < size.size(); ++i) {
        if (change[i] > tolerance * size[i]) return false;
    }
    return true;
}

void require_finite_energy(const std::vector<double>& energy, std::size_t iteration, double alpha) {
    for (std::size_t i = 0; i < energy.size(); ++i) {
        if (std::isfinite(energy[i])) continue;
        throw Diverged("the energy of image " + std::to_string(i), iteration, "convolutional_ista",
                       "the step is " + std::to_string(alpha) + ": take 0 for 1 / lambda_max");
    }
}

}  // namespace

void ConvolutionalIstaOptions::validate() const {
    penalty.validate();
    if (step >= 0.0 && tolerance >= 0.0 && check_every > 0) return;
    throw Error("step = " + std::to_string(step) + ", tolerance = " + std::to_string(tolerance) +
                    ", check_every = " + std::to_string(check_every) + " are not a valid choice",
                "convolutional_ista", "step and tolerance must not be negative and check_every not zero");
}

template <class Device, class T>
ConvolutionalIstaResult<Device, T> convolutional_ista(const ConvolutionalIstaOptions& options,
                                                      const AtomBank<Device, T>& atoms,
                                                      const Images<Device, T>& images,
                                                      const ConvolutionalIstaObserver<Device, T>& observer,
                                                      const Images<Device, T>& start) {
    options.validate();
    const Geometry& g = atoms.geometry();
    require_convolutional_problem("convolutional_ista", g, images, start);
    const double alpha = step_of(options, atoms);
    const Threshold<T> threshold = threshold_of<T>(options.penalty, alpha);
    const Images<Device, T> targets = on_canvas(g, images);
    ConvolutionalIstaResult<Device, T> result;
    result.codes = start.count() == 0 ? Images<Device, T>(g.code, images.count()) : start.copy();
    Images<Device, T> before, v = result.codes.copy();
    Momentum momentum;
    for (std::size_t t = 1; t <= options.max_iterations && !result.converged; ++t) {
        before = std::exchange(result.codes, proximal_step(atoms, targets, threshold, alpha,
                                                           options.accelerated ? v : result.codes));
        result.iterations = t;
        if (options.accelerated) extrapolate(momentum.next(), result.codes.data, before.data, v.data);
        if (t % options.check_every != 0 && t != options.max_iterations) continue;
        result.energy = convolutional_energy(options.penalty, atoms, images, result.codes);
        if (observer) observer({t, result.codes, result.energy});
        require_finite_energy(result.energy, t, alpha);
        result.converged = all_settled(options.tolerance, result.codes.data, before.data);
    }
    return result;
}

#define ASSAY_INSTANTIATE(Device, T)                                                           \
    template ConvolutionalIstaResult<Device, T> convolutional_ista(                            \
        const ConvolutionalIstaOptions&, const AtomBank<Device, T>&, const Images<Device, T>&, \
        const ConvolutionalIstaObserver<Device, T>&, const Images<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
