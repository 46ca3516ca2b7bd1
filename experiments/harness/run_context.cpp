#include "experiments/harness/run_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "datasets/registry.hpp"
#include "solvers/device/array.hpp"

namespace assay::harness {

namespace {

template <class T>
const T& as(const Value& value, std::string_view name, const char* type) {
    if (const T* found = std::get_if<T>(&value)) return *found;
    throw Error(fmt::format("the parameter {} is not {}", name, type), "experiment");
}

const MetricSpec& declared(const Experiment& experiment, std::string_view name) {
    const auto found = std::find_if(experiment.metrics.begin(), experiment.metrics.end(),
                                    [&](const MetricSpec& metric) { return metric.name == name; });
    if (found == experiment.metrics.end()) {
        throw Error(fmt::format("the metric {} is not declared", name), experiment.name,
                    "add it to the experiment's metrics");
    }
    return *found;
}

}  // namespace

Run::Run(const Experiment& experiment, Params params, std::uint64_t seed, std::string device,
         Progress progress)
    : experiment_(experiment), progress_(std::move(progress)) {
    for (const auto& [name, value] : params) {
        const bool known = std::any_of(experiment.params.begin(), experiment.params.end(),
                                       [&, &key = name](const ParamSpec& spec) { return spec.name == key; });
        if (!known) throw Error(fmt::format("there is no parameter {}", name), experiment.name);
    }
    for (const ParamSpec& spec : experiment.params) params.try_emplace(spec.name, spec.fallback);
    result_.experiment = experiment.name;
    result_.params = std::move(params);
    result_.seed = seed;
    result_.device = std::move(device);
}

const Value& Run::param(std::string_view name) const {
    const auto found = result_.params.find(std::string(name));
    if (found == result_.params.end()) {
        throw Error(fmt::format("the parameter {} is not declared", name), experiment_.name,
                    "add it to the experiment's params");
    }
    return found->second;
}

bool Run::flag(std::string_view name) const {
    return as<bool>(param(name), name, "true or false");
}

std::int64_t Run::integer(std::string_view name) const {
    return as<std::int64_t>(param(name), name, "an integer");
}

std::size_t Run::count(std::string_view name) const {
    const std::int64_t value = integer(name);
    if (value < 0)
        throw Error(fmt::format("the parameter {} must not be negative, it is {}", name, value),
                    experiment_.name);
    return static_cast<std::size_t>(value);
}

double Run::real(std::string_view name) const {
    const Value& value = param(name);
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    return as<double>(value, name, "a number");
}

const std::string& Run::text(std::string_view name) const {
    return as<std::string>(param(name), name, "a text");
}

void Run::axis(std::string name, std::vector<double> values, std::string unit, std::string doc) {
    const bool used =
        std::any_of(experiment_.metrics.begin(), experiment_.metrics.end(), [&](const MetricSpec& metric) {
            return std::find(metric.axes.begin(), metric.axes.end(), name) != metric.axes.end();
        });
    if (!used) throw Error(fmt::format("no metric has the axis {}", name), experiment_.name);
    const auto found = result_.axes.find(name);
    if (found != result_.axes.end() && found->second.values != values) {
        throw Error(fmt::format("the axis {} is declared twice with different points", name),
                    experiment_.name);
    }
    result_.axes[std::move(name)] = {std::move(unit), std::move(doc), std::move(values)};
}

void Run::axis_at_most(const std::string& name, std::vector<double> values, std::string unit,
                       std::string doc) {
    axis(name, std::move(values), std::move(unit), std::move(doc));
    if (std::find(open_axes_.begin(), open_axes_.end(), name) == open_axes_.end()) open_axes_.push_back(name);
}

Metric& Run::metric(std::string_view name, std::size_t& size) {
    const MetricSpec& spec = declared(experiment_, name);
    size = 1;
    for (const std::string& axis : spec.axes) {
        const auto found = result_.axes.find(axis);
        if (found == result_.axes.end()) {
            throw Error(fmt::format("the metric {} is recorded before its axis {} is declared", name, axis),
                        experiment_.name);
        }
        size *= found->second.values.size();
    }
    const auto [entry, fresh] = result_.metrics.try_emplace(spec.name);
    if (fresh) {
        entry->second = {spec.unit, spec.doc, spec.axes,
                         std::vector<double>(size, std::numeric_limits<double>::quiet_NaN())};
    }
    return entry->second;
}

void Run::record(std::string_view name, double value) {
    record(name, std::span<const double>(&value, 1));
}

void Run::record(std::string_view name, std::span<const double> values) {
    std::size_t size = 0;
    Metric& target = metric(name, size);
    if (values.size() != size) {
        throw Error(
            fmt::format("the metric {} has {} points, {} values were recorded", name, size, values.size()),
            experiment_.name);
    }
    const std::size_t inner =
        target.axes.empty() ? 1 : size / std::max<std::size_t>(1, result_.axes[target.axes[0]].values.size());
    for (std::size_t i = 0; i < size; ++i) {
        if (!std::isfinite(values[i])) throw Diverged(std::string(name), i / std::max<std::size_t>(1, inner));
        target.values[i] = values[i];
    }
}

void Run::record_at(std::string_view name, std::initializer_list<std::size_t> index, double value) {
    std::size_t size = 0;
    Metric& target = metric(name, size);
    if (index.size() != target.axes.size()) {
        throw Error(fmt::format("the metric {} has {} axes, {} indices were given", name, target.axes.size(),
                                index.size()),
                    experiment_.name);
    }
    std::size_t at = 0;
    auto axis = target.axes.begin();
    for (const std::size_t i : index) {
        const std::size_t points = result_.axes[*axis].values.size();
        if (i >= points) {
            throw Error(fmt::format("index {} of the metric {} is outside its axis {} of {} points", i, name,
                                    *axis, points),
                        experiment_.name);
        }
        at = at * points + i;
        ++axis;
    }
    if (!std::isfinite(value)) throw Diverged(std::string(name), index.size() == 0 ? 0 : *index.begin());
    target.values[at] = value;
}

void Run::progress(double fraction, std::string_view note) {
    if (progress_) progress_(std::clamp(fraction, 0.0, 1.0), note);
}

std::filesystem::path Run::data_file(std::string_view dataset, std::string_view file) {
    const auto allowed = experiment_.data ? experiment_.data(result_.params) : std::vector<std::string>{};
    if (std::find(allowed.begin(), allowed.end(), dataset) == allowed.end()) {
        throw Error(fmt::format("the data set {} is opened without being declared", dataset),
                    experiment_.name, "name it in the experiment's data");
    }
    const datasets::Dataset& set = datasets::find(std::string(dataset));
    for (const datasets::File& entry : set.files) {
        if (entry.name != file) continue;
        const auto path = datasets::locate(set, entry);
        if (!path) {
            throw Error(fmt::format("the file {} of the data set {} is not on this machine", file, dataset),
                        {}, fmt::format("assay data get {}", dataset));
        }
        result_.provenance[fmt::format("data.{}.{}", dataset, file)] =
            "sha256 " + entry.sha256 + ", " + path->string();
        return *path;
    }
    throw Error(fmt::format("the data set {} has no file {}", dataset, file), experiment_.name);
}

void Run::synchronize() const {
    device() == solvers::Cuda::name ? solvers::Cuda::synchronize() : solvers::Cpu::synchronize();
}

Run::Paused::Paused(Run& run) : run_(run) {
    run_.synchronize();
    start_ = std::chrono::steady_clock::now();
    ++run_.pauses_;
}

Run::Paused::~Paused() {
    try {
        run_.synchronize();
    } catch (const Error&) {  // the device is lost, and says so again at its next use
    }
    if (--run_.pauses_ == 0) run_.paused_ += std::chrono::steady_clock::now() - start_;
}

namespace {

/// A metric's entries seen along one of its axes: entry (outer, point, inner) is at
/// (outer * points + point) * stride + inner.
struct Along {
    std::size_t points, stride;

