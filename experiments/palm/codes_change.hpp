#pragma once

#include "solvers/device/primitives.hpp"

/// How codes differ from one outer iteration to the next.
namespace assay::palm {

/// The share of the entries that are zero on one side and not on the other.
template <class Device, class T>
double support_change(const solvers::Array<Device, T>& before, const solvers::Array<Device, T>& after) {
    solvers::Array<Device, T> common = after.copy();
    solvers::keep_where_nonzero(before, common);
    const auto nonzeros = [](const solvers::Array<Device, T>& A) {
        return static_cast<double>(solvers::count_nonzero(A));
    };
    return (nonzeros(before) + nonzeros(after) - 2 * nonzeros(common)) / static_cast<double>(after.size());
}

}  // namespace assay::palm
