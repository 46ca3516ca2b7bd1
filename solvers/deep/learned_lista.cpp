#include "solvers/deep/learned_lista.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/deep/lista_cp.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"

namespace assay::solvers {
namespace {

constexpr const char* where = "learned LISTA";

/// Y - A X.
template <class Device, class T>
Array<Device, T> residual(const Array<Device, T>& A, const Array<Device, T>& X, const Array<Device, T>& Y) {
    Array<Device, T> R = multiply_sparse(A, X);
    scale(T(-1), R);
    axpy(T(1), Y, R);
    return R;
}

/// A^T V.
template <class Device, class T>
Array<Device, T> transposed_product(const Array<Device, T>& A, const Array<Device, T>& V) {
    Array<Device, T> result(A.cols(), V.cols());
    gemm(Op::transpose, Op::none, T(1), A, V, T(0), result);
    return result;
}

/// A B^T.
template <class Device, class T>
Array<Device, T> outer(const Array<Device, T>& A, const Array<Device, T>& B) {
    Array<Device, T> result(A.rows(), B.rows());
    gemm(Op::none, Op::transpose, T(1), A, B, T(0), result);
    return result;
}

/// sum sign(X) .* V.
template <class Device, class T>
double signed_sum(const Array<Device, T>& X, const Array<Device, T>& V) {
    Array<Device, T> signs(X.rows(), X.cols());
    add_sign(T(1), X, signs);
    return dot(signs, V);
}

/// The derivatives by what layer k learns, from `delta` on the support of x^k; `delta` becomes that by
/// x^{k-1}.
template <class Device, class T>
LearnedLayer<Device, T> layer_gradient(const LearnedLista<Device, T>& network,
                                       const LearnedTrace<Device, T>& trace, const Array<Device, T>& Y,
                                       std::size_t k, Array<Device, T>& delta) {
    LearnedLayer<Device, T> gradient;
    gradient.theta = -signed_sum(trace.codes[k], delta);
    gradient.gamma = 0.0;
    if (network.kind() == Unrolling::lista) {
        gradient.W = outer(Y, delta);
        gradient.S = outer(delta, trace.codes[k - 1]);
        delta = transposed_product(network.layers()[k - 1].S, delta);
        return gradient;
    }
    const Array<Device, T>& r = trace.residuals[k - 1];
    const Array<Device, T> back = multiply_sparse(network.weights(k), delta);
    if (network.kind() == Unrolling::alista) {
        gradient.gamma = dot(r, back);
    } else {
        gradient.W = outer(r, delta);
    }
    const T gamma = static_cast<T>(network.layers()[k - 1].gamma);
    gemm(Op::transpose, Op::none, -gamma, network.dictionary(), back, T(1), delta);
    return gradient;
}

}  // namespace

template <class Device, class T>
LearnedLista<Device, T>::LearnedLista(Unrolling kind, const Array<Device, T>& A, const Array<Device, T>& W,
                                      double theta)
    : kind_(kind), theta_(theta) {
    require_entries(where, "the dictionary A", A);
    require_same_shape(where, W, A);
    require_finite(where, "the dictionary A", A);
    require_finite(where, "the matrix of weights W", W);
    if (!(theta >= 0.0) || !std::isfinite(theta)) {
        throw Error("a threshold of " + std::to_string(theta), where, "give one of 0 or more");
    }
    A_ = A.copy();
    W_ = W.copy();
}

template <class Device, class T>
void LearnedLista<Device, T>::add_layer() {
    if (!layers_.empty()) {
        layers_.push_back(layers_.back().copy());
        return;
    }
    LearnedLayer<Device, T> layer{{}, {}, theta_, 1.0};
    if (kind_ != Unrolling::alista) layer.W = W_.copy();
    if (kind_ == Unrolling::lista) {
        layer.S = identity<Device, T>(A_.cols());
        gemm(Op::transpose, Op::none, T(-1), W_, A_, T(1), layer.S);
    }
    layers_.push_back(std::move(layer));
}

template <class Device, class T>
LearnedTrace<Device, T> LearnedLista<Device, T>::forward(const Array<Device, T>& Y) const {
    require_problem(where, "the dictionary A", A_, Y);
    LearnedTrace<Device, T> trace;
    trace.codes.emplace_back(A_.cols(), Y.cols());
    for (std::size_t k = 1; k <= layers_.size(); ++k) {
        const LearnedLayer<Device, T>& layer = layers_[k - 1];
        const Array<Device, T>& x = trace.codes.back();
        const bool coupled = kind_ != Unrolling::lista;
        if (coupled) trace.residuals.push_back(residual(A_, x, Y));
        Array<Device, T> u = coupled ? x.copy() : multiply_sparse(layer.S, x);
        gemm(Op::transpose, Op::none, static_cast<T>(layer.gamma), weights(k),
             coupled ? trace.residuals.back() : Y, T(1), u);
        // Of x it would not show: the threshold takes NaN to 0.
        if (!std::isfinite(norm(u)))
            throw Diverged("the code of a learned layer", k, where, "lower the rates");
        shrink_all(Shrinkage::soft, static_cast<T>(layer.theta), u);
        trace.codes.push_back(std::move(u));
    }
    return trace;
}

template <class Device, class T>
LearnedGradient<Device, T> learned_gradient(const LearnedLista<Device, T>& network,
                                            const LearnedTrace<Device, T>& trace, const Array<Device, T>& Y,
                                            const Array<Device, T>& truth, std::size_t first) {
    const std::size_t K = network.layers().size();
    if (first == 0 || first > K) {
        throw Error("there is no layer " + std::to_string(first) + " in a network of " + std::to_string(K),
                    where, "layers are counted from 1");
    }
    require_same_shape(where, truth, trace.codes.back());
    const double n = static_cast<double>(truth.cols());
    LearnedGradient<Device, T> result;
    Array<Device, T> delta = trace.codes.back().copy();
    axpy(T(-1), truth, delta);
    result.loss = squared_norm(delta) / n;
    scale(static_cast<T>(2.0 / n), delta);
    for (std::size_t k = K; k >= first; --k) {
        keep_where_nonzero(trace.codes[k], delta);
        result.layers.push_back(layer_gradient(network, trace, Y, k, delta));
    }
    std::reverse(result.layers.begin(), result.layers.end());
    return result;
}

template <class Device, class T>
void LearnedTrainer<Device, T>::update(double share, const LearnedLayer<Device, T>& gradient, Unrolling kind,
                                       Moments& moments, LearnedLayer<Device, T>& layer) const {
    const Adam matrices{.rate = share * rates_.matrices};
    const AdamStep<double> scalar({.rate = share * rates_.scalars}, steps_);
    if (kind != Unrolling::alista)
        adam_step(matrices, steps_, gradient.W, moments.W[0], moments.W[1], layer.W);
    if (kind == Unrolling::lista)
        adam_step(matrices, steps_, gradient.S, moments.S[0], moments.S[1], layer.S);
    if (kind == Unrolling::alista)
        layer.gamma = scalar(layer.gamma, gradient.gamma, moments.gamma[0], moments.gamma[1]);
    // d log theta = theta d theta.
    const double least = rounding_noise<T>, theta = std::max(layer.theta, least);
    layer.theta = std::max(
        least, std::exp(scalar(std::log(theta), theta * gradient.theta, moments.theta[0], moments.theta[1])));
}

template <class Device, class T>
double LearnedTrainer<Device, T>::step(const Array<Device, T>& Y, const Array<Device, T>& truth, double share,
                                       LearnedLista<Device, T>& network) {
    const LearnedGradient<Device, T> gradient =
        learned_gradient(network, network.forward(Y), Y, truth, first_layer_);
    if (moments_.empty()) {
        for (const auto& layer : gradient.layers) {
            Moments& fresh = moments_.emplace_back();
            for (auto& W : fresh.W) W = Array<Device, T>(layer.W.rows(), layer.W.cols());
            for (auto& S : fresh.S) S = Array<Device, T>(layer.S.rows(), layer.S.cols());
        }
    }
    ++steps_;
    for (std::size_t l = 0; l < gradient.layers.size(); ++l)
        update(share, gradient.layers[l], network.kind(), moments_.at(l),
               network.layers()[first_layer_ - 1 + l]);
    return gradient.loss;
}

#define ASSAY_INSTANTIATE(Device, T)                                                             \
    template class LearnedLista<Device, T>;                                                      \
    template class LearnedTrainer<Device, T>;                                                    \
    template LearnedGradient<Device, T> learned_gradient(                                        \
        const LearnedLista<Device, T>&, const LearnedTrace<Device, T>&, const Array<Device, T>&, \
        const Array<Device, T>&, std::size_t);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
