#pragma once

// The reverse pass of one sample. What it needs is, a layer, nnz x reach products for G v_t and as many for
// z_{t-1} v_t^T, where `reach` atoms are active in this layer or a later one. Codes lose most of their false
// positives in the first layers, so with the longest-lived atoms numbered first a layer is a dense problem of
// a few vectors' width: z_t, v_t and u_t are dense vectors in members' numbers, G and M = sum z_{t-1} v_t^T
// small dense matrices, and only members' numbers and M's way back to H go entry by entry.

#include "solvers/device/cpu/unrolled_kernel_strips.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

/// Fills job.layers' place in the codes; returns the number of entries of layers 1..depth.
template <class T>
inline std::size_t span_layers(const ReverseJob<T>& job) {
    std::uint32_t entries = 0;
    for (std::size_t t = 1; t <= job.depth; ++t) {
        job.layers[t - 1].first = entries;
        job.layers[t - 1].count = job.codes.count[t - 1];
        entries += job.codes.count[t - 1];
    }
    return entries;
}

inline bool same_support(const std::uint32_t* index, const LayerSpan& a, const LayerSpan& b) {
    return a.count == b.count &&
           __builtin_memcmp(index + a.first, index + b.first, a.count * sizeof *index) == 0;
}

/// Numbers the atoms that are ever active in layers 1..depth, the longest-lived first: atoms of the last
/// layer get the smallest numbers, ascending. Leaves 1 + an atom's number at members[p + atom], 0 for the
/// others.
template <class T>
inline std::size_t number_members(const ReverseJob<T>& job) {
    std::uint32_t *members = job.members, *position = job.members + job.p;
    std::uint32_t size = 0, listed = 0;
    for (std::size_t t = job.depth; t >= 1; --t) {
        LayerSpan& layer = job.layers[t - 1];
        if (t < job.depth && same_support(job.codes.index, layer, job.layers[t])) {
            layer.positions = job.layers[t].positions;
            layer.reach = size;
            continue;
        }
        layer.positions = listed;
        for (std::size_t k = layer.first; k < layer.first + layer.count; ++k) {
            const std::uint32_t j = job.codes.index[k];
            if (position[j] == 0) {
                members[size] = j;
                position[j] = ++size;
            }
            job.positions[listed++] = position[j] - 1;
        }
        layer.reach = size;
    }
    return size;
}

/// One sample's reverse pass in members' numbers: G and M on the members, u, the sums of v, and a batch of
/// layers' v_t (row r for the batch's r-th layer t) and z_t, z_{t-1} (rows r and r + 1).
template <class T>
struct Backward {
    std::size_t size, ldw;
    T *u, *sum, *whole, *listed, *v, *z, *G, *M, *strips;

    Backward(const ReverseJob<T>& job, std::size_t members)
        : size(members),
          ldw(padded(members)),
          u(job.scratch),
          sum(u + ldw),
          whole(sum + ldw),
          listed(whole + 4 * job.ld),
          v(listed + ldw + padding),
          z(v + batch_layers * ldw),
          G(z + (batch_layers + 1) * ldw),
          M(G + ldw * size),
          strips(M + ldw * size) {}
};

/// Gathers G, and clears M, u and the sums.
template <class T>
inline void gather_members(const ReverseJob<T>& job, const Backward<T>& work) {
    for (std::size_t i = 0; i < work.size; ++i) {
        T* to = work.G + i * work.ldw;
        gather(work.size, job.members, job.gram + job.members[i] * job.ld, to);
        for (std::size_t k = work.size; k < work.ldw; ++k) to[k] = 0;
        if (job.C == nullptr) clear(work.ldw, work.M + i * work.ldw);
    }
    clear(work.ldw, work.u);
    clear(work.ldw, work.sum);
}

/// z <- z_t over n entries.
template <class T>
inline void expand_codes(const ReverseJob<T>& job, const LayerSpan& layer, std::size_t n, T* z) {
    clear(n, z);
    const std::uint32_t* position = job.positions + layer.positions;
    const T* value = job.codes.value + layer.first;
    for (std::size_t k = 0; k < layer.count; ++k) z[position[k]] = value[k];
}

/// u_depth = G z - b (+ lambda sign z) on the support of z = z_depth, which is members 0..count.
template <class T>
inline void seed(const ReverseJob<T>& job, const Backward<T>& work) {
    const LayerSpan& layer = job.layers[job.depth - 1];
    const T* z = job.codes.value + layer.first;
    combine_rows(layer.count, work.ldw, work.G, layer.count, job.positions + layer.positions, z, work.u);
    for (std::size_t k = 0; k < layer.count; ++k) {
        work.u[k] += job.lambda * sign(z[k]) - job.b[job.members[k]];
    }
}

