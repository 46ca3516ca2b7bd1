#pragma once

// The forward pass of one sample.

#include "solvers/device/cpu/unrolled_kernel_vectors.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

template <class T>
inline void shrink_vector(Shrinkage shrinkage, T threshold, const Vector<T>& a, Vector<T>& z) {
    const Vector<T> zero = {};
    switch (shrinkage) {
        case Shrinkage::soft: {
            const Vector<T> above = a - threshold, below = a + threshold;
            z = above > zero ? above : (below < zero ? below : zero);
            return;
        }
        case Shrinkage::soft_one_sided: {
            const Vector<T> above = a - threshold;
            z = above > zero ? above : zero;
            return;
        }
        case Shrinkage::hard:
            z = a > zero + threshold ? a : (a < zero - threshold ? a : zero);
            return;
    }
}

/// z <- shrink(z + alpha (b - g)), and the list of its non-zeros; returns their number. Lists hold positions
/// in 0..n.
template <class T>
inline std::size_t shrink_and_list(Shrinkage shrinkage, T threshold, T alpha, std::size_t n, const T* b,
                                   const T* g, T* a, T* z, std::uint32_t* index, T* value) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < n; i += lanes<T>) {
        at(a + i) = at(z + i) + alpha * (at(b + i) - at(g + i));
        shrink_vector(shrinkage, threshold, at(a + i), at(z + i));
        count += append_nonzeros(z + i, i, index + count, value + count);
    }
    return count;
}

/// Scratch of one sample's forward pass: dense vectors of ld entries, and the Gram matrix of the working set.
template <class T>
struct Forward {
    T *g, *a, *z, *before, *local_b, *g_ref, *local_gram;
    explicit Forward(const EncodeJob<T>& job)
        : g(job.scratch),
          a(g + job.ld),
          z(a + job.ld),
          before(z + job.ld),
          local_b(before + job.ld),
          g_ref(local_b + job.ld),
          local_gram(g_ref + job.ld) {}
};

/// Chooses the working set after a full layer t from its pre-activations `a` (overwritten): atoms that are or
/// were just active, and those nearest to the threshold. Returns the reach: as long as ||D (z - z_{t-1})||
/// stays below it, every atom left out provably stays off, because its pre-activation moves by at most alpha
/// ||d_j|| times that (Cauchy-Schwarz). `threshold` is the smallest one of the layers to come.
template <class T>
inline T choose_members(const EncodeJob<T>& job, const Forward<T>& work, T threshold, std::size_t& size) {
    const T margin = T(1e-3) * threshold;  // far above the rounding of a, far below any useful slack
    const bool one_sided = job.shrinkage == Shrinkage::soft_one_sided;
    T* slack = work.a;
    T widest = 0;
    for (std::size_t j = 0; j < job.p; ++j) {
        const T magnitude = work.a[j] < 0 && !one_sided ? -work.a[j] : work.a[j];
        const T room = threshold - margin - magnitude;
        const bool must = work.z[j] != 0 || work.before[j] != 0 || !(room > 0);
        slack[j] = must ? T(0) : room / (job.alpha * job.length[j]);
        if (slack[j] > widest) widest = slack[j];
    }
    T low = 0, high = widest;  // bisect for the reach that takes in about `working_set` atoms
    for (int round = 0; round < 12; ++round) {
        const T middle = (low + high) / 2;
        std::size_t inside = 0;
        for (std::size_t j = 0; j < job.p; ++j) inside += slack[j] <= middle;
        (inside > job.working_set ? high : low) = middle;
    }
    size = 0;
    for (std::size_t j = 0; j < job.p; ++j) {
        if (slack[j] <= low) job.members[size++] = static_cast<std::uint32_t>(j);
    }
    return low;
}

/// (z - z_ref)^T G (z - z_ref) on the working set, from the products already at hand; n is a multiple of the
/// vector.
template <class T>
inline T squared_movement(std::size_t n, const T* z, const T* z_ref, const T* g, const T* g_ref) {
    Vector<T> partial = {};
    for (std::size_t i = 0; i < n; i += lanes<T>) {
        partial += (at(z + i) - at(z_ref + i)) * (at(g + i) - at(g_ref + i));
    }
    T sum = 0;
    for (std::size_t k = 0; k < lanes<T>; ++k) sum += partial[k];
    return sum;
}

