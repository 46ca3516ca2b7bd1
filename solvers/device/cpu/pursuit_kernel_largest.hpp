#pragma once

#include "solvers/device/cpu/pursuit_kernel.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

template <class T>
inline constexpr Bits<T> infinity_bits = 0;
template <>
inline constexpr Bits<float> infinity_bits<float> = 0x7f800000;
template <>
inline constexpr Bits<double> infinity_bits<double> = 0x7ff0000000000000;

template <class I>
inline I count_from(std::size_t n, const I* bits, I bound) {
    I count = 0;
    for (std::size_t i = 0; i < n; ++i) count += bits[i] >= bound;
    return count;
}

/// The size above which everything is kept, and how many of exactly this size are kept with it.
template <class I>
struct Cut {
    I above;
    I ties;
};

/// By bisection of the sizes' integers: each halving is one pass that compares whole vectors, and some 15 are
/// enough for entries without ties.
template <class I>
inline Cut<I> find_cut(std::size_t n, const I* bits, I largest, I count) {
    I low = 0, high = largest;  // more than `count` are above low, at most `count` above high
    if (count_from<I>(n, bits, 1) <= count) return {0, 0};
    while (high - low > 1) {
        const I middle = low + (high - low) / 2;
        const I above = count_from<I>(n, bits, middle + 1);
        if (above == count) return {middle, 0};
        (above > count ? low : high) = middle;
    }
    return {high, count - count_from<I>(n, bits, high + 1)};
}

template <class T>
std::size_t largest(std::size_t n, const T* a, std::size_t count, Bits<T>* bits, std::uint32_t* index,
                    T* value) {
    using I = Bits<T>;
    constexpr I without_sign = static_cast<I>(~(I{1} << (8 * sizeof(I) - 1)));
    I greatest = 0;
    for (std::size_t i = 0; i < n; ++i) {
        bits[i] = __builtin_bit_cast(I, a[i]) & without_sign;
        greatest = bits[i] > greatest ? bits[i] : greatest;
    }
    if (greatest > infinity_bits<T>) return found_nan;
    if (count == 0) return 0;
    Cut<I> cut = find_cut<I>(n, bits, greatest, static_cast<I>(count < n ? count : n));
    std::size_t found = 0;
    for (std::size_t i = 0; i < n && found < count; ++i) {
        if (bits[i] < cut.above || (bits[i] == cut.above && cut.ties-- <= 0)) continue;
        index[found] = static_cast<std::uint32_t>(i);
        value[found++] = a[i];
    }
    return found;
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
