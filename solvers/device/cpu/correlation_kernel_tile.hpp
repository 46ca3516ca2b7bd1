#pragma once

// The correlation of a canvas with all atoms, tile by tile.

#include "solvers/device/cpu/correlation_kernel.hpp"
#include "solvers/device/cpu/unrolled_kernel_vectors.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

/// Vectors of atoms whose sums are held at a time; with six blocks and what is multiplied they fill the
/// registers.
inline constexpr std::size_t tile_vectors = sizeof(Vector<float>) == 64 ? 4 : 2;

/// f(Width<0>), ..., f(Width<N - 1>), written out: what a loop would leave in memory an array with constant
/// indices keeps in registers.
template <std::size_t N, class F>
__attribute__((always_inline)) inline void written_out(const F& f) {
    if constexpr (N > 0) {
        written_out<N - 1>(f);
        f(Width<N - 1>{});
    }
}

/// `Blocks` x `Vectors` vectors of one kind of sums.
template <std::size_t Blocks, std::size_t Vectors, class T>
inline void accumulate(const ProductList<T>& list, std::size_t ld, const T* planes, const std::uint32_t* base,
                       std::size_t first, T* sums) {
    const T* pixel[Blocks];
    Vector<T> sum[Blocks][Vectors], atom[Vectors];
    written_out<Blocks>([&](auto b) {
        pixel[b()] = planes + base[b()];
        written_out<Vectors>([&](auto w) { sum[b()][w()] = Vector<T>{}; });
    });
    const T* atoms = list.atoms + first;
    for (std::size_t k = 0; k < list.count; ++k, atoms += ld) {
        const std::size_t offset = list.offset[k];
        written_out<Vectors>([&](auto w) { atom[w()] = at(atoms + w() * lanes<T>); });
        written_out<Blocks>([&](auto b) {
            const T scalar = pixel[b()][offset];
            written_out<Vectors>([&](auto w) { sum[b()][w()] += scalar * atom[w()]; });
        });
    }
    written_out<Blocks>([&](auto b) {
        written_out<Vectors>([&](auto w) { at(sums + b() * ld + first + w() * lanes<T>) = sum[b()][w()]; });
    });
}

template <std::size_t Blocks, class T>
inline void accumulate_all(const Correlation<T>& job, std::size_t kinds, std::size_t block) {
    for (std::size_t kind = 0; kind < kinds; ++kind) {
        T* sums = job.sums + kind * tile_blocks * job.ld;
        for_each_panel<T, tile_vectors>(job.ld, [&](auto width, std::size_t first) {
            accumulate<Blocks, width()>(job.lists[kind], job.ld, job.planes, job.base + block, first, sums);
        });
    }
}

/// The two positions of a block along one axis, from the four kinds of sums `stride` apart: the first takes
/// part 0, 1 and 3, the second part 2, 1 and -3.
template <class T>
inline void pair_of(const T* sums, std::size_t stride, Vector<T>& one, Vector<T>& other) {
    const Vector<T> both = at(sums + stride), across = at(sums + 3 * stride);
    one = at(sums) + both + across;
    other = at(sums + 2 * stride) + both - across;
}

/// The sums of one block's positions from those of its kinds, for a vector of atoms.
template <class T>
inline void combine_kinds(const Correlation<T>& job, const T* sums, T* out) {
    const std::size_t kind = tile_blocks * job.ld;
    if (job.rows == 1 && job.cols == 1) {
        at(out) = at(sums);
    } else if (job.rows == 1 || job.cols == 1) {
        Vector<T> one, other;
        pair_of(sums, kind, one, other);
        at(out) = one;
        at(out + job.ld) = other;
    } else {
        Vector<T> column[2][axis_kinds];
        for (std::size_t x = 0; x < axis_kinds; ++x) {
            pair_of(sums + x * kind, axis_kinds * kind, column[0][x], column[1][x]);
        }
        for (std::size_t y = 0; y < 2; ++y) {
            const Vector<T> both = column[y][1], across = column[y][3];
            at(out + 2 * y * job.ld) = column[y][0] + both + across;
            at(out + (2 * y + 1) * job.ld) = column[y][2] + both - across;
        }
    }
}

template <class T>
inline std::size_t slots_of_block(const Correlation<T>& job) {
    return job.rows * job.cols;
}

/// All planes from the first.
template <class T>
inline void make_planes(const Correlation<T>& job) {
    for (std::size_t s = 0; s < job.plane_steps; ++s) {
        const PlaneStep step = job.steps[s];
        const T* from = job.planes + step.from * job.plane_entries;
        T* to = job.planes + step.to * job.plane_entries;
        const std::size_t entries = job.plane_entries - step.shift;
        const T sign = static_cast<T>(step.sign);
        for (std::size_t i = 0; i < entries; ++i) to[i] = from[i] + sign * from[i + step.shift];
    }
}

/// Calls use(first slot, number of slots, sums) for tile after tile; the sums of the tile's slots are ld
/// apart.
template <class T, class Use>
inline void for_each_tile(const Correlation<T>& job, const Use& use) {
    const std::size_t kinds = (job.rows == 2 ? axis_kinds : 1) * (job.cols == 2 ? axis_kinds : 1);
    const std::size_t tiles = (job.blocks + tile_blocks - 1) / tile_blocks, slots = slots_of_block(job);
    make_planes(job);
    for (std::size_t t = 0, block = 0; t < tiles; ++t) {
        const std::size_t next = (t + 1) * job.blocks / tiles, count = next - block;
        last_panel<tile_blocks>(count, block, [&](auto blocks, std::size_t first) {
            accumulate_all<blocks()>(job, kinds, first);
        });
        for (std::size_t b = 0; b < count; ++b) {
            for (std::size_t i = 0; i < job.ld; i += lanes<T>) {
                combine_kinds(job, job.sums + b * job.ld + i, job.tile + b * slots * job.ld + i);
            }
        }
        use(block * slots, count * slots, job.tile);
        block = next;
    }
}

template <class T>
void correlate(const Correlation<T>& job, T* out) {
    for_each_tile(job, [&](std::size_t slot, std::size_t count, const T* tile) {
        for (std::size_t i = 0; i < count * job.ld; i += lanes<T>) at(out + slot * job.ld + i) = at(tile + i);
    });
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
