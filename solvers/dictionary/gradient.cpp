#include "solvers/dictionary/gradient.hpp"

#include <algorithm>

#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace {

/// Samples in one pass: bounds the memory of the trace, and is part of the order of sums, so it depends on
/// the problem's size alone. A GPU keeps dense codes and needs many samples at a time: as many as 2 GiB hold.
template <class Device, class T>
std::size_t block_samples(const Encoder& encoder, std::size_t atoms) {
    if constexpr (std::is_same_v<Device, Cpu>) return 64;  // their traces fit the second-level cache
    const std::size_t sample_bytes = std::max<std::size_t>(encoder.layers * atoms * sizeof(T), 1);
    return std::clamp<std::size_t>((std::size_t{1} << 31) / sample_bytes, 32, 16384);
}

template <class Device, class T>
void require_samples(const Array<Device, T>& D, const Array<Device, T>& X) {
    if (D.rows() != X.rows() || X.cols() == 0) {
        throw Error("the dictionary is " + shape_text(D) + ", the samples are " + shape_text(X), "gradient",
                    "samples are columns of the dictionary's height, and there must be at least one");
    }
}

/// D (H + H^T) - XY: the sum of the gradients from what `reverse` leaves.
template <class Device, class T>
Array<Device, T> assemble(const Array<Device, T>& D, Array<Device, T>& H, const Array<Device, T>& XY) {
    add_transpose(H);
    Array<Device, T> sum = multiply_sparse(D, H);
    axpy(T(-1), XY, sum);
    return sum;
}

/// Calls work(first, X block, B block, trace) for the blocks of samples in order.
template <class Device, class T, class Work>
void for_each_block(const Encoder& encoder, const Array<Device, T>& D, const Array<Device, T>& G,
                    const Array<Device, T>& X, Work work) {
    const std::size_t block = block_samples<Device, T>(encoder, D.cols());
    Trace<Device, T> trace;
    for (std::size_t first = 0; first < X.cols(); first += block) {
        const Array<Device, T> Xb = X.columns(first, std::min(block, X.cols() - first));
        Array<Device, T> Bb(D.cols(), Xb.cols());
        gemm(Op::transpose, Op::none, T(1), D, Xb, T(0), Bb);
        encode_traced(encoder, G, Bb, trace);
        work(first, Xb, Bb, trace);
    }
}

/// D Z - X.
template <class Device, class T>
Array<Device, T> residual(const Array<Device, T>& D, const Array<Device, T>& X, const Array<Device, T>& Z) {
    Array<Device, T> R = X.copy();
    gemm(Op::none, Op::none, T(1), D, Z, T(-1), R);
    return R;
}

}  // namespace

template <class Device, class T>
CodedGradient<Device, T> unrolled_gradient(const Encoder& encoder, Gradient gradient,
                                           const Array<Device, T>& D, const Array<Device, T>& X) {
    require_samples(D, X);
    const Array<Device, T> G = gram(D);
    Array<Device, T> sum(D.rows(), D.cols()), H, XY, Z(D.cols(), X.cols());
    for_each_block(
        encoder, D, G, X, [&](std::size_t first, const auto& Xb, const auto& Bb, const auto& trace) {
            Z.set_columns(first, trace.codes(encoder.layers));
            const bool all = Xb.cols() == X.cols();
            if (all && reverse_directly(encoder, gradient, encoder.layers, D, X, G, Bb, trace, sum)) return;
            if (H.size() == 0) {
                H = Array<Device, T>(D.cols(), D.cols());
                XY = Array<Device, T>(D.rows(), D.cols());
            }
            Array<Device, T> Y(D.cols(), Xb.cols());
            reverse(encoder, gradient, encoder.layers, G, Bb, trace, H, Y);
            gemm(Op::none, Op::transpose, T(1), Xb, Y, T(1), XY);
        });
    if (H.size() != 0) sum = assemble(D, H, XY);
    scale(T(1) / static_cast<T>(X.cols()), sum);
    return {std::move(sum), std::move(Z)};
}

template <class Device, class T>
std::vector<std::vector<Array<Device, T>>> gradients_at_depths(const Encoder& encoder,
                                                               std::span<const Gradient> kinds,
                                                               std::span<const std::size_t> depths,
                                                               const Array<Device, T>& D,
                                                               const Array<Device, T>& X) {
    require_samples(D, X);
    const Array<Device, T> G = gram(D);
    const std::size_t pairs = kinds.size() * depths.size();
    std::vector<Array<Device, T>> H(pairs), XY(pairs);
    for (std::size_t k = 0; k < pairs; ++k) {
        H[k] = Array<Device, T>(D.cols(), D.cols());
        XY[k] = Array<Device, T>(D.rows(), D.cols());
    }
    for_each_block(encoder, D, G, X, [&](std::size_t, const auto& Xb, const auto& Bb, const auto& trace) {
        Array<Device, T> Y(D.cols(), Xb.cols());
        for (std::size_t k = 0; k < pairs; ++k) {
            reverse(encoder, kinds[k / depths.size()], depths[k % depths.size()], G, Bb, trace, H[k], Y);
            gemm(Op::none, Op::transpose, T(1), Xb, Y, T(1), XY[k]);
        }
    });
    std::vector<std::vector<Array<Device, T>>> gradients(kinds.size());
    for (std::size_t k = 0; k < pairs; ++k) {
        Array<Device, T> sum = assemble(D, H[k], XY[k]);
        scale(T(1) / static_cast<T>(X.cols()), sum);
        gradients[k / depths.size()].push_back(std::move(sum));
    }
    return gradients;
}

template <class Device, class T>
Array<Device, T> code_gradient(const Array<Device, T>& D, const Array<Device, T>& X,
                               const Array<Device, T>& Z) {
    require_samples(D, X);
    Array<Device, T> gradient(D.rows(), D.cols());
    gemm(Op::none, Op::transpose, T(1) / static_cast<T>(X.cols()), residual(D, X, Z), Z, T(0), gradient);
    return gradient;
}

template <class Device, class T>
Array<Device, T> noodl_gradient(const Array<Device, T>& D, const Array<Device, T>& X,
                                const Array<Device, T>& Z) {
    require_samples(D, X);
    Array<Device, T> signs(Z.rows(), Z.cols());
    add_sign(T(1), Z, signs);
    Array<Device, T> gradient(D.rows(), D.cols());
    gemm(Op::none, Op::transpose, T(1) / static_cast<T>(X.cols()), residual(D, X, Z), signs, T(0), gradient);
    return gradient;
}

#define ASSAY_INSTANTIATE(Device, T)                                                                       \
    template CodedGradient<Device, T> unrolled_gradient(const Encoder&, Gradient, const Array<Device, T>&, \
                                                        const Array<Device, T>&);                          \
    template std::vector<std::vector<Array<Device, T>>> gradients_at_depths(                               \
        const Encoder&, std::span<const Gradient>, std::span<const std::size_t>, const Array<Device, T>&,  \
        const Array<Device, T>&);                                                                          \
    template Array<Device, T> code_gradient(const Array<Device, T>&, const Array<Device, T>&,              \
                                            const Array<Device, T>&);                                      \
    template Array<Device, T> noodl_gradient(const Array<Device, T>&, const Array<Device, T>&,             \
                                             const Array<Device, T>&);

ASSAY_INSTANTIATE(Cpu, double)
ASSAY_INSTANTIATE(Cpu, float)
ASSAY_INSTANTIATE(Cuda, double)
ASSAY_INSTANTIATE(Cuda, float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