/// `Width` vectors of u <- v - alpha G v, the sum over the support in four chains that hide the latency.
template <std::size_t Width, class T>
inline void step_panel(const T* G, std::size_t ld, std::size_t count, const std::uint32_t* index,
                       const T* values, T alpha, const T* v, T* u) {
    constexpr std::size_t chains = 4;
    Vector<T> sum[chains][Width] = {};
    const auto add = [&](std::size_t k, Vector<T>* chain) {
        const T* column = G + index[k] * ld;
        const T value = values[index[k]];
        for (std::size_t w = 0; w < Width; ++w) chain[w] += value * at(column + w * lanes<T>);
    };
    std::size_t k = 0;
    for (; k + chains <= count; k += chains) {
        for (std::size_t c = 0; c < chains; ++c) add(k + c, sum[c]);
    }
    for (; k < count; ++k) add(k, sum[0]);
    for (std::size_t w = 0; w < Width; ++w) {
        at(u + w * lanes<T>) =
            at(v + w * lanes<T>) - alpha * ((sum[0][w] + sum[1][w]) + (sum[2][w] + sum[3][w]));
    }
}

/// u_{t-1} = (I - alpha G) v_t on the first `rows` members.
template <class T>
inline void step_back(const ReverseJob<T>& job, const Backward<T>& work, const LayerSpan& layer,
                      std::size_t rows, const T* v) {
    const std::uint32_t* support = job.positions + layer.positions;
    for_each_panel<T, 4>(rows, [&](auto width, std::size_t i) {
        step_panel<width()>(work.G + i, work.ldw, layer.count, support, v, job.alpha, v + i, work.u + i);
    });
}

/// `Width` vectors of `Columns` columns of M += sum_r z_{r+1} v_r^T, held in registers.
template <std::size_t Width, std::size_t Columns, class T>
inline void outer_panel(const Backward<T>& work, std::size_t layers, const std::uint32_t* columns,
                        std::size_t i) {
    Vector<T> sum[Columns][Width];
    for (std::size_t c = 0; c < Columns; ++c) {
        for (std::size_t w = 0; w < Width; ++w) {
            sum[c][w] = at(work.M + columns[c] * work.ldw + i + w * lanes<T>);
        }
    }
    const T *z = work.z + work.ldw + i, *v = work.v;
    for (std::size_t r = 0; r < layers; ++r, z += work.ldw, v += work.ldw) {
        for (std::size_t c = 0; c < Columns; ++c) {
            const T scalar = v[columns[c]];
            for (std::size_t w = 0; w < Width; ++w) sum[c][w] += scalar * at(z + w * lanes<T>);
        }
    }
    for (std::size_t c = 0; c < Columns; ++c) {
        for (std::size_t w = 0; w < Width; ++w) {
            at(work.M + columns[c] * work.ldw + i + w * lanes<T>) = sum[c][w];
        }
    }
}

/// Adds the outer products of the batch's first `layers` layers, over n members: to M, or without it straight
/// to C.
template <class T>
inline void add_batch(const ReverseJob<T>& job, const Backward<T>& work, std::size_t n, std::size_t layers,
                      bool decoder = false) {
    if (job.C != nullptr) {
        const std::size_t used = n < work.size ? n : work.size;
        return add_strips(Strips<T>{job.D, job.m, job.C, job.x, job.members, used, layers, work.z + work.ldw,
                                    work.v, work.ldw, -job.alpha, decoder, work.strips});
    }
    std::uint32_t* columns = job.columns;
    std::size_t count = 0;  // members on which some v of the batch is not zero
    for (std::size_t i = 0; i < n; i += lanes<T>) {
        const Vector<T> zero = {}, one = zero + T(1);
        Vector<T>& any = at(work.whole + i);
        any = zero;
        for (std::size_t r = 0; r < layers; ++r) any = at(work.v + r * work.ldw + i) != zero ? one : any;
        count += append_nonzeros(work.whole + i, i, columns + count, work.listed + count);
    }
    for_each_panel<T, 4>(n, [&](auto width, std::size_t i) {
        constexpr std::size_t together = 4;
        std::size_t c = 0;
        for (; c + together <= count; c += together) {
            outer_panel<width(), together>(work, layers, columns + c, i);
        }
        for (; c < count; ++c) outer_panel<width(), 1>(work, layers, columns + c, i);
    });
}

/// The last layer of the batch that begins at t: a batch ends early where reach has doubled.
template <class T>
inline std::size_t batch_end(const ReverseJob<T>& job, std::size_t t) {
    std::size_t last = t;
    while (last > 1 && t - last + 1 < batch_layers &&
           job.layers[last - 2].reach <= 2 * job.layers[t - 1].reach) {
        --last;
    }
    return last;
}

