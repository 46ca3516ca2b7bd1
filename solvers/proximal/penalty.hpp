#pragma once

#include <math.h>  // the C functions, which the GPU knows by the same names

#include <string>

#include "solvers/device/portable.hpp"
#include "solvers/error.hpp"

/// The penalties C(a) of the energy 1/2 ||x - Phi a||^2 + sum_i C(a_i), each with the threshold that belongs
/// to it: T(u) = argmin_a 1/2 (a - u)^2 + step C(a), so that u - T(u) = step C'(a) (Rozell et al., 2008).
namespace assay::solvers {

enum class PenaltyKind {
    l1,      ///< soft: C = lambda |a|
    l0,      ///< hard: C = lambda^2 / 2 where a != 0
    rozell,  ///< u - shape lambda sign(u) above lambda: C = shape lambda |a| + (1 - shape)^2 lambda^2 / 2
             ///< where a != 0; shape 0 is l0, 1 is l1
    firm,    ///< from 0 at lambda on a line to u at lambda + shape; C rises as lambda |a| at 0 and is
             ///< constant from lambda + shape on
    cel0,    ///< C = l0 - (|a| - sqrt(2 l0))^2 / 2 up to |a| = sqrt(2 l0) = lambda, then l0; its threshold is
             ///< the hard one unless step < 1
    half     ///< l1/2: C = lambda sqrt(|a|); its threshold jumps at 3/2 lambda^(2/3)
};

struct Penalty {
    PenaltyKind kind = PenaltyKind::l0;
    double lambda = 1.0;
    double shape = 0.0;       ///< of rozell (in [0, 1]) and firm (>= 0), else not used
    bool nonnegative = true;  ///< a >= 0; else of either sign

    bool operator==(const Penalty&) const = default;

    /// Throws Error when lambda or the shape is out of its range.
    void validate() const {
        const bool shaped = kind == PenaltyKind::rozell ? shape >= 0.0 && shape <= 1.0
                            : kind == PenaltyKind::firm ? shape >= 0.0
                                                        : true;
        if (lambda >= 0.0 && lambda <= 1e300 && shaped && shape <= 1e300) return;
        throw Error("lambda = " + std::to_string(lambda) + " and shape = " + std::to_string(shape) +
                        " are not a valid penalty",
                    "penalty",
                    "lambda must not be negative, shape in [0, 1] for rozell, at least 0 for firm");
    }
};

namespace portable {
ASSAY_PORTABLE inline float cosine(float a) {
    return ::cosf(a);
}
ASSAY_PORTABLE inline double cosine(double a) {
    return ::cos(a);
}
ASSAY_PORTABLE inline float arccosine(float a) {
    return ::acosf(a);
}
ASSAY_PORTABLE inline double arccosine(double a) {
    return ::acos(a);
}
ASSAY_PORTABLE inline float root(float a) {
    return ::sqrtf(a);
}
ASSAY_PORTABLE inline double root(double a) {
    return ::sqrt(a);
}
}  // namespace portable

/// T(u). All penalties but l1/2 share one form: min(|u|, slope (|u| - shift)) with the sign of u where |u| >
/// threshold, else 0. NaN gives 0.
template <class T>
struct Threshold {
    T threshold, shift, slope;
    bool half, nonnegative;

    ASSAY_PORTABLE T operator()(T u) const {
        const T size = u < T(0) ? -u : u;
        if (!(size > threshold) || (nonnegative && u < T(0))) return T(0);
        const T line = slope * (size - shift);
        const T value = half ? bend(size) : (line < size ? line : size);
        return u < T(0) ? -value : value;
    }

    /// Above the threshold of l1/2: 2/3 |u| (1 + cos(2/3 pi - 2/3 acos((t / |u|)^(3/2) / sqrt(2)))).
    ASSAY_PORTABLE T bend(T size) const {
        const T ratio = threshold / size;
        const T angle = portable::arccosine(T(0.70710678118654752) * ratio * portable::root(ratio));
        return T(2) / T(3) * size * (T(1) + portable::cosine(T(2) / T(3) * (T(3.14159265358979324) - angle)));
    }
};

/// The minimiser's map for `step` > 0; where step C is so curved that 1/2 (a - u)^2 + step C has no inner
/// minimum, that is the hard threshold at sqrt(2 step max C).
template <class T>
Threshold<T> threshold_of(const Penalty& penalty, double step = 1.0) {
    const double lambda = penalty.lambda, shape = penalty.shape;
    double threshold = step * lambda, shift = step * lambda, slope = 1.0;
    switch (penalty.kind) {
        case PenaltyKind::l1:
            break;
        case PenaltyKind::l0:
            threshold = ::sqrt(step) * lambda;
            shift = 0.0;
            break;
        case PenaltyKind::rozell:
            shift = step * shape * lambda;
            threshold = shift + ::sqrt(step) * (1.0 - shape) * lambda;
            break;
        case PenaltyKind::firm:
        case PenaltyKind::cel0: {
            const double knee = penalty.kind == PenaltyKind::firm ? lambda + shape : lambda;
            if (step * lambda < knee) {
                slope = 1.0 / (1.0 - step * lambda / knee);
            } else {
                threshold = ::sqrt(step * lambda * knee);
                shift = 0.0;
            }
            break;
        }
        case PenaltyKind::half: {
            const double weight = step * lambda;
            threshold = 1.5 * ::cbrt(weight * weight);
            break;
        }
    }
    return {static_cast<T>(threshold), static_cast<T>(shift), static_cast<T>(slope),
            penalty.kind == PenaltyKind::half, penalty.nonnegative};
}

/// C(a); infinite for a negative coefficient that must not be.
ASSAY_PORTABLE inline double penalty_of(const Penalty& penalty, double a) {
    const double size = a < 0.0 ? -a : a, lambda = penalty.lambda, shape = penalty.shape;
    if (size == 0.0) return 0.0;
    if (penalty.nonnegative && a < 0.0) return HUGE_VAL;
    switch (penalty.kind) {
        case PenaltyKind::l1:
            return lambda * size;
        case PenaltyKind::l0:
            return 0.5 * lambda * lambda;
        case PenaltyKind::rozell:
            return shape * lambda * size + 0.5 * (1.0 - shape) * (1.0 - shape) * lambda * lambda;
        case PenaltyKind::firm:
        case PenaltyKind::cel0: {
            const double knee = penalty.kind == PenaltyKind::firm ? lambda + shape : lambda;
            if (size >= knee) return 0.5 * lambda * knee;
            return lambda * size - 0.5 * lambda * size * size / knee;
        }
        case PenaltyKind::half:
            return lambda * portable::root(size);
    }
    return 0.0;
}

}  // namespace assay::solvers
