#include "solvers/sparse/truncated_backpropagation.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/primitives.hpp"

namespace assay::solvers {

template <class Device, class T>
TruncatedBackpropagation<Device, T>::TruncatedBackpropagation(const LassoIteration& options, const Matrix& D,
                                                              const Matrix& X)
    : options_(options), B_(D.cols(), X.cols()), before_(D.cols(), X.cols()), code_(D.cols(), X.cols()) {
    require_problem("truncated_backpropagation", "the dictionary D", D, X);
    D_ = D.copy();
    X_ = X.copy();
    G_ = gram(D);
    gemm(Op::transpose, Op::none, T(1), D_, X_, T(0), B_);
}

template <class Device, class T>
void TruncatedBackpropagation<Device, T>::iterate() {
    const double mu = options_.accelerated && iterations_ > 0 ? momentum_.next() : 0.0;
    Matrix y(code_.rows(), code_.cols());
    extrapolate(mu, code_, before_, y);
    Matrix z = y.copy();
    gradient_step(y, z);
    axpy(static_cast<T>(options_.step), B_, z);
    shrink_all(Shrinkage::soft, static_cast<T>(options_.step * options_.lambda), z);
    before_ = std::move(code_);
    code_ = z.copy();
    layers_.push_back({mu, std::move(y), std::move(z)});
    if (layers_.size() > options_.memory) layers_.pop_front();
    ++iterations_;
}

template <class Device, class T>
std::vector<Array<Device, T>> TruncatedBackpropagation<Device, T>::gradients(
    std::span<const std::size_t> depths) const {
    check(depths);
    const T mean = T(1) / static_cast<T>(X_.cols());
    Matrix R = X_.copy();
    gemm(Op::none, Op::none, T(1), D_, code_, T(-1), R);
    Matrix g(D_.rows(), D_.cols());
    gemm(Op::none, Op::transpose, mean, R, code_, T(0), g);
    Matrix u(D_.cols(), X_.cols()), carried(D_.cols(), X_.cols());
    gemm(Op::transpose, Op::none, T(1), D_, R, T(0), u);
    add_sign(static_cast<T>(options_.lambda), code_, u);
    std::vector<Matrix> result;
    std::size_t done = 0;
    for (const std::size_t depth : depths) {
        for (; done < std::min(depth, layers_.size()); ++done)
            step_back(layers_[layers_.size() - 1 - done], mean, g, u, carried);
        result.push_back(g.copy());
    }
    return result;
}

template <class Device, class T>
void TruncatedBackpropagation<Device, T>::check(std::span<const std::size_t> depths) const {
    for (std::size_t i = 0; i < depths.size(); ++i) {
        if (depths[i] > options_.memory) {
            throw Error("depth " + std::to_string(depths[i]) + " is beyond the memory of " +
                            std::to_string(options_.memory) + " iterations",
                        "truncated_backpropagation", "raise LassoIteration::memory");
        }
        if (i > 0 && depths[i] <= depths[i - 1]) {
            throw Error("the depths do not increase", "truncated_backpropagation", "sort them, each once");
        }
    }
}

/// z <- z - alpha G y.
template <class Device, class T>
void TruncatedBackpropagation<Device, T>::gradient_step(const Matrix& y, Matrix& z) const {
    gemm(Op::none, Op::none, static_cast<T>(-options_.step), G_, y, T(1), z);
}

/// u is the derivative with respect to the layer's z, `carried` what later layers already know about the one
/// with respect to the z before; both move back by one layer.
template <class Device, class T>
void TruncatedBackpropagation<Device, T>::step_back(const Layer& layer, T mean, Matrix& g, Matrix& u,
                                                    Matrix& carried) const {
    const T weight = static_cast<T>(-options_.step) * mean;
    keep_where_nonzero(layer.z, u);
    Matrix R = X_.copy(), Dv(X_.rows(), X_.cols());
    gemm(Op::none, Op::none, T(1), D_, layer.y, T(-1), R);
    gemm(Op::none, Op::transpose, weight, R, u, T(1), g);
    gemm(Op::none, Op::none, T(1), D_, u, T(0), Dv);
    gemm(Op::none, Op::transpose, weight, Dv, layer.y, T(1), g);
    Matrix w = u.copy();
    gradient_step(u, w);
    u = std::move(carried);
    axpy(static_cast<T>(1.0 + layer.mu), w, u);
    scale(static_cast<T>(-layer.mu), w);
    carried = std::move(w);
}

#define ASSAY_INSTANTIATE(Device, T) template class TruncatedBackpropagation<Device, T>;
ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