/// The decoder's share: H += z_depth z_depth^T / 2, a batch of its own with v = -z / (2 alpha), or
/// C += (D z - x) z^T, one with v = -z / alpha.
template <class T>
inline void add_decoder(const ReverseJob<T>& job, const Backward<T>& work) {
    const LayerSpan& layer = job.layers[job.depth - 1];
    const std::size_t n = padded(layer.count);
    T* z = work.z + work.ldw;
    expand_codes(job, layer, n, z);
    const T scale = (job.C != nullptr ? -1 : T(-0.5)) / job.alpha;
    for (std::size_t i = 0; i < n; i += lanes<T>) at(work.v + i) = scale * at(z + i);
    add_batch(job, work, n, 1, true);
}

/// v_t = u_t on the support of z_t, M += z_{t-1} v_t^T, u_{t-1} = (I - alpha G) v_t, for t = depth..1.
template <class T>
inline void reverse_layers(const ReverseJob<T>& job, const Backward<T>& work) {
    const Vector<T> zero = {};
    for (std::size_t t = job.depth, last; t >= 1; t = last - 1) {
        last = batch_end(job, t);
        const std::size_t below = last > 1 ? last - 1 : 1;  // z_0 = 0 takes no part in M
        const std::size_t n = padded(job.layers[below - 1].reach);
        for (std::size_t l = t; l >= below; --l) {
            expand_codes(job, job.layers[l - 1], n, work.z + (t - l) * work.ldw);
        }
        for (std::size_t l = t; l >= last; --l) {
            const T* z = work.z + (t - l) * work.ldw;
            T* v = work.v + (t - l) * work.ldw;
            for (std::size_t i = 0; i < n; i += lanes<T>) {
                at(v + i) = at(z + i) != zero ? at(work.u + i) : zero;
                at(work.sum + i) += at(v + i);
            }
            if (l > 1) step_back(job, work, job.layers[l - 1], job.layers[l - 2].reach, v);
        }
        const bool with_first = last == 1 && job.C != nullptr;  // there -x v_1^T is left of layer 1
        if (with_first) clear(n, work.z + t * work.ldw);
        add_batch(job, work, n, with_first ? t : t - below);
    }
}

/// H <- H - alpha M and y <- y - alpha sum v, back in atoms' numbers. Each column of M is laid out over all
/// atoms first: that turns most of the scattered read-modify-writes into whole vectors.
template <class T>
inline void leave_members(const ReverseJob<T>& job, const Backward<T>& work) {
    for (std::size_t j = 0; j < work.size; ++j) {
        const std::uint32_t atom = job.members[j];
        job.y[atom] -= job.alpha * work.sum[j];
        job.members[job.p + atom] = 0;
    }
    if (job.C != nullptr) return;
    constexpr std::size_t together = 4;  // while one column is read as vectors, others are still being stored
    clear(together * job.ld, work.whole);
    for (std::size_t first = 0; first < work.size; first += together) {
        const std::size_t end = first + together < work.size ? first + together : work.size;
        for (std::size_t j = first; j < end; ++j) {
            const T* m = work.M + j * work.ldw;
            T* whole = work.whole + (j - first) * job.ld;
            for (std::size_t k = 0; k < work.size; ++k) whole[job.members[k]] = m[k];
        }
        for (std::size_t j = first; j < end; ++j) {
            T* column = job.H + job.members[j] * job.p;
            const T* whole = work.whole + (j - first) * job.ld;
            std::size_t k = 0;
            for (; k + lanes<T> <= job.p; k += lanes<T>) at(column + k) -= job.alpha * at(whole + k);
            for (; k < job.p; ++k) column[k] -= job.alpha * whole[k];
        }
    }
}

/// H <- H + z_depth z_depth^T / 2.
template <class T>
inline void add_codes(const ReverseJob<T>& job, std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
        T* column = job.H + job.codes.index[k] * job.p;
        const T half = job.codes.value[k] / 2;
        for (std::size_t l = begin; l < end; ++l) column[job.codes.index[l]] += half * job.codes.value[l];
    }
}

template <class T>
void reverse(const ReverseJob<T>& job) {
    const std::size_t end = span_layers(job), begin = job.layers[job.depth - 1].first;
    for (std::size_t j = 0; j < job.p; ++j) job.y[j] = 0;
    for (std::size_t k = begin; k < end; ++k) job.y[job.codes.index[k]] = job.codes.value[k];
    if (!job.through_encoder) return add_codes(job, begin, end);
    if (end == 0) return;
    const Backward<T> work(job, number_members(job));
    gather_members(job, work);
    seed(job, work);
    add_decoder(job, work);
    reverse_layers(job, work);
    leave_members(job, work);
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
