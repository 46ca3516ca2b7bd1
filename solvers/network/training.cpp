#include "solvers/network/training.hpp"

#include <cmath>

#include "solvers/device/primitives.hpp"

namespace assay::solvers {
namespace {

/// A network's output on a batch that is sound; that it is not finite is a finding about the training.
template <class Device>
Array<Device, float> finite_output(Network<Device>& network, const Optimiser<Device>& optimiser,
                                   const Array<Device, float>& X) {
    Array<Device, float> output = network.forward(X, Mode::training);
    if (!std::isfinite(norm(output)))
        throw Diverged("the network's output", optimiser.steps() + 1, "training",
                       "try a smaller learning rate");
    return output;
}

}  // namespace

template <class Device>
BatchReport train_classifier(Network<Device>& network, Optimiser<Device>& optimiser, double rate,
                             const Array<Device, float>& X, std::size_t classes, const Labels& labels,
                             std::span<const FeaturePenalty> penalties) {
    const Array<Device, float> logits = finite_output(network, optimiser, X);
    const Loss<Device> loss = cross_entropy(logits, classes, labels);
    const BatchReport report{loss.value, network.penalty(penalties),
                             count_equal(predicted_classes(logits, classes), labels)};
    network.backward(loss.gradient, penalties);
    optimiser.step(network, rate);
    return report;
}

template <class Device>
double train_regression(Network<Device>& network, Optimiser<Device>& optimiser, double rate,
                        const Array<Device, float>& X, const RegressionLoss& loss,
                        const Array<Device, float>& targets) {
    const Loss<Device> result = regression(loss, finite_output(network, optimiser, X), targets);
    network.backward(result.gradient);
    optimiser.step(network, rate);
    return result.value;
}

#define ASSAY_INSTANTIATE(Device)                                                                  \
    template BatchReport train_classifier(Network<Device>&, Optimiser<Device>&, double,            \
                                          const Array<Device, float>&, std::size_t, const Labels&, \
                                          std::span<const FeaturePenalty>);                        \
    template double train_regression(Network<Device>&, Optimiser<Device>&, double,                 \
                                     const Array<Device, float>&, const RegressionLoss&,           \
                                     const Array<Device, float>&);

ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
