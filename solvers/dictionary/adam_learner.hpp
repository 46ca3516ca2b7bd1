#pragma once

#include <cstdint>
#include <utility>

#include "solvers/device/primitives.hpp"

namespace assay::solvers {

/// What an update leaves of the atoms' lengths.
enum class Atoms {
    unit,  ///< each column is divided by its norm (PUDLE, Algorithm 1)
    free   ///< columns stay as Adam leaves them
};

/// A dictionary D (m x p) with its optimiser: a step of Adam along a gradient that is not projected on the
/// tangent space, then the constraint.
template <class Device, class T>
class AdamLearner {
  public:
    AdamLearner(const Adam& adam, Array<Device, T> start, Atoms atoms = Atoms::unit)
        : adam_(adam),
          atoms_(atoms),
          D_(std::move(start)),
          first_(D_.rows(), D_.cols()),
          second_(D_.rows(), D_.cols()) {}

    /// Throws Error when the gradient's shape is not that of D.
    void update(const Array<Device, T>& gradient) {
        adam_step(adam_, ++steps_, gradient, first_, second_, D_);
        if (atoms_ == Atoms::unit) normalize_columns(D_);
    }

    std::uint64_t steps() const { return steps_; }
    const Array<Device, T>& dictionary() const { return D_; }

  private:
    Adam adam_;
    Atoms atoms_;
    std::uint64_t steps_ = 0;
    Array<Device, T> D_, first_, second_;
};

}  // namespace assay::solvers
