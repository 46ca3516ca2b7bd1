#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "solvers/device/array.hpp"

/// The floor below every learned dictionary: ridge regression of the labels on the samples themselves.
namespace assay::palm {

/// The ridges to choose from for samples of unit length.
inline constexpr std::array probe_ridges{1.0, 1e-1, 1e-2, 1e-3, 1e-4};

struct LinearProbe {
    solvers::Array<solvers::Cpu, double> classifier;  ///< W = H Y^T (Y Y^T + ridge I)^-1, C x d
    double ridge;                                     ///< the chosen one
    double left_out;  ///< share of the training samples that are right when each is left out of the fit
};

/// Chooses among `ridges` the one with the most samples (Y, d x N) right when each is left out; the earlier
/// of equals. No fit is repeated: with S = Y Y^T + ridge I and h_i = y_i^T S^-1 y_i, what the fit without
/// sample i says of it is (W y_i - h_i t_i) / (1 - h_i), where t_i is its column of H. A ridge costs d^3 / 3
/// + 2 d^2 N. Throws Error when `ridges` is empty or one is not above 0, when there is not one label below
/// `classes` for every sample, and for samples that are not finite.
LinearProbe linear_probe(std::span<const double> ridges, const solvers::Array<solvers::Cpu, double>& Y,
                         const std::vector<std::uint32_t>& labels, std::size_t classes);

}  // namespace assay::palm
