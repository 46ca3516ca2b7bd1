#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "solvers/device/array.hpp"

/// Ridge regression of the labels with a ridge chosen by leaving samples out: of the samples themselves it is
/// the floor below every learned dictionary, of their codes the fairest reading of one.
namespace assay::palm {

/// The ridges to choose from for samples of unit length.
inline constexpr std::array probe_ridges{10.0, 1.0, 1e-1, 1e-2, 1e-3, 1e-4};

struct LinearProbe {
    solvers::Array<solvers::Cpu, double> classifier;  ///< W = H Y^T (Y Y^T + ridge I)^-1, C x d
    double ridge = 0.0;                               ///< the chosen one
    double left_out =
        -1.0;  ///< share of the training samples that are right when each is left out of the fit
};

/// Columns [first, first + count) of what is read, d x count.
using Columns = std::function<solvers::Array<solvers::Cpu, double>(std::size_t first, std::size_t count)>;

/// Chooses among `ridges` the one with the most samples (Y, d x N, N = labels.size()) right when each is left
/// out; the earlier of equals. No fit is repeated: with S = Y Y^T + ridge I and h_i = y_i^T S^-1 y_i, what
/// the fit without sample i says of it is (W y_i - h_i t_i) / (1 - h_i), where t_i is its column of H. A
/// ridge costs d^3 / 3 + 2 d^2 N; Y is asked for in blocks, once for S and once for each ridge, so that
/// memory is d^2 and a block. Throws Error when `ridges` is empty or one is not above 0, for no labels or one
/// that is not below `classes`, and for samples that are empty or not finite.
LinearProbe linear_probe(std::span<const double> ridges, const Columns& Y,
                         const std::vector<std::uint32_t>& labels, std::size_t classes);

}  // namespace assay::palm
