// The bodies of unrolled_kernel.hpp. Each unrolled_kernel_<set>.cpp defines ASSAY_KERNEL_SET and includes
// this file once. Nothing here may call an inline function of the standard library: compiled for a newer
// instruction set, its code could be linked into the rest of the program.

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#endif

#include "solvers/device/cpu/unrolled_kernel.hpp"

namespace assay::solvers::kernels::ASSAY_KERNEL_SET {
namespace {

#if defined(__AVX512F__)
#define ASSAY_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define ASSAY_VECTOR_BYTES 32
#else
#define ASSAY_VECTOR_BYTES 16
#endif

template <class T>
struct VectorOf;
template <>
struct VectorOf<float> {
    typedef float type __attribute__((vector_size(ASSAY_VECTOR_BYTES), aligned(4), may_alias));
};
template <>
struct VectorOf<double> {
    typedef double type __attribute__((vector_size(ASSAY_VECTOR_BYTES), aligned(8), may_alias));
};
template <class T>
using Vector = typename VectorOf<T>::type;
template <class T>
inline constexpr std::size_t lanes = ASSAY_VECTOR_BYTES / sizeof(T);
#undef ASSAY_VECTOR_BYTES

template <class T>
inline Vector<T>& at(T* p) {
    return *reinterpret_cast<Vector<T>*>(p);
}
template <class T>
inline const Vector<T>& at(const T* p) {
    return *reinterpret_cast<const Vector<T>*>(p);
}

/// Appends the non-zeros among one vector z[0..lanes) to the lists, ascending; their positions count from
/// `first`. May write a whole vector past what it appends. Returns how many it appended.
inline std::size_t append_nonzeros(const float* z, std::size_t first, std::uint32_t* index, float* value) {
#if defined(__AVX512F__)
    const __m512 all = _mm512_loadu_ps(z);
    const __mmask16 mask = _mm512_cmp_ps_mask(all, _mm512_setzero_ps(), _CMP_NEQ_UQ);
    const __m512i position =
        _mm512_add_epi32(_mm512_set1_epi32(static_cast<int>(first)),
                         _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    _mm512_storeu_ps(value, _mm512_maskz_compress_ps(mask, all));
    _mm512_storeu_si512(index, _mm512_maskz_compress_epi32(mask, position));
    return static_cast<std::size_t>(__builtin_popcount(mask));
#else
    std::size_t count = 0;
    for (std::size_t k = 0; k < lanes<float>;
         ++k) {  // without a branch: which lanes are zero cannot be predicted
        index[count] = static_cast<std::uint32_t>(first + k);
        value[count] = z[k];
        count += z[k] != 0.0F;
    }
    return count;
#endif
}
inline std::size_t append_nonzeros(const double* z, std::size_t first, std::uint32_t* index, double* value) {
#if defined(__AVX512F__)
    const __m512d all = _mm512_loadu_pd(z);
    const __mmask8 mask = _mm512_cmp_pd_mask(all, _mm512_setzero_pd(), _CMP_NEQ_UQ);
    const __m256i position = _mm256_add_epi32(_mm256_set1_epi32(static_cast<int>(first)),
                                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm512_storeu_pd(value, _mm512_maskz_compress_pd(mask, all));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(index), _mm256_maskz_compress_epi32(mask, position));
    return static_cast<std::size_t>(__builtin_popcount(mask));
#else
    std::size_t count = 0;
    for (std::size_t k = 0; k < lanes<double>; ++k) {
        index[count] = static_cast<std::uint32_t>(first + k);
        value[count] = z[k];
        count += z[k] != 0.0;
    }
    return count;
#endif
}

/// to[k] = from[index[k]]. (The masked gathers, all lanes on, spare GCC 12 a false warning about the plain
/// ones.)
inline void gather(std::size_t n, const std::uint32_t* index, const float* from, float* to) {
    std::size_t k = 0;
#if defined(__AVX512F__)
    for (; k + 16 <= n; k += 16) {
        _mm512_storeu_ps(
            to + k, _mm512_mask_i32gather_ps(_mm512_setzero_ps(), 0xffff, _mm512_loadu_si512(index + k), from,
                                             sizeof(float)));
    }
#endif
    for (; k < n; ++k) to[k] = from[index[k]];
}
inline void gather(std::size_t n, const std::uint32_t* index, const double* from, double* to) {
    std::size_t k = 0;
#if defined(__AVX512F__)
    for (; k + 8 <= n; k += 8) {
        const __m256i some = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(index + k));
        _mm512_storeu_pd(to + k,
                         _mm512_mask_i32gather_pd(_mm512_setzero_pd(), 0xff, some, from, sizeof(double)));
    }
#endif
    for (; k < n; ++k) to[k] = from[index[k]];
}

enum class Into { overwrite, add };

/// `Width` vectors of sum_k value[k] A(row.., index[k]), held in registers while k runs.
template <std::size_t Width, Into into, class T>
inline void combine_panel(const T* A, std::size_t ld, std::size_t count, const std::uint32_t* index,
                          const T* value, T* c) {
    Vector<T> sum[Width] = {};
    if (into == Into::add) {
        for (std::size_t w = 0; w < Width; ++w) sum[w] = at(c + w * lanes<T>);
    }
    for (std::size_t k = 0; k < count; ++k) {
        const T* column = A + index[k] * ld;
        for (std::size_t w = 0; w < Width; ++w) sum[w] += value[k] * at(column + w * lanes<T>);
    }
    for (std::size_t w = 0; w < Width; ++w) at(c + w * lanes<T>) = sum[w];
}

/// The last vectors of a column product, up to `Width`, again in one pass over k.
template <std::size_t Width, Into into, class T>
inline void combine_rest(std::size_t vectors, const T* A, std::size_t ld, std::size_t count,
                         const std::uint32_t* index, const T* value, T* c) {
    if constexpr (Width > 0) {
        if (vectors == Width) return combine_panel<Width, into>(A, ld, count, index, value, c);
        combine_rest<Width - 1, into>(vectors, A, ld, count, index, value, c);
    }
}

/// c <- A(:, index) value, or c + that, over `rows` rows, of which a whole last vector exists in A and c.
template <Into into, class T>
inline void combine_rows(std::size_t rows, std::size_t ld, const T* A, std::size_t count,
                         const std::uint32_t* index, const T* value, T* c) {
    constexpr std::size_t step = lanes<T>;
    std::size_t i = 0;
    for (; i + 8 * step <= rows; i += 8 * step) combine_panel<8, into>(A + i, ld, count, index, value, c + i);
    combine_rest<8, into>((rows - i + step - 1) / step, A + i, ld, count, index, value, c + i);
}

/// As combine_rows for arrays that end at `rows`: the rows beyond the last whole vector are done one by one.
template <class T>
void combine(std::size_t rows, std::size_t ld, const T* A, std::size_t count, const std::uint32_t* index,
             const T* value, T* c) {
    const std::size_t whole = rows / lanes<T> * lanes<T>;
    combine_rows<Into::overwrite>(whole, ld, A, count, index, value, c);
    for (std::size_t i = whole; i < rows; ++i) {
        T sum = 0;
        for (std::size_t k = 0; k < count; ++k) sum += value[k] * A[i + index[k] * ld];
        c[i] = sum;
    }
}

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
        combine_rows<Into::overwrite>(size, ldw, work.local_gram, count, list, codes.value + nnz - count,
                                      work.g);
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
        if (t > 1) combine_rows<Into::overwrite>(job.p, job.ld, job.gram, count, list, value, work.g);
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

template <class T>
Kernels<T> kernels() {
    return {ASSAY_KERNEL_NAME, &encode<T>, &reverse<T>, &combine<T>};
}
template Kernels<float> kernels<float>();
template Kernels<double> kernels<double>();

}  // namespace assay::solvers::kernels::ASSAY_KERNEL_SET
