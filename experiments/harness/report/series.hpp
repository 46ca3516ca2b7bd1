#pragma once

#include <string>
#include <vector>

#include "experiments/harness/report/view.hpp"

namespace assay::harness::report {

/// One point of a curve, over the seeds that have a value there. Without an interval (one seed) low = high =
/// mean.
struct Point {
    double x = 0, mean = 0, low = 0, high = 0;
    std::size_t seeds = 0;
};

/// A curve over seeds: the mean (on a logarithmic axis the geometric mean, so that the band is symmetric
/// there and stays positive) with its 95 % t interval, or the range when there are two seeds.
struct Series {
    std::string label, style, color;
    std::vector<Point> points;       ///< none when there is nothing to draw
    std::size_t seeds = 0;           ///< most at any point; 0 for values that no run made
    std::vector<std::string> notes;  ///< what a reader must know: missing seeds, values left out
};

inline constexpr double band_level = 0.95;

Series evaluate_curve(const Curve& curve, bool x_log, bool y_log, const View& view);

/// "mean, 95 % t interval of 10 seeds", "mean, range of 2 seeds" or "one seed".
std::string band_text(std::size_t seeds, bool y_log);

}  // namespace assay::harness::report
