#include "experiments/l1/filters.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "solvers/device/primitives.hpp"
#include "solvers/error.hpp"

namespace assay::l1 {

using namespace solvers;

namespace {

/// Filters of length 1 in columns; those that are zero stay zero.
Array<Cpu, float> unit_columns(const FilterShape& shape, std::span<const float> weights) {
    Array<Cpu, float> columns(shape.entries(), shape.filters);
    for (std::size_t o = 0; o < shape.filters; ++o) {
        const auto filter = weights.subspan(o * shape.entries(), shape.entries());
        double squares = 0.0;
        for (const float w : filter) squares += static_cast<double>(w) * static_cast<double>(w);
        const double scale = squares > 0 ? 1.0 / std::sqrt(squares) : 0.0;
        std::ranges::transform(filter, columns.data() + o * shape.entries(),
                               [&](float w) { return static_cast<float>(scale * static_cast<double>(w)); });
    }
    return columns;
}

/// The part of each filter that lies below itself moved by (down, right), in columns: rows from `top` and
/// columns from `left`, so many of both.
Array<Cpu, float> windows(const Array<Cpu, float>& filters, const FilterShape& shape, std::size_t top,
                          std::size_t left, std::size_t rows, std::size_t columns) {
    Array<Cpu, float> parts(shape.channels * rows * columns, shape.filters);
    float* target = parts.data();
    for (std::size_t o = 0; o < shape.filters; ++o) {
        for (std::size_t c = 0; c < shape.channels; ++c) {
            for (std::size_t y = 0; y < rows; ++y) {
                const std::size_t from = (c * shape.kernel + top + y) * shape.kernel + left;
                target = std::copy_n(filters.data() + o * shape.entries() + from, columns, target);
            }
        }
    }
    return parts;
}

}  // namespace

FilterCoherence filter_coherence(const FilterShape& shape, std::span<const float> weights) {
    if (shape.filters < 2 || weights.size() != shape.size()) {
        throw Error(std::to_string(weights.size()) + " weights for " + std::to_string(shape.filters) +
                        " filters of " + std::to_string(shape.entries()),
                    "filter_coherence", "coherence is between two filters or more");
    }
    const Array<Cpu, float> filters = unit_columns(shape, weights);
    const auto reach = static_cast<std::ptrdiff_t>(shape.kernel) - 1;
    FilterCoherence coherence;
    Array<Cpu, float> products(shape.filters, shape.filters);
    // A shift and its opposite meet the same pairs: half of them will do.
    for (std::ptrdiff_t down = 0; down <= reach; ++down) {
        for (std::ptrdiff_t right = down == 0 ? 0 : -reach; right <= reach; ++right) {
            const auto height = shape.kernel - static_cast<std::size_t>(down);
            const auto width = shape.kernel - static_cast<std::size_t>(std::abs(right));
            const auto at = [](std::ptrdiff_t shift) {
                return static_cast<std::size_t>(std::max<std::ptrdiff_t>(shift, 0));
            };
            const auto still = windows(filters, shape, at(down), at(right), height, width);
            const auto moved = windows(filters, shape, 0, at(-right), height, width);
            gemm(Op::transpose, Op::none, 1.0F, still, moved, 0.0F, products);
            const bool unmoved = down == 0 && right == 0;
            float largest = 0.0F;
            for (std::size_t o = 0; o < shape.filters; ++o)
                for (std::size_t q = 0; q < shape.filters; ++q)
                    if (!unmoved || o != q) largest = std::max(largest, std::abs(products(o, q)));
            coherence.shifted = std::max(coherence.shifted, static_cast<double>(largest));
            if (unmoved) coherence.filters = static_cast<double>(largest);
        }
    }
    return coherence;
}

}  // namespace assay::l1