/// Brings z, z_ref = z_{t-1}, g_ref = G z_{t-1}, b and G into working-set positions. Members ascend, so a
/// gather in place never overwrites what is still to be read.
template <class T>
inline void enter_window(const EncodeJob<T>& job, const Forward<T>& work, std::size_t size) {
    const std::size_t ldw = padded(size);
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint32_t j = job.members[i];
        const T* column = job.gram + j * job.ld;
        T* to = work.local_gram + i * ldw;
        gather(size, job.members, column, to);
        for (std::size_t k = size; k < ldw; ++k) to[k] = 0;
        work.local_b[i] = job.b[j];
        work.z[i] = work.z[j];
        work.before[i] = work.before[j];
        work.g_ref[i] = work.g[j];
    }
    for (std::size_t i = size; i < ldw; ++i) work.z[i] = work.before[i] = work.local_b[i] = work.g_ref[i] = 0;
}

/// Runs layers from t on the working set alone until `last` or until the reach is used up; returns the next
/// layer to compute. `nnz` counts the entries written, whose last layer is `count` long; lists end up as
/// atoms again.
template <class T>
inline std::size_t run_window(const EncodeJob<T>& job, const Forward<T>& work, Codes<T> codes, std::size_t t,
                              std::size_t last, std::size_t size, T reach, std::size_t& nnz,
                              std::size_t& count) {
    enter_window(job, work, size);
    const std::size_t ldw = padded(size);
    const std::uint32_t* members = job.members;
    std::uint32_t* list = codes.index + nnz - count;
    for (std::size_t k = 0, i = 0; k < count; ++k) {
        while (members[i] != list[k]) ++i;
        list[k] = static_cast<std::uint32_t>(i);
    }
    for (; t <= last; ++t) {
        combine_rows(size, ldw, work.local_gram, count, list, codes.value + nnz - count, work.g);
        if (!(squared_movement(ldw, work.z, work.before, work.g, work.g_ref) < reach * reach)) break;
        const std::size_t next =
            shrink_and_list(job.shrinkage, job.threshold[t - 1], job.alpha, size, work.local_b, work.g,
                            work.g, work.z, codes.index + nnz, codes.value + nnz);
        for (std::size_t k = 0; k < count; ++k) list[k] = members[list[k]];
        list = codes.index + nnz;
        count = next;
        nnz += next;
        codes.count[t - 1] = static_cast<std::uint32_t>(next);
    }
    for (std::size_t k = 0; k < count; ++k) list[k] = members[list[k]];
    return t;
}

template <class T>
std::size_t encode(const EncodeJob<T>& job, Codes<T> codes) {
    const Forward<T> work(job);
    for (std::size_t i = 0; i < job.ld; ++i) work.g[i] = work.z[i] = 0;
    constexpr std::size_t window_layers = 25;  // bounds how far a decaying threshold falls inside one window
    std::size_t nnz = 0, count = 0;
    bool in_positions = false;  // z is left in working-set positions
    for (std::size_t t = 1; t <= job.layers;) {
        const std::uint32_t* list = codes.index + nnz - count;
        const T* value = codes.value + nnz - count;
        if (in_positions) {
            for (std::size_t i = 0; i < job.ld; ++i) work.z[i] = 0;
            for (std::size_t k = 0; k < count; ++k) work.z[list[k]] = value[k];
            in_positions = false;
        }
        if (t > 1) combine_rows(job.p, job.ld, job.gram, count, list, value, work.g);
        if (job.working_set != 0) {
            for (std::size_t i = 0; i < job.ld; i += lanes<T>) at(work.before + i) = at(work.z + i);
        }
        count = shrink_and_list(job.shrinkage, job.threshold[t - 1], job.alpha, job.p, job.b, work.g, work.a,
                                work.z, codes.index + nnz, codes.value + nnz);
        codes.count[t - 1] = static_cast<std::uint32_t>(count);
        nnz += count;
        ++t;
        if (count >= job.working_set || t > job.layers) continue;
        const std::size_t last = t + window_layers - 1 < job.layers ? t + window_layers - 1 : job.layers;
        std::size_t size = 0;
        const T reach = choose_members(job, work, job.threshold[last - 1], size);
        if (!(reach > 0)) continue;
        t = run_window(job, work, codes, t, last, size, reach, nnz, count);
        in_positions = true;
    }
    return nnz;
}

}  // namespace
}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