    Along(const Result& result, const Metric& metric, const std::string& axis)
        : points(result.axes.at(axis).values.size()), stride(1) {
        for (auto name = metric.axes.rbegin(); *name != axis; ++name)
            stride *= result.axes.at(*name).values.size();
    }
    std::size_t point_of(std::size_t entry) const { return entry / stride % points; }
};

bool has_axis(const Metric& metric, const std::string& axis) {
    return std::find(metric.axes.begin(), metric.axes.end(), axis) != metric.axes.end();
}

}  // namespace

void Run::cut(const std::string& axis) {
    std::size_t kept = 0;
    for (const auto& [name, metric] : result_.metrics) {
        if (!has_axis(metric, axis)) continue;
        const Along along(result_, metric, axis);
        for (std::size_t i = 0; i < metric.values.size(); ++i)
            if (!std::isnan(metric.values[i])) kept = std::max(kept, along.point_of(i) + 1);
    }
    std::vector<double>& points = result_.axes.at(axis).values;
    if (result_.status == Status::diverged) ++kept;
    if (kept >= points.size()) return;
    for (auto& [name, metric] : result_.metrics) {
        if (!has_axis(metric, axis)) continue;
        const Along along(result_, metric, axis);
        std::vector<double> left;
        for (std::size_t i = 0; i < metric.values.size(); ++i)
            if (along.point_of(i) < kept) left.push_back(metric.values[i]);
        metric.values = std::move(left);
    }
    points.resize(kept);
}

Result& Run::finish() {
    for (const std::string& axis : open_axes_) cut(axis);
    return result_;
}

}  // namespace assay::harness
