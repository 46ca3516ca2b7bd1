#pragma once

// The reverse pass of one sample.

#include "solvers/device/cpu/unrolled_kernel_vectors.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

/// Numbers the atoms that are ever active in layers 1..depth, the longest-lived first: atoms of the last
/// layer get the smallest numbers. position[j] is 1 + the number, 0 for the others; reach[t - 1] is how many
/// numbers layers t..depth use. Few false positives live past the first layers, so late layers work on short
/// vectors.
template <class T>
inline std::size_t number_members(const ReverseJob<T>& job, std::size_t entries) {
    std::uint32_t *members = job.members, *position = job.members + job.p;
    std::size_t size = 0, end = entries;
    for (std::size_t t = job.depth; t >= 1; --t) {
        const std::size_t begin = end - job.codes.count[t - 1];
        for (std::size_t k = begin; k < end; ++k) {
            const std::uint32_t j = job.codes.index[k];
            if (position[j] == 0) {
                members[size++] = j;
                position[j] = static_cast<std::uint32_t>(size);
            }
            job.positions[k] = position[j] - 1;
        }
        job.reach[t - 1] = static_cast<std::uint32_t>(size);
        end = begin;
    }
    return size;
}

/// Layers whose outer products z_{t-1} v_t^T are added to M together: M leaves the first-level cache, a batch
/// does not.
inline constexpr std::size_t batch_layers = 8;

/// One sample's reverse pass in members' numbers: G and M = sum z_{t-1} v_t^T on the members, b, the codes'
/// positions, and scratch: vectors, and the z_{t-1} and v_t of a batch of layers (v with a member's layers
/// side by side).
template <class T>
struct Backward {
    std::size_t size, ldw;
    T *u, *sum, *values, *v, *z, *M;
    const T* G;

    Backward(T* scratch, std::size_t members)
        : size(members),
          ldw(padded(members)),
          u(scratch),
          sum(u + ldw),
          values(sum + ldw),
          v(values + ldw),
          z(v + batch_layers * ldw) {
        for (T* entry = u; entry < z + batch_layers * ldw; ++entry) *entry = 0;
    }
};
static_assert(reverse_vectors == 3 + 2 * batch_layers);

/// Gathers G and clears M on the members.
template <class T>
inline void gather_members(const ReverseJob<T>& job, Backward<T>& work) {
    T* G = work.z + batch_layers * work.ldw;
    work.G = G;
    work.M = G + work.ldw * work.size;
    for (std::size_t i = 0; i < work.size; ++i) {
        const T* column = job.gram + job.members[i] * job.ld;
        T *to = G + i * work.ldw, *m = work.M + i * work.ldw;
        gather(work.size, job.members, column, to);
        for (std::size_t k = work.size; k < work.ldw; ++k) to[k] = 0;
        for (std::size_t k = 0; k < work.ldw; k += lanes<T>) at(m + k) = Vector<T>{};
    }
}

/// Adds the outer products of the batch, on the first `used` members, and the sums of its v; clears it.
template <class T>
inline void add_batch(const Backward<T>& work, std::size_t used) {
    static constexpr std::uint32_t every[batch_layers] = {0, 1, 2, 3, 4, 5, 6, 7};
    const std::size_t n = padded(used);
    for (std::size_t j = 0; j < used; ++j) {
        T* v = work.v + j * batch_layers;
        bool any = false;
        for (std::size_t k = 0; k < batch_layers; ++k) any |= v[k] != 0;
        if (!any) continue;
        combine_rows<Into::add>(n, work.ldw, work.z, batch_layers, every, v, work.M + j * work.ldw);
        work.sum[j] += ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
        for (std::size_t k = 0; k < batch_layers; ++k) v[k] = 0;
    }
    for (std::size_t k = 0; k < batch_layers; ++k) {
        for (std::size_t i = 0; i < n; i += lanes<T>) at(work.z + k * work.ldw + i) = Vector<T>{};
    }
}

