#pragma once

#include <cstddef>
#include <vector>

/// pudle.gradient_error: how the codes and the three gradients at one fixed dictionary approach the local and
/// the global direction with the encoder's depth (Figures 2, 3 and 4a; Theorem 4.9).
namespace assay::pudle {

/// The depths at which gradients are taken, up to T: close together where the curves bend or cross, every 5
/// layers where their slopes are fitted. T itself is always one of them.
std::vector<std::size_t> gradient_depths(std::size_t layers);

}  // namespace assay::pudle
