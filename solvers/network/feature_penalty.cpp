#include "solvers/network/feature_penalty.hpp"

#include <cmath>
#include <vector>

#include "solvers/device/primitives.hpp"

namespace assay::solvers {
namespace {

template <class Device>
Array<Device, float> signs(const Array<Device, float>& X) {
    Array<Device, float> S(X.rows(), X.cols());
    add_sign(1.0F, X, S);
    return S;
}

/// X diag(factors): a column times a number of its own.
template <class Device>
void add_scaled_columns(const Array<Device, float>& X, const std::vector<float>& factors,
                        Array<Device, float>& Y) {
    std::vector<float> diagonal(factors.size() * factors.size(), 0.0F);
    for (std::size_t i = 0; i < factors.size(); ++i) diagonal[i * factors.size() + i] = factors[i];
    gemm(Op::none, Op::none, 1.0F, X,
         Array<Device, float>::from_host(factors.size(), factors.size(), diagonal), 1.0F, Y);
}

}  // namespace

template <class Device>
double feature_norm(FeatureNorm norm, const Array<Device, float>& X) {
    if (norm == FeatureNorm::l1) return dot(signs(X), X);
    if (norm == FeatureNorm::l2_squared) return dot(X, X);
    const std::vector<double> sums = column_dots(signs(X), X), squares = column_dots(X, X);
    double total = 0.0;
    for (std::size_t i = 0; i < sums.size(); ++i)
        total += squares[i] > 0 ? sums[i] / std::sqrt(squares[i]) : 0.0;
    return total;
}

template <class Device>
Array<Device, float> feature_norm_gradient(FeatureNorm norm, double weight, const Array<Device, float>& X) {
    Array<Device, float> G(X.rows(), X.cols());
    if (norm == FeatureNorm::l1) {
        add_sign(static_cast<float>(weight), X, G);
    } else if (norm == FeatureNorm::l2_squared) {
        axpy(static_cast<float>(2.0 * weight), X, G);
    } else {  // sign(x) / ||x||_2 - x ||x||_1 / ||x||_2^3
        const Array<Device, float> S = signs(X);
        const std::vector<double> sums = column_dots(S, X), squares = column_dots(X, X);
        std::vector<float> along_sign(X.cols(), 0.0F), along_x(X.cols(), 0.0F);
        for (std::size_t i = 0; i < X.cols(); ++i) {
            if (squares[i] == 0.0) continue;
            along_sign[i] = static_cast<float>(weight / std::sqrt(squares[i]));
            along_x[i] = static_cast<float>(-weight * sums[i] / (squares[i] * std::sqrt(squares[i])));
        }
        add_scaled_columns(S, along_sign, G);
        add_scaled_columns(X, along_x, G);
    }
    return G;
}

#define ASSAY_INSTANTIATE(Device)                                           \
    template double feature_norm(FeatureNorm, const Array<Device, float>&); \
    template Array<Device, float> feature_norm_gradient(FeatureNorm, double, const Array<Device, float>&);
ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
