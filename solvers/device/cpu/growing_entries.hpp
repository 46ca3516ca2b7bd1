#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace assay::solvers {

/// Non-zeros of codes one after the other, in memory that grows; only the pages that are used are ever
/// touched.
template <class T>
struct GrowingEntries {
    std::unique_ptr<std::uint32_t[]> index;
    std::unique_ptr<T[]> value;
    std::size_t capacity = 0;  ///< entries of both

    /// Makes room for `more` entries after the first `used`.
    void reserve(std::size_t used, std::size_t more) {
        if (used + more <= capacity) return;
        capacity = 2 * (used + more);
        auto wider_index = std::make_unique_for_overwrite<std::uint32_t[]>(capacity);
        auto wider_value = std::make_unique_for_overwrite<T[]>(capacity);
        std::copy_n(index.get(), used, wider_index.get());
        std::copy_n(value.get(), used, wider_value.get());
        index = std::move(wider_index);
        value = std::move(wider_value);
    }
};

}  // namespace assay::solvers
