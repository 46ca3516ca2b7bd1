#include "solvers/network/optimiser.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace {

void check(const Sgd& sgd) {
    if (!(sgd.momentum >= 0 && sgd.momentum < 1))
        throw Error("momentum " + std::to_string(sgd.momentum), "sgd", "give one from 0 to below 1");
    if (!(sgd.weight_decay >= 0))
        throw Error("weight decay " + std::to_string(sgd.weight_decay), "sgd", "give 0 or more");
}
void check(const Adam& adam) {
    if (!(adam.beta1 >= 0 && adam.beta1 < 1 && adam.beta2 >= 0 && adam.beta2 < 1))
        throw Error("a decay of the moments outside [0, 1)", "adam");
}

}  // namespace

template <class Device>
Optimiser<Device>::Optimiser(Method method, const Network<Device>& network)
    : method_(method),
      first_(network.parameters().rows(), 1),
      second_(std::holds_alternative<Adam>(method) ? network.parameters().rows() : 0, 1) {
    std::visit([](const auto& options) { check(options); }, method_);
}

template <class Device>
double Optimiser<Device>::rate() const {
    return std::visit([](const auto& options) { return options.rate; }, method_);
}

template <class Device>
void Optimiser<Device>::step(Network<Device>& network, double rate) {
    if (!(rate >= 0) || std::isinf(rate))
        throw Error("a learning rate of " + std::to_string(rate), "optimiser", "give 0 or more");
    ++steps_;
    const LibraryThreads<Device> allowed(network.threads());
    network.update([&](Array<Device, float>& parameters, const Array<Device, float>& gradients) {
        if (Sgd* sgd = std::get_if<Sgd>(&method_)) {
            Sgd now = *sgd;
            now.rate = rate;
            sgd_step(now, gradients, first_, parameters);
        } else {
            Adam now = std::get<Adam>(method_);
            now.rate = rate;
            adam_step(now, steps_, gradients, first_, second_, parameters);
        }
    });
}

template <class Device>
void Optimiser<Device>::resume(std::uint64_t steps, Array<Device, float> first, Array<Device, float> second) {
    require_same_shape("optimiser", first_, first);
    require_same_shape("optimiser", second_, second);
    steps_ = steps;
    first_ = std::move(first);
    second_ = std::move(second);
}

double cosine_rate(double rate, std::uint64_t step, std::uint64_t steps, double last) {
    if (steps == 0 || step >= steps) return last;
    const double turn = std::numbers::pi * static_cast<double>(step) / static_cast<double>(steps);
    return last + (rate - last) * (1 + std::cos(turn)) / 2;
}

template class Optimiser<Cpu>;
template class Optimiser<Cuda>;

}  // namespace assay::solvers
