#pragma once

#include "solvers/device/array.hpp"

namespace assay::solvers {

template <class Device, class T>
std::string shape_text(const Array<Device, T>& A) {
    return std::to_string(A.rows()) + " x " + std::to_string(A.cols());
}

/// Throws Error naming the operation and both shapes when they differ.
template <class Device, class T>
void require_same_shape(const char* operation, const Array<Device, T>& X, const Array<Device, T>& Y) {
    if (X.rows() != Y.rows() || X.cols() != Y.cols()) {
        throw Error("shapes do not match: " + shape_text(X) + " and " + shape_text(Y), operation);
    }
}

}  // namespace assay::solvers
