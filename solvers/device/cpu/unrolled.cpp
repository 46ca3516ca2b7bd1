#include "solvers/sparse/unrolled.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "solvers/device/cpu/growing_entries.hpp"
#include "solvers/device/cpu/unrolled_kernel.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {

/// Layers and samples one after the other: sample i's layer t has count[i * layers + t - 1] non-zeros.
template <class T>
struct TraceState : GrowingEntries<T> {
    std::size_t p = 0, layers = 0, samples = 0;
    std::vector<std::uint32_t> count;
    std::vector<std::size_t> first;  ///< where each sample begins in `index` and `value`
};

template <>
struct Trace<Cpu, float>::State : TraceState<float> {};
template <>
struct Trace<Cpu, double>::State : TraceState<double> {};

template <class Device, class T>
Trace<Device, T>::Trace() : state_(std::make_unique<State>()) {}
template <class Device, class T>
Trace<Device, T>::~Trace() = default;
template <class Device, class T>
Trace<Device, T>::Trace(Trace&&) noexcept = default;
template <class Device, class T>
Trace<Device, T>& Trace<Device, T>::operator=(Trace&&) noexcept = default;

template <class Device, class T>
std::size_t Trace<Device, T>::layers() const {
    return state_->layers;
}
template <class Device, class T>
std::size_t Trace<Device, T>::samples() const {
    return state_->samples;
}

template <class Device, class T>
Array<Device, T> Trace<Device, T>::codes(std::size_t t) const {
    const State& s = *state_;
    if (t > s.layers)
        throw Error("layer " + std::to_string(t) + " of " + std::to_string(s.layers), "Trace::codes");
    Array<Device, T> Z(s.p, s.samples);
    for (std::size_t i = 0; i < s.samples && t > 0; ++i) {
        std::size_t k = s.first[i];
        for (std::size_t layer = 1; layer < t; ++layer) k += s.count[i * s.layers + layer - 1];
        const std::size_t end = k + s.count[i * s.layers + t - 1];
        for (; k < end; ++k) Z(s.index[k], i) = s.value[k];
    }
    return Z;
}

template <class Device, class T>
std::vector<std::size_t> Trace<Device, T>::last_support_change() const {
    const State& s = *state_;
    std::vector<std::size_t> last(s.samples, 0);
    for (std::size_t i = 0; i < s.samples; ++i) {
        const std::uint32_t *begin = s.index.get() + s.first[i], *previous = begin;
        std::size_t previous_count = 0;
        for (std::size_t t = 1; t <= s.layers; ++t) {
            const std::size_t count = s.count[i * s.layers + t - 1];
            if (!std::equal(begin, begin + count, previous, previous + previous_count)) last[i] = t;
            previous = begin;
            previous_count = count;
            begin += count;
        }
    }
    return last;
}

namespace {

/// A copy of the Gram matrix whose columns start on vector boundaries, with the atoms' norms.
template <class T>
struct PaddedGram {
    std::size_t p, ld;
    Array<Cpu, T> values;
    std::vector<T> length;

    explicit PaddedGram(const Array<Cpu, T>& G)
        : p(G.rows()), ld(kernels::padded(p)), values(ld, p), length(p) {
        for (std::size_t j = 0; j < p; ++j) {
            std::copy_n(G.data() + j * p, p, values.data() + j * ld);
            length[j] = std::sqrt(std::max(G(j, j), std::numeric_limits<T>::min()));
        }
    }
};

template <class T>
void require_gram_shapes(const Array<Cpu, T>& G, const Array<Cpu, T>& B) {
    if (G.rows() != G.cols() || G.rows() != B.rows()) {
        throw Error("shapes do not match: G is " + shape_text(G) + ", B is " + shape_text(B), "encoder");
    }
}

/// Atoms in the screened working set: screening pays where a whole layer is many times the work of the
/// support's.
std::size_t working_set(std::size_t p) {
    return p < 384 ? 0 : 128;
}

/// For each sample i in turn: writes its codes to room(i), with space for the densest there can be, and calls
/// done(i, codes, nnz).
template <class T, class Room, class Done>
void encode_each(const Encoder& encoder, const Array<Cpu, T>& G, const Array<Cpu, T>& B, Room room,
                 Done done) {
    require_gram_shapes(G, B);
    encoder.validate();
    const PaddedGram<T> gram(G);
    const std::size_t p = gram.p, layers = encoder.layers;
    std::vector<T> threshold(layers), b(gram.ld);
    std::vector<std::uint32_t> members(p);
    const auto scratch = std::make_unique_for_overwrite<T[]>(kernels::encode_scratch(p));
    for (std::size_t t = 1; t <= layers; ++t) threshold[t - 1] = static_cast<T>(encoder.threshold(t));
    for (std::size_t i = 0; i < B.cols(); ++i) {
        std::copy_n(B.data() + i * p, p, b.data());
        const kernels::EncodeJob<T> job{p,
                                        gram.ld,
                                        gram.values.data(),
                                        gram.length.data(),
                                        b.data(),
                                        threshold.data(),
                                        layers,
                                        static_cast<T>(encoder.alpha),
                                        encoder.shrinkage,
                                        working_set(p),
                                        scratch.get(),
                                        members.data()};
        const kernels::Codes<T> codes = room(i);
        done(i, codes, kernels::best_kernels<T>().encode(job, codes));
    }
}

}  // namespace

