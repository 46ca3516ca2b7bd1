#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/proximal/penalty.hpp"

/// The CPU's kernels of convolutional dictionaries, for one image at a time. They are compiled once per
/// instruction set; the order of every sum is the same in all, so that sets with a fused multiply-add give
/// equal bits.
///
/// Floor of one sweep, per image. The correlation of the canvas with M atoms of C k^2 entries at Hs Ws
/// positions is M C k^2 Hs Ws multiply-adds taken directly: 3.98 M for configuration A (M = 64, k = 9, s = 2,
/// 32 x 32 x 3) and 9.63 M for B (k = 7, s = 1). Blocks of 2 x 2 positions share products (see
/// correlation_plan.hpp), which leaves 13^2 / 18^2 and 10^2 / 14^2 of them: 2.08 M and 4.92 M, 32.5 and
/// 76.8 us at 128 GFLOP/s of fused multiply-adds. All data stay in the second-level cache: the transformed
/// dictionary (A: 130 KB) is read once for six blocks, 11 bytes a cycle at one 64-byte multiply-add a cycle;
/// states are read and written once (131 KB in A, under 2 us).
namespace assay::solvers::kernels {

/// Blocks of positions whose sums are held in registers at a time.
inline constexpr std::size_t tile_blocks = 6;
/// Kinds of sums along one axis of a block of two positions; see correlation_plan.hpp.
inline constexpr std::size_t axis_kinds = 4;
/// Entries that a kernel may write beyond the end of a canvas: it adds zeros there.
inline constexpr std::size_t canvas_slack = 16;
/// The limit of a state that is off whatever comes, or that is followed anyway; see
/// correlation_kernel_lazy.hpp.
template <class T>
inline constexpr T beyond_any_path = T(1e30);

/// Products of one kind: the sum over k of plane[base + offset[k]] times column k of `atoms`.
template <class T>
struct ProductList {
    std::size_t count;
    const std::uint32_t* offset;
    const T* atoms;  ///< ld x count
};

/// A combination of shifted copies of a canvas: to[i] = a from[i] + b from[i + shift].
struct PlaneStep {
    std::size_t from, to;  ///< planes
    std::size_t shift;
    int sign;  ///< of b; a is 1
};

/// The correlation of one canvas with the atoms. A slot is a position in the order in which the kernels go:
/// block by block, the positions of a block row by row.
template <class T>
struct Correlation {
    std::size_t ld;          ///< atoms, padded
    std::size_t rows, cols;  ///< positions of a block along y and x: 1 or 2
    std::size_t blocks;
    const std::uint32_t* base;    ///< of each block, its first pixel on the canvas
    const std::uint8_t* used;     ///< of each slot: whether it is a position of the image
    const ProductList<T>* lists;  ///< kinds of y times kinds of x
    std::size_t plane_entries;    ///< from one plane to the next; the first is the canvas itself
    std::size_t plane_steps;
    const PlaneStep* steps;
    T* planes;
    T* sums;  ///< kinds x tile_blocks x ld
    T* tile;  ///< tile_blocks x slots of a block x ld
};

/// Phi a on the canvas, from a list of the codes that are not zero.
template <class T>
struct Drawing {
    std::size_t ld;
    std::size_t kernel, row;      ///< rows of an atom, and their length with padding
    std::size_t canvas_row;       ///< entries
    const T* atoms;               ///< k row x M
    const std::uint32_t* corner;  ///< of each slot: its first pixel on the canvas
};

template <class T>
struct SweepJob {
    Correlation<T> correlation;
    Drawing<T> drawing;
    std::size_t canvas_entries;
    const T* target;
    /// Outside the image a cropped border sets the residual to zero: `mask` is 1 or 0 there, null without.
    const T* mask;
    Threshold<T> threshold;
    T gain, momentum, rate;
    std::size_t sweeps;
    T* state;     ///< ld x slots
    T* velocity;  ///< ld x slots, null without momentum
    std::uint32_t* index;
    T* value;  ///< ld x (slots + 1) + padding entries, as `index`
};

/// After the sweeps: the codes' non-zeros in `index` and `value`, the residual in the first plane, and
struct SweepResult {
    std::size_t nonzeros;
    double fit;                  ///< ||r||^2
    double change;               ///< ||u - u before||^2
    double size;                 ///< ||u||^2
    std::uint64_t computed = 0;  ///< states, by lazy sweeps
};

/// Sweeps that compute only what is active or may have crossed; see correlation_kernel_lazy.hpp. The rate
/// must not be above 1, and there is no momentum. State, rest and R go together: u = Phi^T R + W.
template <class T>
struct LazyJob {
    SweepJob<T> sweep;
    ProductList<T> direct;  ///< the correlation of one position, entry by entry
    std::size_t atoms, slots, positions;
    std::size_t code_rows, code_cols, stride, channels;
    std::size_t width;           ///< of the canvas
    std::size_t pitch;           ///< code_cols, padded: the places of a row of positions
    const std::uint32_t* slot;   ///< of each place
    const std::uint32_t* place;  ///< of each slot
    const T* reach;              ///< of each atom, ld: 1 / its norm
    const T* floor;              ///< least limit of each atom, ld: beyond any path for atoms that are zero
    T* R;                        ///< canvas and its slack
    T* rest;                     ///< W, ld x slots
    T* drive;                    ///< ld x slots
    T* limit;                    ///< ld x slots
    T* squares;                  ///< as R
    T* pixels;                   ///< of the canvas, and slack
    T* row_sums;                 ///< width, a stride and slack, zero beyond the width
    T *stride_sums, *part_sums;  ///< pitch + kernel / stride entries and slack each
    T *path, *least;             ///< of each place; least is beyond any path at places without a position
    std::uint32_t *due, *whole, *whole_corner;  ///< slots entries each
    std::uint8_t* is_whole;                     ///< of each slot, zero before and after
};

/// A layer of an unrolled encoder: z <- T(z - alpha Phi^T r) of the residual r in the first plane.
template <class T>
struct LayerJob {
    Correlation<T> correlation;
    Threshold<T> threshold;  ///< not that of l1/2
    T alpha;
    T* code;  ///< z, ld x slots
    std::uint32_t* index;
    T* value;  ///< ld x slots + padding entries, as `index`
};

template <class T>
struct CorrelationKernels {
    const char* name;
    /// Phi^T r of the canvas in the first plane, to out (ld x slots).
    void (*correlate)(const Correlation<T>& job, T* out);
    SweepResult (*sweep)(const SweepJob<T>& job);
    SweepResult (*lazy_sweep)(const LazyJob<T>& job);
    /// canvas += scale Phi a.
    void (*draw)(const Drawing<T>& job, T scale, std::size_t count, const std::uint32_t* index,
                 const T* value, T* canvas);
    /// value[n] <- the correlation of the canvas with the listed atom where it stands.
    void (*correlate_listed)(const Drawing<T>& job, std::size_t count, const std::uint32_t* index,
                             const T* canvas, T* value);
    /// Lists the layer's codes that are not zero in `index` and `value`; returns their number.
    std::size_t (*encode_layer)(const LayerJob<T>& job);
    /// sums (laid out as job.atoms) += for every listed code, its value times the patch of
    /// the canvas where it stands. What the padding of a row holds afterwards means nothing.
    void (*add_listed_patches)(const Drawing<T>& job, std::size_t count, const std::uint32_t* index,
                               const T* value, const T* canvas, T* sums);
};

/// The kernels for this machine.
template <class T>
const CorrelationKernels<T>& best_correlation_kernels();

namespace avx512 {
template <class T>
CorrelationKernels<T> correlation_kernels();
}
namespace avx2 {
template <class T>
CorrelationKernels<T> correlation_kernels();
}
namespace generic {
template <class T>
CorrelationKernels<T> correlation_kernels();
}

}  // namespace assay::solvers::kernels
