#pragma once

#include "solvers/device/activation.hpp"
#include "solvers/device/portable.hpp"

namespace assay::solvers {

/// The loss of one prediction p for a target u, with d = p - u. The last three give the states of a sparse
/// code more weight where they are large (WARP-LCA trains with a loss of scale gamma = 3).
enum class RegressionKind {
    squared,      ///< d^2 ("mse")
    absolute,     ///< |d| ("l1")
    exponential,  ///< exp(min(|u|, cap) / gamma) d^2: the inverse of a Laplace density of scale gamma
                  ///< ("wexp")
    laplacian,    ///< (1 - exp(-gamma |u|) + floor) d^2: less weight near u = 0 ("wlap")
    correntropy   ///< 1 - exp(-gamma |d|): robust ("corr")
};

struct RegressionLoss {
    RegressionKind kind = RegressionKind::squared;
    double gamma = 3.0;
    double cap = 6.0;     ///< of `exponential`
    double floor = 1e-2;  ///< of `laplacian`
};

template <class T>
struct LossTerm {
    T value, derivative;  ///< by the prediction
};

template <class T>
struct RegressionTerm {
    RegressionKind kind;
    T gamma, cap, floor;

    explicit RegressionTerm(const RegressionLoss& loss)
        : kind(loss.kind),
          gamma(static_cast<T>(loss.gamma)),
          cap(static_cast<T>(loss.cap)),
          floor(static_cast<T>(loss.floor)) {}

    ASSAY_PORTABLE LossTerm<T> operator()(T prediction, T target) const {
        const T d = prediction - target, size = d < T(0) ? -d : d;
        const T side = d > T(0) ? T(1) : (d < T(0) ? T(-1) : T(0));
        const T height = target < T(0) ? -target : target;
        switch (kind) {
            case RegressionKind::squared:
                return {d * d, T(2) * d};
            case RegressionKind::absolute:
                return {size, side};
            case RegressionKind::exponential:
                return weighted(exponential((height < cap ? height : cap) / gamma), d);
            case RegressionKind::laplacian:
                return weighted(floor - exponential_minus_one(-gamma * height), d);
            case RegressionKind::correntropy:
                return {-exponential_minus_one(-gamma * size), gamma * side * exponential(-gamma * size)};
        }
        return {d, d};
    }

  private:
    ASSAY_PORTABLE static LossTerm<T> weighted(T weight, T d) {
        return {weight * (d * d), T(2) * (weight * d)};
    }
};

}  // namespace assay::solvers
