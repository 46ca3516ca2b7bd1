#pragma once

#include "solvers/device/array.hpp"
#include "solvers/device/portable.hpp"

namespace assay::solvers {

/// Stochastic gradient descent with momentum: v <- momentum v + g + weight_decay w, then w <- w - rate v
/// (with Nesterov's momentum, w <- w - rate (g + weight_decay w + momentum v)).
struct Sgd {
    double rate = 0.1;
    double momentum = 0.9;
    double weight_decay = 0.0;  ///< on every parameter, biases and batch norms too
    bool nesterov = false;
};

/// The update of one entry.
template <class T>
struct SgdStep {
    T rate, momentum, weight_decay;
    bool nesterov;

    explicit SgdStep(const Sgd& sgd)
        : rate(static_cast<T>(sgd.rate)),
          momentum(static_cast<T>(sgd.momentum)),
          weight_decay(static_cast<T>(sgd.weight_decay)),
          nesterov(sgd.nesterov) {}

    /// Returns the new parameter and moves its velocity.
    ASSAY_PORTABLE T operator()(T parameter, T gradient, T& velocity) const {
        const T pull = gradient + weight_decay * parameter;
        velocity = momentum * velocity + pull;
        return parameter - rate * (nesterov ? pull + momentum * velocity : velocity);
    }
};

/// One step on `parameter`. Throws Error when the shapes differ.
template <class Device, class T>
void sgd_step(const Sgd& options, const Array<Device, T>& gradient, Array<Device, T>& velocity,
              Array<Device, T>& parameter);

}  // namespace assay::solvers
