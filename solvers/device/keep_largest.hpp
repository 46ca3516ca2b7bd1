#pragma once

#include <cstddef>

#include "solvers/device/array.hpp"

namespace assay::solvers {

/// Top_T: keeps the `count` entries of largest size in every column of A and sets the others to zero. Ties go
/// to the lower index, so both devices agree; count = 0 leaves zeros, count >= rows leaves A. Throws Error
/// when A holds NaN, whose size cannot be compared.
template <class Device, class T>
void keep_largest(std::size_t count, Array<Device, T>& A);

}  // namespace assay::solvers
