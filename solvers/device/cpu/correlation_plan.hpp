#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "solvers/device/convolution.hpp"
#include "solvers/device/cpu/correlation_kernel.hpp"

/// Which products the correlation of a canvas with the atoms is made of.
///
/// Along an axis two neighbouring positions share their products: with g the taps of one phase of the stride
/// and d the pixels that they meet, two outputs of two taps are (the short filters of Winograd, 1980)
///   y0 = (d0 - d1) g0 + d1 (g0 + g1),   y1 = d1 (g0 + g1) - (d1 - d2) g1
/// and two outputs of three taps
///   y0 = (d0 - d2) g0 + S + A,  y1 = S - A - (d1 - d3) g2,
///   S = (d1 + d2) (g0 + g1 + g2) / 2,  A = (d2 - d1) (g0 - g1 + g2) / 2:
/// three products for four and four for six. Sums over taps, rows and channels run on per kind of product,
/// of the first output only (kind 0), both (1), the second only (2) and both with opposite signs (3). Both
/// axes together give blocks of 2 x 2 positions and 16 kinds, which need (13/18)^2 = 0.52 (k = 9, s = 2) of
/// the direct products. Rounding: the combinations have coefficients 1 and 1/2 only; errors stay within a
/// few times those of the direct sum.
namespace assay::solvers::kernels {

/// One product: pixel `offset` of a block in the planes, times a combination of an atom's entries.
struct PlannedProduct {
    struct Term {
        std::size_t entry;
        double factor;
    };
    std::uint32_t offset;
    std::vector<Term> terms;
};

struct CorrelationPlan {
    std::size_t rows, cols;  ///< positions of a block along y and x
    std::vector<std::uint32_t> base;
    std::vector<std::uint32_t> corner;    ///< of each slot, its first canvas entry
    std::vector<std::uint32_t> position;  ///< of each slot, p Ws + q; no_position where the image has none
    std::vector<std::uint8_t> used;       ///< of each slot
    std::vector<PlaneStep> steps;
    std::size_t planes;
    std::size_t plane_entries;
    std::vector<std::vector<PlannedProduct>> products;  ///< by kind

    std::size_t blocks() const { return base.size(); }
    std::size_t slots() const { return corner.size(); }
};

inline constexpr std::uint32_t no_position = 0xffffffff;

/// Throws Error for images whose planes are beyond what 32 bits can count.
CorrelationPlan plan_correlation(const Geometry& geometry);

}  // namespace assay::solvers::kernels
