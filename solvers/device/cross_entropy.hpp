#pragma once

#include <cmath>
#include <cstddef>

#include "solvers/device/activation.hpp"
#include "solvers/device/portable.hpp"

namespace assay::solvers {

/// -log of the softmax's share of class `label` at one place whose logits lie `stride` apart at x; dx gets
/// its derivative times `weight`. The largest logit is taken off first, so nothing overflows.
ASSAY_PORTABLE inline double cross_entropy_at(const float* x, float* dx, std::size_t classes,
                                              std::size_t stride, std::size_t label, float weight) {
    float largest = x[0];
    for (std::size_t c = 1; c < classes; ++c) largest = x[c * stride] > largest ? x[c * stride] : largest;
    float total = 0.0f;
    for (std::size_t c = 0; c < classes; ++c) {
        dx[c * stride] = exponential(x[c * stride] - largest);
        total += dx[c * stride];
    }
    for (std::size_t c = 0; c < classes; ++c) {
        const float share = dx[c * stride] / total;
        dx[c * stride] = weight * (c == label ? share - 1.0f : share);
    }
    using std::log;
    return log(static_cast<double>(total)) - static_cast<double>(x[label * stride] - largest);
}

}  // namespace assay::solvers
