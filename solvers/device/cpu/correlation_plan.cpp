#include "solvers/device/cpu/correlation_plan.hpp"

#include <algorithm>
#include <limits>

namespace assay::solvers::kernels {
namespace {

/// What a plane holds along one axis: pixels d[x], or combinations with those one or two strides on.
enum Plane : std::size_t { plain, less_next, less_second, plus_next, plane_kinds };

struct AxisTerm {
    std::size_t tap;
    double factor;
};
struct AxisProduct {
    std::size_t kind;
    Plane plane;
    std::size_t pixel;
    std::vector<AxisTerm> terms;
};

/// Appends the products of one group of one, two or three taps of a phase, the first at `tap`.
void add_group(std::size_t taps, std::size_t tap, std::size_t s, std::vector<AxisProduct>& products) {
    const std::size_t next = tap + s, second = tap + 2 * s;
    if (taps == 1) {
        products.push_back({0, plain, tap, {{tap, 1}}});
        products.push_back({2, plain, next, {{tap, 1}}});
    } else if (taps == 2) {
        products.push_back({0, less_next, tap, {{tap, 1}}});
        products.push_back({1, plain, next, {{tap, 1}, {next, 1}}});
        products.push_back({2, less_next, next, {{next, -1}}});
    } else {
        products.push_back({0, less_second, tap, {{tap, 1}}});
        products.push_back({1, plus_next, next, {{tap, 0.5}, {next, 0.5}, {second, 0.5}}});
        products.push_back({3, less_next, next, {{tap, -0.5}, {next, 0.5}, {second, -0.5}}});
        products.push_back({2, less_second, next, {{second, -1}}});
    }
}

/// The products of one axis; a lone position takes its taps one by one.
std::vector<AxisProduct> axis_products(std::size_t kernel, std::size_t stride, bool paired) {
    std::vector<AxisProduct> products;
    if (!paired) {
        for (std::size_t tap = 0; tap < kernel; ++tap) products.push_back({0, plain, tap, {{tap, 1}}});
        return products;
    }
    for (std::size_t phase = 0; phase < std::min(stride, kernel); ++phase) {
        std::size_t left = (kernel - phase + stride - 1) / stride, tap = phase;
        while (left > 0) {  // threes, but no single one where two twos will do
            const std::size_t taps = left == 1 ? 1 : left == 2 || left == 4 ? 2 : 3;
            add_group(taps, tap, stride, products);
            left -= taps;
            tap += taps * stride;
        }
    }
    return products;
}

/// Numbers the planes that are used and says how each is made.
class PlaneList {
  public:
    PlaneList(std::size_t step_x, std::size_t step_y, std::vector<PlaneStep>& steps)
        : step_{step_x, step_y}, steps_(steps) {
        std::fill(number_, number_ + plane_kinds * plane_kinds, none);
        number_[0] = 0;
    }
    std::size_t number(Plane y, Plane x) {
        std::size_t& known = number_[y * plane_kinds + x];
        if (known == none) {
            const std::size_t from = y == plain ? 0 : number(plain, x);
            const Plane kind = y == plain ? x : y;
            const std::size_t step = step_[y == plain ? 0 : 1];
            known = next_++;
            steps_.push_back(
                {from, known, kind == less_second ? 2 * step : step, kind == plus_next ? 1 : -1});
        }
        return known;
    }
    std::size_t count() const { return next_; }

  private:
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    std::size_t step_[2];
    std::vector<PlaneStep>& steps_;
    std::size_t number_[plane_kinds * plane_kinds];
    std::size_t next_ = 1;
};

void place_slots(const Geometry& g, CorrelationPlan& plan) {
    const std::size_t row = g.canvas.width * g.canvas.channels;
    const std::size_t height = (g.code.height + plan.rows - 1) / plan.rows;
    const std::size_t width = (g.code.width + plan.cols - 1) / plan.cols;
    for (std::size_t block = 0; block < height * width; ++block) {
        for (std::size_t s = 0; s < plan.rows * plan.cols; ++s) {
            const std::size_t p = block / width * plan.rows + s / plan.cols;
            const std::size_t q = block % width * plan.cols + s % plan.cols;
            const auto corner =
                static_cast<std::uint32_t>(p * g.stride * row + q * g.stride * g.canvas.channels);
            const bool used = p < g.code.height && q < g.code.width;
            if (s == 0) plan.base.push_back(corner);
            plan.corner.push_back(corner);
            plan.used.push_back(used);
            plan.position.push_back(used ? static_cast<std::uint32_t>(p * g.code.width + q) : no_position);
        }
    }
}

}  // namespace

CorrelationPlan plan_correlation(const Geometry& g) {
    CorrelationPlan plan{};
    plan.rows = g.code.height > 1 ? 2 : 1;
    plan.cols = g.code.width > 1 ? 2 : 1;
    const std::size_t channels = g.canvas.channels, row = g.canvas.width * channels;
    // The second position of a last block may lie a stride beyond the canvas; what it reads there is not
    // used.
    plan.plane_entries = g.canvas.size() + canvas_slack + g.stride * (row + channels);
    if (plan.plane_entries > std::numeric_limits<std::uint32_t>::max() / (plane_kinds * plane_kinds)) {
        throw Error("canvases of " + shape_text(g.canvas) + " are too large", "convolution",
                    "cut the images into parts");
    }
    place_slots(g, plan);
    PlaneList planes(g.stride * channels, g.stride * row, plan.steps);
    const auto along_y = axis_products(g.kernel, g.stride, plan.rows == 2);
    const auto along_x = axis_products(g.kernel, g.stride, plan.cols == 2);
    const std::size_t kinds_x = plan.cols == 2 ? axis_kinds : 1;
    plan.products.resize((plan.rows == 2 ? axis_kinds : 1) * kinds_x);
    for (const AxisProduct& y : along_y) {
        for (const AxisProduct& x : along_x) {
            const std::size_t plane = planes.number(y.plane, x.plane);
            for (std::size_t c = 0; c < channels; ++c) {
                PlannedProduct product;
                product.offset = static_cast<std::uint32_t>(plane * plan.plane_entries + y.pixel * row +
                                                            x.pixel * channels + c);
                for (const AxisTerm& a : y.terms) {
                    for (const AxisTerm& b : x.terms) {
                        product.terms.push_back(
                            {(a.tap * g.kernel + b.tap) * channels + c, a.factor * b.factor});
                    }
                }
                plan.products[y.kind * kinds_x + x.kind].push_back(std::move(product));
            }
        }
    }
    plan.planes = planes.count();
    return plan;
}

}  // namespace assay::solvers::kernels
