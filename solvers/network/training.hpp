#pragma once

#include <cstdint>
#include <span>

#include "solvers/network/loss.hpp"
#include "solvers/network/optimiser.hpp"

namespace assay::solvers {

/// What one step of training saw of its batch, before the step.
struct BatchReport {
    double loss = 0.0;     ///< without the penalties
    double penalty = 0.0;  ///< of the features
    std::size_t correct = 0;
};

/// One step on a batch of labelled samples (cross-entropy, see there for `labels`) at the learning rate
/// `rate`. Throws Diverged, before anything moves, when the loss is not finite.
template <class Device>
BatchReport train_classifier(Network<Device>& network, Optimiser<Device>& optimiser, double rate,
                             const Array<Device, float>& X, std::size_t classes, const Labels& labels,
                             std::span<const FeaturePenalty> penalties = {});

/// The same for targets of the output's shape; returns the loss.
template <class Device>
double train_regression(Network<Device>& network, Optimiser<Device>& optimiser, double rate,
                        const Array<Device, float>& X, const RegressionLoss& loss,
                        const Array<Device, float>& targets);

}  // namespace assay::solvers
