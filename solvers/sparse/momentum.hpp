#pragma once

#include <cmath>

#include "solvers/device/primitives.hpp"

/// The acceleration of FISTA (Beck and Teboulle, 2009).
namespace assay::solvers {

/// The factors (t_k - 1) / t_{k+1}, k = 1, 2, ..., with t_1 = 1 and t_{k+1} = (1 + sqrt(1 + 4 t_k^2)) / 2;
/// the first is zero.
class Momentum {
  public:
    double next() {
        const double following = 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * t_ * t_));
        const double factor = (t_ - 1.0) / following;
        t_ = following;
        return factor;
    }

  private:
    double t_ = 1.0;
};

/// V <- Z + momentum (Z - before), all of one shape.
template <class Device, class T>
void extrapolate(double momentum, const Array<Device, T>& Z, const Array<Device, T>& before,
                 Array<Device, T>& V) {
    Device::copy(V.data(), Z.data(), Z.size() * sizeof(T));
    scale(static_cast<T>(1.0 + momentum), V);
    axpy(static_cast<T>(-momentum), before, V);
}

}  // namespace assay::solvers
