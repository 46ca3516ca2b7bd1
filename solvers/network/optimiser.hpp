#pragma once

#include <cstdint>
#include <variant>

#include "solvers/device/adam.hpp"
#include "solvers/device/sgd.hpp"
#include "solvers/network/network.hpp"

namespace assay::solvers {

/// Moves a network's parameters along its gradients. Its state is one or two arrays beside the parameters.
template <class Device>
class Optimiser {
  public:
    using Method = std::variant<Sgd, Adam>;

    /// Throws Error for a momentum outside [0, 1) and a negative weight decay.
    Optimiser(Method method, const Network<Device>& network);

    /// One step at the method's rate, or at that of a schedule.
    void step(Network<Device>& network) { step(network, rate()); }
    void step(Network<Device>& network, double rate);

    double rate() const;
    std::uint64_t steps() const { return steps_; }
    const Method& method() const { return method_; }
    /// The velocity, or Adam's first and second moment (the second is empty for SGD).
    const Array<Device, float>& first() const { return first_; }
    const Array<Device, float>& second() const { return second_; }
    /// Goes on from a state of another time. Throws Error when its sizes are not this optimiser's.
    void resume(std::uint64_t steps, Array<Device, float> first, Array<Device, float> second);

  private:
    Method method_;
    std::uint64_t steps_ = 0;
    Array<Device, float> first_, second_;
};

/// The cosine schedule (Loshchilov and Hutter, 2017): from `rate` at step 0 to `last` at `steps` and after.
double cosine_rate(double rate, std::uint64_t step, std::uint64_t steps, double last = 0.0);

}  // namespace assay::solvers