template <class Device, class T>
void encode_traced(const Encoder& encoder, const Array<Device, T>& G, const Array<Device, T>& B,
                   Trace<Device, T>& trace) {
    auto& s = trace.state();
    s.p = G.rows();
    s.layers = encoder.layers;
    s.samples = B.cols();
    s.count.resize(s.samples * s.layers);
    s.first.resize(s.samples);
    std::size_t used = 0;
    encode_each(
        encoder, G, B,
        [&](std::size_t i) {
            s.reserve(used, kernels::code_capacity(s.p, s.layers));
            s.first[i] = used;
            return kernels::Codes<T>{s.index.get() + used, s.value.get() + used,
                                     s.count.data() + i * s.layers};
        },
        [&](std::size_t, const kernels::Codes<T>&, std::size_t nnz) { used += nnz; });
}

template <class Device, class T>
Array<Device, T> encode(const Encoder& encoder, const Array<Device, T>& G, const Array<Device, T>& B) {
    const std::size_t p = B.rows(), last = encoder.layers - 1;
    const std::size_t capacity = kernels::code_capacity(p, encoder.layers);
    std::vector<std::uint32_t> count(encoder.layers);
    // Only the pages that are used are ever touched.
    const auto value = std::make_unique_for_overwrite<T[]>(capacity);
    const auto index = std::make_unique_for_overwrite<std::uint32_t[]>(capacity);
    Array<Device, T> Z(p, B.cols());
    encode_each(
        encoder, G, B,
        [&](std::size_t) {
            return kernels::Codes<T>{index.get(), value.get(), count.data()};
        },
        [&](std::size_t i, const kernels::Codes<T>& codes, std::size_t nnz) {
            for (std::size_t k = nnz - codes.count[last]; k < nnz; ++k) Z(codes.index[k], i) = codes.value[k];
        });
    return Z;
}

namespace {

/// Runs the kernel on every sample; `target` says where a sample's share goes.
template <class T>
void reverse_each(const Encoder& encoder, Gradient gradient, std::size_t t, const Array<Cpu, T>& G,
                  const Array<Cpu, T>& B, const TraceState<T>& s, const kernels::ReverseJob<T>& target,
                  Array<Cpu, T>& Y) {
    require_gram_shapes(G, B);
    require_same_shape("reverse", B, Y);
    if (t == 0 || t > s.layers || s.samples != B.cols() || s.p != G.rows()) {
        throw Error("the trace does not belong to these arrays, or has no layer " + std::to_string(t),
                    "reverse");
    }
    const PaddedGram<T> gram(G);
    const std::size_t p = s.p;
    const auto scratch = std::make_unique_for_overwrite<T[]>(kernels::reverse_scratch(p));
    const auto positions = std::make_unique_for_overwrite<std::uint32_t[]>(s.layers * p);
    std::vector<std::uint32_t> members(2 * p), columns(p + kernels::padding);
    std::vector<kernels::LayerSpan> spans(t);
    kernels::ReverseJob<T> job = target;
    job.p = p;
    job.ld = gram.ld;
    job.gram = gram.values.data();
    job.depth = t;
    job.alpha = static_cast<T>(encoder.alpha);
    job.lambda = static_cast<T>(encoder.l1_weight(gradient));
    job.through_encoder = gradient != Gradient::dec;
    job.scratch = scratch.get();
    job.layers = spans.data();
    job.members = members.data();
    job.columns = columns.data();
    job.positions = positions.get();
    for (std::size_t i = 0; i < s.samples; ++i) {
        job.b = B.data() + i * p;
        job.y = Y.data() + i * p;
        if (target.x != nullptr) job.x = target.x + i * target.m;
        // The kernel only reads the codes; one struct serves both directions.
        job.codes = {s.index.get() + s.first[i], s.value.get() + s.first[i],
                     const_cast<std::uint32_t*>(s.count.data()) + i * s.layers};
        kernels::best_kernels<T>().reverse(job);
    }
}

/// A copy whose columns start on vector boundaries.
template <class T>
Array<Cpu, T> padded_rows(const Array<Cpu, T>& A) {
    Array<Cpu, T> tall(kernels::padded(A.rows()), A.cols());
    for (std::size_t j = 0; j < A.cols(); ++j) {
        std::copy_n(A.data() + j * A.rows(), A.rows(), tall.data() + j * tall.rows());
    }
    return tall;
}

template <class T>
std::uint64_t count_entries(const TraceState<T>& s) {
    return std::accumulate(s.count.begin(), s.count.end(), std::uint64_t{0});
}

}  // namespace

