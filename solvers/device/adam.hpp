#pragma once

#include <cmath>

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

/// One entry's update: returns the new parameter and moves the two moments. `step` counts from 1 and enters
/// through the bias corrections `correction1` = 1 - beta1^step and `correction2` = 1 - beta2^step.
template <class T>
ASSAY_PORTABLE inline T adam_entry(T parameter, T gradient, T& first, T& second, T rate, T beta1, T beta2,
                                   T epsilon, T correction1, T correction2) {
    first = beta1 * first + (T(1) - beta1) * gradient;
    second = beta2 * second + (T(1) - beta2) * gradient * gradient;
    using std::sqrt;  // the overload of T on the CPU, the built-in one on the GPU
    const T scale = sqrt(second / correction2) + epsilon;
    return parameter - rate * (first / correction1) / scale;
}

}  // namespace assay::solvers
