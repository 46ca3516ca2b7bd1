#include "solvers/convolutional/accelerated_lca.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "solvers/convolutional/lca_run.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"

namespace assay::solvers {
namespace {

bool linear_on_a_support(const LcaOptions& lca) {
    switch (lca.penalty.kind) {
        case PenaltyKind::l0:
        case PenaltyKind::l1:
        case PenaltyKind::rozell:
            return true;
        case PenaltyKind::cel0:
            return lca.gain >= 1.0;
        default:
            return false;
    }
}

/// C'(a) on the support, where a > 0.
double slope_of(const Penalty& penalty) {
    return penalty.kind == PenaltyKind::l1       ? penalty.lambda
           : penalty.kind == PenaltyKind::rozell ? penalty.shape * penalty.lambda
                                                 : 0.0;
}

/// How long each image's support has been the same.
template <class Device, class T>
class SettledSupports {
  public:
    SettledSupports(std::size_t checks, const ImageShape& code, std::size_t count)
        : checks_(checks), last_(code, checks == 0 ? 0 : count), same_(count, 0) {}

    bool settled(std::uint32_t image, const Images<Device, T>& codes) {
        if (checks_ == 0) return false;
        const Array<Device, T> now = codes.data.columns(image, 1);
        Array<Device, T> both = last_.data.columns(image, 1);
        const std::uint64_t before = count_nonzero(both), active = count_nonzero(now);
        keep_where_nonzero(now, both);
        const bool same = active > 0 && before == active && count_nonzero(both) == active;
        last_.data.set_columns(image, now);
        same_[image] = same ? same_[image] + 1 : 0;
        return same_[image] == checks_;  // once for each support
    }

  private:
    std::size_t checks_;
    Images<Device, T> last_;
    std::vector<std::size_t> same_;
};

/// Codes and states of one image at the minimum on its support, its velocity at rest.
template <class Device, class T>
void settle(const AcceleratedLcaOptions& options, const AtomBank<Device, T>& atoms, std::uint32_t image,
            SweepBatch<Device, T>& batch) {
    const Images<Device, T> target = batch.targets.columns(image, 1);
    Images<Device, T> code = minimise_on_support(atoms, target, batch.codes.columns(image, 1),
                                                 slope_of(options.lca.penalty), options.support_tolerance);
    Images<Device, T> residual = residual_of(atoms, target, code);
    scale(static_cast<T>(options.lca.gain), residual.data);
    Images<Device, T> state = analysis(atoms, residual);
    axpy(T(1), code.data, state.data);
    batch.states.data.set_columns(image, state.data);
    if (batch.rest.count() != 0) {  // the state is Phi^T R + W
        batch.averages.data.set_columns(image, residual.data);
        batch.rest.data.set_columns(image, code.data);
    }
    if (batch.velocity.count() != 0)
        batch.velocity.data.set_columns(image, Array<Device, T>(code.data.rows(), 1));
}

}  // namespace

void AcceleratedLcaOptions::validate() const {
    lca.validate();
    const bool rates = growth == 1.0 || (growth > 1.0 && max_rate >= lca.rate());
    if (!(momentum >= 0.0 && momentum < 1.0 && rates && support_tolerance > 0.0)) {
        throw Error("momentum = " + std::to_string(momentum) + ", growth = " + std::to_string(growth) +
                        ", max_rate = " + std::to_string(max_rate) + ", support_tolerance = " +
                        std::to_string(support_tolerance) + " are not a valid choice",
                    "accelerated_lca",
                    "0 <= momentum < 1, growth >= 1, max_rate at least dt / tau, support_tolerance > 0");
    }
    if (settled_checks > 0 && !linear_on_a_support(lca)) {
        throw Error("this penalty is not linear on a support", "accelerated_lca",
                    "take settled_checks = 0, or l0, l1 or Rozell's family");
    }
}

template <class Device, class T>
Images<Device, T> minimise_on_support(const AtomBank<Device, T>& atoms, const Images<Device, T>& target,
                                      const Images<Device, T>& z, double slope, double tolerance,
                                      std::size_t max_iterations) {
    Images<Device, T> a = z.copy();
    Images<Device, T> gradient = analysis_on_support(atoms, residual_of(atoms, target, a), z);  // downhill
    const double scale_of_drive = norm(analysis_on_support(atoms, target, z).data);
    add_sign(static_cast<T>(-slope), z.data, gradient.data);
    Images<Device, T> direction = gradient.copy();
    double square = dot(gradient.data, gradient.data);
    for (std::size_t n = 0; n < max_iterations; ++n) {
        if (!(square > tolerance * tolerance * scale_of_drive * scale_of_drive)) break;
        const Images<Device, T> picture = synthesis(atoms, direction);
        const double curvature = dot(picture.data, picture.data);
        if (!(curvature > 0.0)) break;  // the atoms of the support depend on each other
        const double step = square / curvature;
        axpy(static_cast<T>(step), direction.data, a.data);
        axpy(static_cast<T>(-step), analysis_on_support(atoms, picture, z).data, gradient.data);
        const double next = dot(gradient.data, gradient.data);
        scale(static_cast<T>(next / square), direction.data);
        axpy(T(1), gradient.data, direction.data);
        square = next;
    }
    return a;
}

template <class Device, class T>
LcaResult<Device, T> accelerated_lca(const AcceleratedLcaOptions& options, const AtomBank<Device, T>& atoms,
                                     const Images<Device, T>& images, const LcaObserver<Device, T>& observer,
                                     const Images<Device, T>& start) {
    options.validate();
    const Geometry& g = atoms.geometry();
    require_convolutional_problem("accelerated_lca", g, images, start);
    const LcaOptions& lca = options.lca;
    LcaRun<Device, T> run(lca, atoms, images, start, options.momentum);
    std::vector<double> rate(images.count(), lca.rate());
    std::vector<double> energy(images.count(), std::numeric_limits<double>::infinity());
    SettledSupports<Device, T> supports(options.settled_checks, g.code, images.count());
    while (!run.done()) {
        std::vector<double> rates;
        for (const std::uint32_t image : run.running()) rates.push_back(rate[image]);
        const std::vector<std::uint32_t> listed = run.running();
        const std::vector<SweepReading> readings = run.sweep_on(rates);
        run.check(readings, rates, observer);
        for (std::size_t n = 0; n < listed.size(); ++n) {
            const std::uint32_t image = listed[n];
            const bool fell = readings[n].energy() <= energy[image];
            if (options.growth > 1.0) {
                rate[image] = fell ? std::min(rate[image] * options.growth, options.max_rate)
                                   : std::max(rate[image] / 2, lca.rate());
            }
            energy[image] = readings[n].energy();
        }
        if (run.done()) break;  // a state that is set here would have no reading
        for (const std::uint32_t image : run.running()) {
            if (supports.settled(image, run.batch().codes)) settle(options, atoms, image, run.batch());
        }
    }
    return run.finish();
}

#define ASSAY_INSTANTIATE(Device, T)                                                                        \
    template LcaResult<Device, T> accelerated_lca(const AcceleratedLcaOptions&, const AtomBank<Device, T>&, \
                                                  const Images<Device, T>&, const LcaObserver<Device, T>&,  \
                                                  const Images<Device, T>&);                                \
    template Images<Device, T> minimise_on_support(const AtomBank<Device, T>&, const Images<Device, T>&,    \
                                                   const Images<Device, T>&, double, double, std::size_t);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
