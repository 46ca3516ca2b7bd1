#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/array.hpp"

/// The same values on another device and in another precision.
namespace assay::solvers {

namespace host {
template <class T>
std::vector<double> wide(const std::vector<T>& values) {
    return std::vector<double>(values.begin(), values.end());
}
}  // namespace host

/// Host values as a rows x cols array, rounded to T.
template <class Device, class T, class From>
Array<Device, T> to_device(std::size_t rows, std::size_t cols, const std::vector<From>& values) {
    std::vector<T> rounded;
    rounded.reserve(values.size());
    for (const From value : values) rounded.push_back(static_cast<T>(value));
    return Array<Device, T>::from_host(rows, cols, rounded);
}

/// An array of any device, by way of the host.
template <class Device, class T, class FromDevice, class From>
Array<Device, T> to_device(const Array<FromDevice, From>& A) {
    return to_device<Device, T>(A.rows(), A.cols(), A.to_host());
}

}  // namespace assay::solvers
