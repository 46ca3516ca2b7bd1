#pragma once

#include <cmath>
#include <cstdint>

#include "solvers/device/portable.hpp"

namespace assay::solvers {

/// Adam (Kingma and Ba, 2015) with bias correction; epsilon is added to the root of the corrected second
/// moment.
struct Adam {
    double rate = 1e-3;  ///< eta
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;  ///< decides the regime in PUDLE: at 1e-3 Adam behaves like gradient descent
};

/// The update of one entry in step 1, 2, ..., with what it needs of the step in T.
template <class T>
struct AdamStep {
    T rate, beta1, beta2, epsilon;
    T correction1, correction2;  ///< 1 - beta1^step and 1 - beta2^step

    AdamStep(const Adam& adam, std::uint64_t step)
        : rate(static_cast<T>(adam.rate)),
          beta1(static_cast<T>(adam.beta1)),
          beta2(static_cast<T>(adam.beta2)),
          epsilon(static_cast<T>(adam.epsilon)),
          correction1(static_cast<T>(1 - std::pow(adam.beta1, static_cast<double>(step)))),
          correction2(static_cast<T>(1 - std::pow(adam.beta2, static_cast<double>(step)))) {}

    /// Returns the new parameter and moves the two moments.
    ASSAY_PORTABLE T operator()(T parameter, T gradient, T& first, T& second) const {
        first = beta1 * first + (T(1) - beta1) * gradient;
        second = beta2 * second + (T(1) - beta2) * gradient * gradient;
        using std::sqrt;  // the overload of T on the CPU, the built-in one on the GPU
        const T scale = sqrt(second / correction2) + epsilon;
        return parameter - rate * (first / correction1) / scale;
    }
};

}  // namespace assay::solvers