template <class Device, class T>
void reverse(const Encoder& encoder, Gradient gradient, std::size_t t, const Array<Device, T>& G,
             const Array<Device, T>& B, const Trace<Device, T>& trace, Array<Device, T>& H,
             Array<Device, T>& Y) {
    require_same_shape("reverse", G, H);
    kernels::ReverseJob<T> target{};
    target.H = H.data();
    reverse_each<T>(encoder, gradient, t, G, B, trace.state(), target, Y);
}

template <class T>
bool reverse_directly(const Encoder& encoder, Gradient gradient, std::size_t t, const Array<Cpu, T>& D,
                      const Array<Cpu, T>& X, const Array<Cpu, T>& G, const Array<Cpu, T>& B,
                      const Trace<Cpu, T>& trace, Array<Cpu, T>& C) {
    const std::size_t m = D.rows(), p = D.cols(), ld = kernels::padded(m);
    // Two products with D and two with its results for an entry, against p^2 multiply-adds in H's product,
    // each times m.
    if (gradient == Gradient::dec || 4 * count_entries<T>(trace.state()) > p * p) return false;
    require_same_shape("reverse", D, C);
    if (X.rows() != m || X.cols() != B.cols()) {
        throw Error("shapes do not match: D is " + shape_text(D) + ", X is " + shape_text(X), "reverse");
    }
    Array<Cpu, T> sums(ld, p), Y(p, X.cols());
    const Array<Cpu, T> tall = padded_rows(D), samples = padded_rows(X);
    kernels::ReverseJob<T> target{};
    target.D = tall.data();
    target.x = samples.data();
    target.m = ld;
    target.C = sums.data();
    reverse_each<T>(encoder, gradient, t, G, B, trace.state(), target, Y);
    for (std::size_t j = 0; j < p; ++j) {
        for (std::size_t i = 0; i < m; ++i) C(i, j) += sums(i, j);
    }
    return true;
}

#define ASSAY_INSTANTIATE(T)                                                                                 \
    template class Trace<Cpu, T>;                                                                            \
    template void encode_traced(const Encoder&, const Array<Cpu, T>&, const Array<Cpu, T>&, Trace<Cpu, T>&); \
    template Array<Cpu, T> encode(const Encoder&, const Array<Cpu, T>&, const Array<Cpu, T>&);               \
    template void reverse(const Encoder&, Gradient, std::size_t, const Array<Cpu, T>&, const Array<Cpu, T>&, \
                          const Trace<Cpu, T>&, Array<Cpu, T>&, Array<Cpu, T>&);                             \
    template bool reverse_directly(const Encoder&, Gradient, std::size_t, const Array<Cpu, T>&,              \
                                   const Array<Cpu, T>&, const Array<Cpu, T>&, const Array<Cpu, T>&,         \
                                   const Trace<Cpu, T>&, Array<Cpu, T>&);

ASSAY_INSTANTIATE(double)
ASSAY_INSTANTIATE(float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
