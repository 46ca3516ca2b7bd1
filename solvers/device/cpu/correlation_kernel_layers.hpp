#pragma once

// Layers of an unrolled encoder, and what its passes do at the codes that are not zero. Lists are ordered by
// slot: what the codes of a slot share (a patch of the canvas, its sums) stays in registers.

#include <utility>

#include "solvers/device/cpu/correlation_kernel_sweep.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

/// Rows of an atom that are held in registers at a time, a vector each.
inline constexpr std::size_t panel_rows = 12;

/// Calls work(slot, first, last) for the runs of listed codes of one slot.
template <class Work>
inline void for_each_slot(std::size_t atoms, std::size_t count, const std::uint32_t* index,
                          const Work& work) {
    for (std::size_t n = 0; n < count;) {
        const std::size_t slot = index[n] / static_cast<std::uint32_t>(atoms), end = (slot + 1) * atoms;
        std::size_t last = n + 1;
        while (last < count && index[last] < end) ++last;
        work(slot, n, last);
        n = last;
    }
}

/// Calls work(rows, y, i) for the parts of an atom: `rows` rows from y on, the vector at entry i of each.
template <class T, class Work>
inline void for_each_part(const Drawing<T>& job, const Work& work) {
    for (std::size_t i = 0; i < job.row; i += lanes<T>) {
        std::size_t y = 0;
        for (; y + panel_rows <= job.kernel; y += panel_rows) work(Width<panel_rows>{}, y, i);
        last_panel<panel_rows - 1>(job.kernel - y, y, [&](auto rows, std::size_t at) { work(rows, at, i); });
    }
}

template <class T>
void draw_slots(const Drawing<T>& job, std::size_t count, const std::uint32_t* index, const T* value,
                T* canvas) {
    for_each_part(job, [&](auto rows, std::size_t first_row, std::size_t i) {
        const T* atoms = job.atoms + first_row * job.row + i;
        T* corner = canvas + first_row * job.canvas_row + i;
        for_each_slot(job.ld, count, index, [&](std::size_t slot, std::size_t n, std::size_t last) {
            T* to = corner + job.corner[slot];
            Vector<T> sum[rows()];
            written_out<rows()>([&](auto y) { sum[y()] = at(to + y() * job.canvas_row); });
            for (; n < last; ++n) {
                const T* atom = atoms + (index[n] - slot * job.ld) * job.kernel * job.row;
                const T weight = value[n];
                written_out<rows()>([&](auto y) { sum[y()] += weight * at(atom + y() * job.row); });
            }
            // From the first row on: where the canvas is narrower than a vector, a row's end lies in the
            // next.
            written_out<rows()>([&](auto y) { at(to + y() * job.canvas_row) = sum[y()]; });
        });
    });
}

template <class T>
void add_patches_of_slots(const Drawing<T>& job, std::size_t count, const std::uint32_t* index,
                          const T* value, const T* canvas, T* sums) {
    for_each_part(job, [&](auto rows, std::size_t first_row, std::size_t i) {
        T* atoms = sums + first_row * job.row + i;
        const T* corner = canvas + first_row * job.canvas_row + i;
        for_each_slot(job.ld, count, index, [&](std::size_t slot, std::size_t n, std::size_t last) {
            const T* from = corner + job.corner[slot];
            Vector<T> patch[rows()];
            written_out<rows()>([&](auto y) { patch[y()] = at(from + y() * job.canvas_row); });
            for (; n < last; ++n) {
                T* atom = atoms + (index[n] - slot * job.ld) * job.kernel * job.row;
                const T weight = value[n];
                written_out<rows()>([&](auto y) { at(atom + y() * job.row) += weight * patch[y()]; });
            }
        });
    });
}

template <std::size_t half, class T, std::size_t... k>
inline Vector<T> halves_added(const Vector<T>& a, std::index_sequence<k...>) {
    return a + __builtin_shufflevector(a, a, static_cast<int>((k + half) % lanes<T>)...);
}

