#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/proximal/threshold.hpp"

/// The CPU's kernels of the unrolled encoder, for one sample at a time. They are compiled once per
/// instruction set; the order of every sum is the same in all, so that sets with a fused multiply-add give
/// equal bits.
namespace assay::solvers::kernels {

/// Leading dimensions are multiples of this many entries: a 64-byte vector of float, two of double.
inline constexpr std::size_t padding = 16;
constexpr std::size_t padded(std::size_t n) {
    return (n + padding - 1) / padding * padding;
}

/// The codes of one sample: layer t (from 1) has count[t - 1] non-zeros, ascending, layers one after the
/// other. The arrays that `encode` writes need room for code_capacity(p, layers) entries.
template <class T>
struct Codes {
    std::uint32_t* index;
    T* value;
    std::uint32_t* count;
};

template <class T>
struct EncodeJob {
    std::size_t p;       ///< atoms
    std::size_t ld;      ///< padded(p)
    const T* gram;       ///< ld x p; rows beyond p are zero
    const T* length;     ///< l2 norm of each atom (p)
    const T* b;          ///< D^T x (ld, zero beyond p)
    const T* threshold;  ///< per layer
    std::size_t layers;
    T alpha;
    Shrinkage shrinkage;
    std::size_t working_set;  ///< aimed size of the screened working set; 0: every atom at every layer
    T* scratch;               ///< encode_scratch(p) entries
    std::uint32_t* members;   ///< p entries
};

/// Where the reverse pass finds one layer's non-zeros: in the codes, and as members' numbers in `positions`
/// (layers with one support share them). `reach` members are active in this layer or a later one.
struct LayerSpan {
    std::uint32_t first, count, positions, reach;
};

template <class T>
struct ReverseJob {
    std::size_t p, ld;
    const T* gram;
    const T* b;
    Codes<T> codes;
    std::size_t depth;  ///< layers 1..depth are differentiated
    T alpha;
    T lambda;  ///< weight of sign(z) in the seed: 0 for the least-squares loss
    bool through_encoder;
    T* H;        ///< p x p, accumulated; null when C takes D (H + H^T) instead
    const T* D;  ///< m x p, used with C
    const T* x;  ///< m entries, used with C
    std::size_t m;
    T* C;                      ///< m x p, accumulated: the sample's whole gradient
    T* y;                      ///< p entries, written
    T* scratch;                ///< reverse_scratch(p) entries
    LayerSpan* layers;         ///< `depth` entries
    std::uint32_t* members;    ///< 2 p entries; the second half is zero before and after
    std::uint32_t* columns;    ///< p + padding entries
    std::uint32_t* positions;  ///< as many entries as layers 1..depth have non-zeros
};

constexpr std::size_t code_capacity(std::size_t p, std::size_t layers) {
    return p * layers + padding;
}
constexpr std::size_t encode_scratch(std::size_t p) {
    return 6 * padded(p) + padded(p) * p;
}
/// Layers whose outer products z_{t-1} v_t^T are added to M together.
inline constexpr std::size_t batch_layers = 8;
/// Rows of D that are taken through a batch together.
inline constexpr std::size_t strip_rows = 64;
constexpr std::size_t reverse_scratch(std::size_t p) {
    return (7 + 2 * batch_layers + 1 + 2 * p) * padded(p) + padding + 2 * batch_layers * strip_rows;
}

/// One instruction set's kernels.
template <class T>
struct Kernels {
    const char* name;
    /// Runs all layers; returns the number of non-zeros written to `codes`.
    std::size_t (*encode)(const EncodeJob<T>& job, Codes<T> codes);
    void (*reverse)(const ReverseJob<T>& job);
    /// c <- sum_k value[k] A(:, index[k]) for a column-major A (rows x ...), skipping nothing: the sparse
    /// column product.
    void (*combine)(std::size_t rows, std::size_t ld, const T* A, std::size_t count,
                    const std::uint32_t* index, const T* value, T* c);
};

/// The kernels for this machine: "avx512", "avx2" or "generic".
template <class T>
const Kernels<T>& best_kernels();

namespace avx512 {
template <class T>
Kernels<T> kernels();
}
namespace avx2 {
template <class T>
Kernels<T> kernels();
}
namespace generic {
template <class T>
Kernels<T> kernels();
}

}  // namespace assay::solvers::kernels
