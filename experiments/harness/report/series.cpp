#include "experiments/harness/report/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/harness/claims/statistics.hpp"

namespace assay::harness::report {

namespace {

Point summarize(double x, std::vector<double> values, bool log) {
    Point point;
    point.x = x;
    point.seeds = values.size();
    if (log)
        for (double& value : values) value = std::log(value);
    const Inference sample(values, values.size() > 2 ? "t" : "exact", "");
    const Interval band = sample.interval(band_level);
    point.mean = sample.mean();
    point.low = band.low;
    point.high = band.high;
    if (log)
        for (double* value : {&point.mean, &point.low, &point.high}) *value = std::exp(*value);
    return point;
}

/// The abscissae of a curve: its own axis, or the seeds' mean of the expression given for x.
std::vector<double> abscissae(const Curve& curve, const PerSeed& value, const View& view) {
    const Quantity& shape = value.values[0];
    if (curve.x.empty()) {
        if (shape.axis_names.size() != 1)
            throw Error("a curve has one axis, but this value has " +
                        std::to_string(shape.axis_names.size()));
        return shape.axis_values[0];
    }
    const PerSeed x = evaluate_seeds(curve.x, view);
    if (x.values.empty()) throw Error(x.problem.empty() ? "x has no values" : x.problem);
    if (x.values[0].values.size() != shape.values.size())
        throw Error("x and y of a curve have different lengths");
    std::vector<double> mean(shape.values.size());
    for (std::size_t i = 0; i < mean.size(); ++i) {
        double sum = 0, count = 0;
        for (const Quantity& seed : x.values) {
            if (std::isnan(seed.values[i])) continue;
            sum += seed.values[i];
            ++count;
        }
        mean[i] = sum / count;
    }
    return mean;
}

}  // namespace

Series evaluate_curve(const Curve& curve, bool x_log, bool y_log, const View& view) {
    Series series;
    series.label = curve.label;
    series.style = curve.style;
    series.color = curve.color;
    const PerSeed value = evaluate_seeds(curve.of, view);
    const std::string name = curve.label.empty() ? curve.of : curve.label;
    if (!value.problem.empty()) series.notes.push_back(name + ": " + value.problem);
    if (value.values.empty()) return series;
    std::vector<double> x;
    try {
        x = abscissae(curve, value, view);
    } catch (const Error& error) {
        series.notes.push_back(name + ": " + error.what());
        return series;
    }
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        std::vector<double> seeds;
        for (const Quantity& seed : value.values) {
            const double y = seed.values[i];
            if (std::isfinite(y) && (!y_log || y > 0))
                seeds.push_back(y);
            else
                ++left_out;
        }
        if (seeds.empty() || !std::isfinite(x[i]) || (x_log && x[i] <= 0)) continue;
        series.points.push_back(summarize(x[i], std::move(seeds), y_log));
        series.seeds = std::max(series.seeds, series.points.back().seeds);
    }
    if (value.runs.empty()) series.seeds = 0;  // printed values, the same for every seed
    left_out -= value.padded;
    if (value.padded > 0)
        series.notes.push_back(
            name + ": the seeds have different points, and each is the mean of those that have it");
    if (left_out > 0)
        series.notes.push_back(
            fmt::format("{}: {} of {} values are left out, being {}", name, left_out,
                        x.size() * value.values.size() - value.padded,
                        y_log ? "not finite or not positive on a logarithmic axis" : "not finite"));
    return series;
}

std::string band_text(std::size_t seeds, bool y_log) {
    const std::string mean = y_log ? "geometric mean" : "mean";
    if (seeds < 2) return "one seed";
    if (seeds == 2) return mean + ", range of 2 seeds";
    return fmt::format("{}, {:g} % t interval of {} seeds", mean, 100 * band_level, seeds);
}

}  // namespace assay::harness::report
