#include "solvers/deep/activated_chain.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

namespace assay::solvers {

using Matrix = Array<Cpu, double>;

void ActivatedThreshold::validate() const {
    if (!(scale > 0.0 && std::isfinite(scale)))
        throw Error("the activation's scale c = " + std::to_string(scale) + " is not above 0",
                    "activated threshold");
    if (exact_leaky && (kind != ActivationKind::leaky_relu || !(slope >= 0.0 && slope < 1.0)))
        throw Error("only a leaky ReLU with a slope in [0, 1) has the exact form", "activated threshold");
}

double ActivatedThreshold::operator()(double x, double a) const {
    const auto rho = [this](double t) {
        const double value = activate(kind, slope, scale * t) / scale;
        if (!exact_leaky) return value;
        return (value + slope * activate(kind, slope, -scale * t) / scale) / (1.0 - slope * slope);
    };
    return rho(x - a) - rho(-x - a);
}

LayerChain::LayerChain(const DeepInstance& instance)
    : instance_(instance), first_(dense(instance.layers[0])) {}

Matrix LayerChain::through(std::size_t layer, bool transposed, const Matrix& X) const {
    const CircularDictionary& D = instance_.layers[layer];
    Matrix result(transposed ? D.cols() : D.rows(), X.cols());
    if (layer == 0) {
        gemm(transposed ? Op::transpose : Op::none, Op::none, 1.0, first_, X, 0.0, result);
        return result;
    }
    for (std::size_t i = 0; i < X.cols(); ++i) {
        const std::vector<double> column =
            transposed ? D.transposed_times(X.column(i)) : D.times(X.column(i));
        std::copy(column.begin(), column.end(), result.data() + i * result.rows());
    }
    return result;
}

Matrix LayerChain::carry(std::size_t layer, bool transposed, const Matrix& X, Carried carried) const {
    if (carried == Carried::signed_values) return through(layer, transposed, X);
    Matrix positive = X.copy(), negative = X.copy();
    for (std::size_t i = 0; i < X.size(); ++i) {
        positive.data()[i] = std::max(X.data()[i], 0.0);
        negative.data()[i] = std::max(-X.data()[i], 0.0);
    }
    Matrix result = through(layer, transposed, positive);
    axpy(-1.0, through(layer, transposed, negative), result);
    return result;
}

Matrix LayerChain::times(const Matrix& X, Carried carried) const {
    Matrix V = carry(instance_.depth() - 1, false, X, carried);
    for (std::size_t j = instance_.depth() - 1; j-- > 0;) V = carry(j, false, V, carried);
    return V;
}

Matrix LayerChain::transposed_times(const Matrix& V, Carried carried) const {
    Matrix X = carry(0, true, V, carried);
    for (std::size_t j = 1; j < instance_.depth(); ++j) X = carry(j, true, X, carried);
    return X;
}

Matrix run_chain(const LayerChain& chain, const std::vector<double>& weights,
                 const std::vector<double>& thresholds, const ActivatedThreshold& threshold, const Matrix& Y,
                 const BatchObserver& observer, LayerChain::Carried carried) {
    threshold.validate();
    const CircularDictionary& last = chain.instance().layers.back();
    if (weights.size() != last.channels() || Y.rows() != chain.instance().layers[0].rows())
        throw Error("weights or samples do not fit the instance", "chain of layers");
    Matrix X(last.cols(), Y.cols());
    for (std::size_t k = 0; k < thresholds.size(); ++k) {
        Matrix residual = Y.copy();
        axpy(-1.0, chain.times(X, carried), residual);
        const Matrix Z = chain.transposed_times(residual, carried);
        for (std::size_t i = 0; i < X.size(); ++i) {
            const double w = weights[i % X.rows() / last.length()];
            X.data()[i] = threshold(X.data()[i] + w * Z.data()[i], thresholds[k]);
            if (!std::isfinite(X.data()[i])) throw Diverged("the code of the chain", k + 1);
        }
        if (observer) observer(k + 1, X);
    }
    return X;
}

std::vector<double> matched_factors(const DeepInstance& instance) {
    std::vector<double> factors;
    for (std::size_t b = 0; b < instance.effective_gram.channels(); ++b)
        factors.push_back(1.0 / instance.effective_gram.diagonal(b));
    return factors;
}

double squared_spectral_norm(const LayerChain& chain, std::size_t iterations) {
    Matrix x(chain.instance().layers.back().cols(), 1);
    fill_uniform(1, stream_of("power iteration"), x);
    double value = 0.0;
    for (std::size_t k = 0; k < iterations; ++k) {
        scale(1.0 / norm(x), x);
        x = chain.transposed_times(chain.times(x));
        value = norm(x);
    }
    return value;
}

}  // namespace assay::solvers
