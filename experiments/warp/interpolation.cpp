#include "experiments/warp/interpolation.hpp"

#include <algorithm>
#include <cstddef>

#include "solvers/error.hpp"

namespace assay::warp {

namespace {

using Point = std::pair<double, double>;

/// In the order of x, one for each x.
std::vector<Point> merged(std::vector<Point> points) {
    std::ranges::sort(points);
    std::vector<Point> result;
    for (std::size_t first = 0, next = 0; first < points.size(); first = next) {
        double sum = 0.0;
        for (next = first; next < points.size() && points[next].first == points[first].first; ++next)
            sum += points[next].second;
        result.emplace_back(points[first].first, sum / static_cast<double>(next - first));
    }
    return result;
}

}  // namespace

double on_curve(std::vector<Point> points, double x) {
    points = merged(std::move(points));
    if (points.empty()) throw Error("a curve without points has no height", "on_curve");
    if (points.size() == 1) return points[0].second;
    std::size_t above = 1;
    while (above + 1 < points.size() && points[above].first < x) ++above;
    const auto& [x0, y0] = points[above - 1];
    const auto& [x1, y1] = points[above];
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
}

}  // namespace assay::warp
