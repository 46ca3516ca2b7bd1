#pragma once

#include "solvers/device/array.hpp"

namespace assay::solvers {

/// sum |X|, accumulated in double in a fixed order.
template <class Device, class T>
double l1_norm(const Array<Device, T>& X);

}  // namespace assay::solvers