/// The sum of `padding` entries, by halves: entry k and entry k + half, whatever a vector holds.
template <class T>
inline T sum_by_halves(Vector<T>* sums) {
    for (std::size_t half = padding / lanes<T> / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) sums[k] += sums[k + half];
    }
    constexpr auto all = std::make_index_sequence<lanes<T>>{};
    Vector<T> a = sums[0];
    if constexpr (lanes < T >> 8) a = halves_added<8, T>(a, all);
    if constexpr (lanes < T >> 4) a = halves_added<4, T>(a, all);
    if constexpr (lanes < T >> 2) a = halves_added<2, T>(a, all);
    return halves_added<1, T>(a, all)[0];
}

/// `Rows` divides the rows of an atom.
template <std::size_t Rows, class T>
inline void correlate_by_rows(const Drawing<T>& job, std::size_t count, const std::uint32_t* index,
                              const T* canvas, T* value) {
    constexpr std::size_t vectors = padding / lanes<T>;
    for_each_slot(job.ld, count, index, [&](std::size_t slot, std::size_t n, std::size_t last) {
        for (; n < last; ++n) {
            Vector<T> sums[vectors] = {};
            for (std::size_t i = 0; i < job.row; i += padding) {
                const T* atom = job.atoms + (index[n] - slot * job.ld) * job.kernel * job.row + i;
                const T* patch = canvas + job.corner[slot] + i;
                for (std::size_t y = 0; y < job.kernel; y += Rows) {
                    written_out<Rows>([&](auto r) {
                        written_out<vectors>([&](auto w) {
                            sums[w()] += at(atom + (y + r()) * job.row + w() * lanes<T>) *
                                         at(patch + (y + r()) * job.canvas_row + w() * lanes<T>);
                        });
                    });
                }
            }
            value[n] = sum_by_halves<T>(sums);
        }
    });
}

/// As above where the patch of a slot fits the registers: one vector for each of its `Rows` rows.
template <std::size_t Rows, class T>
inline void correlate_held(const Drawing<T>& job, std::size_t count, const std::uint32_t* index,
                           const T* canvas, T* value) {
    for_each_slot(job.ld, count, index, [&](std::size_t slot, std::size_t n, std::size_t last) {
        const T* corner = canvas + job.corner[slot];
        Vector<T> patch[Rows];
        written_out<Rows>([&](auto y) { patch[y()] = at(corner + y() * job.canvas_row); });
        for (; n < last; ++n) {
            const T* atom = job.atoms + (index[n] - slot * job.ld) * job.kernel * job.row;
            Vector<T> sum = {};
            written_out<Rows>([&](auto y) { sum += at(atom + y() * job.row) * patch[y()]; });
            value[n] = sum_by_halves<T>(&sum);
        }
    });
}

template <class T>
void correlate_slots(const Drawing<T>& job, std::size_t count, const std::uint32_t* index, const T* canvas,
                     T* value) {
    if (job.kernel > panel_rows) return correlate_by_rows<1>(job, count, index, canvas, value);
    last_panel<panel_rows>(job.kernel, 0, [&](auto rows, std::size_t) {
        if (lanes<T> == padding && job.row == padding) {
            correlate_held<rows()>(job, count, index, canvas, value);
        } else {
            correlate_by_rows<rows()>(job, count, index, canvas, value);
        }
    });
}

template <Form form, class T>
inline std::size_t encode_as(const LayerJob<T>& job) {
    std::size_t count = 0;
    const std::size_t ld = job.correlation.ld;
    for_each_tile(job.correlation, [&](std::size_t first, std::size_t slots, const T* tile) {
        for (std::size_t s = 0; s < slots; ++s, tile += ld) {
            if (!job.correlation.used[first + s]) continue;
            const std::size_t at_slot = (first + s) * ld;
            for (std::size_t i = 0; i < ld; i += lanes<T>) {
                Vector<T>& z = at(job.code + at_slot + i);
                const Vector<T> code = apply<form>(job.threshold, z - job.alpha * at(tile + i));
                z = code;
                if (!any_nonzero<T>(code)) continue;
                T codes[lanes<T>];
                at(codes + 0) = code;
                count += append_nonzeros(codes, at_slot + i, job.index + count, job.value + count);
            }
        }
    });
    return count;
}

template <class T>
std::size_t encode_layer(const LayerJob<T>& job) {
    return job.threshold.nonnegative ? encode_as<Form::nonnegative>(job) : encode_as<Form::either_sign>(job);
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
