#pragma once

#include <utility>
#include <vector>

namespace assay::warp {

/// The height at x of the line through the points (x, y) in the order of x; beyond the ends the last segment
/// goes on. Of points with equal x the mean counts. Throws Error for no points.
double on_curve(std::vector<std::pair<double, double>> points, double x);

}  // namespace assay::warp
