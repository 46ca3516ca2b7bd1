#pragma once

// What is done at listed codes. Any order of a list will do, but lists are mostly ordered by slot: what the
// codes of a slot share (a patch of the canvas, its sums) stays in registers while a run of them lasts.

#include <utility>

#include "solvers/device/cpu/correlation_kernel_tile.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

/// Lane k + half at lane k.
template <std::size_t half, class T, std::size_t... k>
inline Vector<T> moved_down(const Vector<T>& a, std::index_sequence<k...>) {
    return __builtin_shufflevector(a, a, static_cast<int>((k + half) % lanes<T>)...);
}

/// One value of `padding` entries, vector after vector, by halves: entry k with entry k + half.
template <class T, class Op>
inline T fold(Vector<T>* entries, const Op& op) {
    for (std::size_t half = padding / lanes<T> / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) entries[k] = op(entries[k], entries[k + half]);
    }
    constexpr auto all = std::make_index_sequence<lanes<T>>{};
    Vector<T> a = entries[0];
    if constexpr (8 < lanes<T>) a = op(a, moved_down<8, T>(a, all));
    if constexpr (4 < lanes<T>) a = op(a, moved_down<4, T>(a, all));
    if constexpr (2 < lanes<T>) a = op(a, moved_down<2, T>(a, all));
    return op(a, moved_down<1, T>(a, all))[0];
}

template <class T>
inline T sum_of(Vector<T>* entries) {
    return fold<T>(entries, [](const Vector<T>& a, const Vector<T>& b) { return a + b; });
}

/// Rows of an atom that are held in registers at a time, a vector each.
inline constexpr std::size_t panel_rows = 12;

/// Calls work(slot, first, last) for the runs of listed codes of one slot.
template <class Work>
inline void for_each_slot(std::size_t atoms, std::size_t count, const std::uint32_t* index,
                          const Work& work) {
    for (std::size_t n = 0; n < count;) {
        const std::size_t slot = index[n] / static_cast<std::uint32_t>(atoms), first = slot * atoms;
        std::size_t last = n + 1;
        while (last < count && index[last] - first < atoms) ++last;  // below `first` it wraps around
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

// Slots are outermost, so that what is added to an entry comes in the list's order, whatever a vector holds.

template <class T>
void draw(const Drawing<T>& job, T scale, std::size_t count, const std::uint32_t* index, const T* value,
          T* canvas) {
    for_each_slot(job.ld, count, index, [&](std::size_t slot, std::size_t first, std::size_t last) {
        for_each_part(job, [&](auto rows, std::size_t first_row, std::size_t i) {
            const T* atoms = job.atoms + first_row * job.row + i;
            T* to = canvas + job.corner[slot] + first_row * job.canvas_row + i;
            Vector<T> sum[rows()];
            written_out<rows()>([&](auto y) { sum[y()] = at(to + y() * job.canvas_row); });
            for (std::size_t n = first; n < last; ++n) {
                const T* atom = atoms + (index[n] - slot * job.ld) * job.kernel * job.row;
                const T weight = scale * value[n];
                written_out<rows()>([&](auto y) { sum[y()] += weight * at(atom + y() * job.row); });
            }
            // From the first row on: where the canvas is narrower than a vector, a row's end lies in the
            // next.
            written_out<rows()>([&](auto y) { at(to + y() * job.canvas_row) = sum[y()]; });
        });
    });
}

template <class T>
void add_listed_patches(const Drawing<T>& job, std::size_t count, const std::uint32_t* index, const T* value,
                        const T* canvas, T* sums) {
    for_each_slot(job.ld, count, index, [&](std::size_t slot, std::size_t first, std::size_t last) {
        for_each_part(job, [&](auto rows, std::size_t first_row, std::size_t i) {
            T* atoms = sums + first_row * job.row + i;
            const T* from = canvas + job.corner[slot] + first_row * job.canvas_row + i;
            Vector<T> patch[rows()];
            written_out<rows()>([&](auto y) { patch[y()] = at(from + y() * job.canvas_row); });
            for (std::size_t n = first; n < last; ++n) {
                T* atom = atoms + (index[n] - slot * job.ld) * job.kernel * job.row;
                const T weight = value[n];
                written_out<rows()>([&](auto y) { at(atom + y() * job.row) += weight * patch[y()]; });
            }
        });
    });
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
            value[n] = sum_of<T>(sums);
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
            value[n] = sum_of<T>(&sum);
        }
    });
}

template <class T>
void correlate_listed(const Drawing<T>& job, std::size_t count, const std::uint32_t* index, const T* canvas,
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

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