/// v_t = u_t on the support of z_t, M += z_{t-1} v_t^T, u_{t-1} = (I - alpha G) v_t, for t = depth..1.
/// Entries of layer t are [begin, end) of the lists.
template <class T>
inline void reverse_layers(const ReverseJob<T>& job, const Backward<T>& work, std::size_t begin,
                           std::size_t end) {
    std::size_t batched = 0;
    for (std::size_t t = job.depth; t >= 1; --t) {
        const std::uint32_t* support = job.positions + begin;
        const std::size_t count = end - begin;
        for (std::size_t k = 0; k < count; ++k) {
            work.values[k] = work.v[support[k] * batch_layers + batched] = work.u[support[k]];
        }
        if (t == 1) return add_batch(work, job.reach[0]);  // z_0 = 0
        const std::size_t before = job.codes.count[t - 2], used = job.reach[t - 2];
        T* z = work.z + batched * work.ldw;
        for (std::size_t k = begin - before; k < begin; ++k) z[job.positions[k]] = job.codes.value[k];
        combine_rows<Into::overwrite>(used, work.ldw, work.G, count, support, work.values, work.u);
        for (std::size_t i = 0; i < padded(used); i += lanes<T>) at(work.u + i) = -job.alpha * at(work.u + i);
        for (std::size_t k = 0; k < count; ++k) work.u[support[k]] += work.values[k];
        if (++batched == batch_layers) {
            add_batch(work, used);
            batched = 0;
        }
        end = begin;
        begin -= before;
    }
}

/// u_t = G z_t - b (+ lambda sign z_t).
template <class T>
inline void seed(const ReverseJob<T>& job, const Backward<T>& work, std::size_t begin, std::size_t end) {
    combine_rows<Into::overwrite>(work.size, work.ldw, work.G, end - begin, job.positions + begin,
                                  job.codes.value + begin, work.u);
    for (std::size_t k = begin; k < end; ++k) {
        work.u[job.positions[k]] += job.lambda * sign(job.codes.value[k]) - job.b[job.codes.index[k]];
    }
}

/// H <- H - alpha M and y <- y - alpha sum v, back in atoms' numbers. Each column of M is laid out over all
/// atoms first: that turns most of the scattered read-modify-writes into whole vectors.
template <class T>
inline void leave_members(const ReverseJob<T>& job, const Backward<T>& work) {
    T* whole = job.column;
    for (std::size_t j = 0; j < job.p; ++j) whole[j] = 0;
    for (std::size_t i = 0; i < work.size; ++i) {
        const std::uint32_t j = job.members[i];
        const T* m = work.M + i * work.ldw;
        for (std::size_t k = 0; k < work.size; ++k) whole[job.members[k]] = m[k];
        T* column = job.H + j * job.p;
        std::size_t k = 0;
        for (; k + lanes<T> <= job.p; k += lanes<T>) at(column + k) -= job.alpha * at(whole + k);
        for (; k < job.p; ++k) column[k] -= job.alpha * whole[k];
        job.y[j] -= job.alpha * work.sum[i];
        job.members[job.p + j] = 0;
    }
}

template <class T>
void reverse(const ReverseJob<T>& job) {
    std::size_t end = 0;  // one past the entries of layer `depth`
    for (std::size_t t = 0; t < job.depth; ++t) end += job.codes.count[t];
    const std::size_t begin = end - job.codes.count[job.depth - 1];
    for (std::size_t j = 0; j < job.p; ++j) job.y[j] = 0;
    for (std::size_t k = begin; k < end; ++k) job.y[job.codes.index[k]] = job.codes.value[k];
    for (std::size_t k = begin; k < end; ++k) {  // H += z_t z_t^T / 2
        T* column = job.H + job.codes.index[k] * job.p;
        const T half = job.codes.value[k] / 2;
        for (std::size_t l = begin; l < end; ++l) column[job.codes.index[l]] += half * job.codes.value[l];
    }
    if (!job.through_encoder || end == 0) return;

    Backward<T> work(job.scratch, number_members(job, end));
    gather_members(job, work);
    seed(job, work, begin, end);
    reverse_layers(job, work, begin, end);
    leave_members(job, work);
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
