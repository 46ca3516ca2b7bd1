#include "experiments/warp/arms.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/warp/problem.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"

namespace assay::warp {

using namespace solvers;

namespace {

/// One arm under way.
template <class Device>
class Course {
  public:
    Course(const CodingProblem<Device>& problem, const Phases& phases, const Images<Device, float>& start)
        : problem_(problem), phases_(phases) {
        const Geometry& g = problem.atoms.geometry();
        states_ = start.count() == 0 ? Images<Device, float>(g.code, problem.images.count()) : start.copy();
        enter();
        read_out();
    }

    void advance_to(std::size_t iteration) {
        while (done_ < iteration) {
            if (phase_ + 1 < phases_.size() && done_ == phase_end_) {
                ++phase_;
                enter();
            }
            const std::size_t until = std::min(iteration, phase_end_);
            step(until - done_);
            done_ = until;
        }
    }

    Look<Device> look() const { return {done_, energy_, nonzeros_, codes_}; }

  private:
    const Phase& phase() const { return phases_[phase_]; }

    void enter() {
        const bool last = phase_ + 1 == phases_.size();
        phase_end_ = last ? SIZE_MAX : done_ + phase().iterations;
        if (phase().kick == 0.0) return;
        Random random(problem_.seed, "kick");
        std::vector<float> noise(states_.data.size());
        for (float& value : noise) value = static_cast<float>(phase().kick * random.normal());
        axpy(1.0F, Array<Device, float>::from_host(states_.data.rows(), states_.data.cols(), noise),
             states_.data);
    }

    /// Codes and energies of the states as they are.
    void read_out() {
        codes_ = states_.copy();
        threshold_all(threshold_of<float>(phase().penalty, problem_.gain), codes_.data);
        energy_ = convolutional_energy(problem_.penalty, problem_.atoms, problem_.images, codes_);
        const std::vector<float> values = codes_.data.to_host();
        nonzeros_.assign(codes_.count(), 0);
        for (std::size_t k = 0; k < values.size(); ++k)
            nonzeros_[k / codes_.shape.size()] += values[k] != 0.0F;
    }

    void step(std::size_t iterations) {
        LcaOptions options = lca_for(iterations, problem_.tau, phase().penalty, problem_.gain);
        // A start may lie far above the zero code: a bad prediction is a finding, not a divergence, which
        // grows past any factor.
        options.divergence = 1e6;
        LcaResult<Device, float> result = lca(options, problem_.atoms, problem_.images, {}, states_);
        states_ = std::move(result.states);
        codes_ = std::move(result.codes);
        const bool own = phase().penalty == problem_.penalty;
        const std::vector<double> sums =
            own ? std::vector<double>{} : penalty_sums(problem_.penalty, codes_.data);
        for (std::size_t i = 0; i < energy_.size(); ++i) {
            const SweepReading& reading = result.readings[i];
            energy_[i] = own ? reading.energy() : reading.fit + sums[i];
            nonzeros_[i] = reading.nonzeros;
        }
    }

    const CodingProblem<Device>& problem_;
    const Phases& phases_;
    Images<Device, float> states_, codes_;
    std::vector<double> energy_;
    std::vector<std::uint64_t> nonzeros_;
    std::size_t done_ = 0, phase_ = 0, phase_end_ = 0;
};

std::size_t rounded(double iterations) {
    return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(iterations)));
}

Penalty scaled(Penalty penalty, double factor) {
    penalty.lambda *= factor;
    return penalty;
}

}  // namespace

template <class Device>
void run_arm(const CodingProblem<Device>& problem, const Phases& phases, const Images<Device, float>& start,
             const std::vector<std::size_t>& iterations, const Watch<Device>& watch) {
    Course<Device> course(problem, phases, start);
    for (const std::size_t iteration : iterations) {
        course.advance_to(iteration);
        watch(course.look());
    }
}

std::vector<std::size_t> close_looks(std::size_t last) {
    std::vector<std::size_t> looks;
    std::size_t at = 0;
    while (at < last) {
        looks.push_back(at);
        at += at < 20 ? 1 : at < 50 ? 2 : at < 100 ? 5 : at < 300 ? 10 : at < 1000 ? 20 : 50;
    }
    looks.push_back(last);
    return looks;
}

std::vector<std::size_t> recorded_looks(std::size_t last) {
    std::vector<std::size_t> looks{0};
    for (std::size_t decade = 1; decade < last; decade *= 10)
        for (const std::size_t tenths : {10, 15, 20, 30, 50, 70})
            if (const std::size_t at = decade * tenths / 10; at > looks.back() && at < last)
                looks.push_back(at);
    if (last > 0) looks.push_back(last);
    return looks;
}

std::vector<double> EnergyTrace::settled(const std::vector<double>& reference, double share) const {
    std::vector<double> result(reference.size());
    for (std::size_t image = 0; image < reference.size(); ++image) {
        const double bound = (1.0 + share) * reference[image];
        std::size_t first = iterations.size();
        while (first > 0 && energy[first - 1][image] <= bound) --first;
        result[image] = first == iterations.size() ? 2.0 * static_cast<double>(iterations.back())
                                                   : static_cast<double>(iterations[first]);
    }
    return result;
}

std::vector<double> EnergyTrace::at(double iteration) const {
    const auto above = std::ranges::lower_bound(iterations, iteration, {},
                                                [](std::size_t look) { return static_cast<double>(look); });
    if (above == iterations.end() || iteration < static_cast<double>(iterations.front())) {
        throw Error("no look at an arm around iteration " + std::to_string(iteration), "warp",
                    "the looks go from " + std::to_string(iterations.front()) + " to " +
                        std::to_string(iterations.back()));
    }
    const auto look = static_cast<std::size_t>(above - iterations.begin());
    if (look == 0) return energy[0];
    const double low = static_cast<double>(iterations[look - 1]),
                 high = static_cast<double>(iterations[look]);
    const double share = (iteration - low) / (high - low);
    std::vector<double> result(energy[look].size());
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = (1.0 - share) * energy[look - 1][i] + share * energy[look][i];
    return result;
}

Phases plain(const Penalty& penalty) {
    return {{penalty}};
}

Phases soft_first(const Penalty& penalty, double tau) {
    Penalty soft = penalty;
    soft.kind = PenaltyKind::l1;
    return {{soft, rounded(6 * tau)}, {penalty}};
}

Phases noise_restart(const Penalty& penalty, double tau) {
    return {{penalty, rounded(10 * tau)}, {penalty, 0, 0.3 * penalty.lambda}};
}

Phases continuation(const Penalty& penalty, double tau) {
    Phases phases;
    for (const double factor : {2.0, 1.7, 1.45, 1.25, 1.1})
        phases.push_back({scaled(penalty, factor), rounded(1.2 * tau)});
    phases.push_back({penalty});
    return phases;
}

#define ASSAY_INSTANTIATE(Device)                                                                    \
    template void run_arm(const CodingProblem<Device>&, const Phases&, const Images<Device, float>&, \
                          const std::vector<std::size_t>&, const Watch<Device>&);

ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::warp
