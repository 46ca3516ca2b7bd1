#include "solvers/deep/lista_cp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "solvers/error.hpp"
#include "solvers/proximal/threshold.hpp"

namespace assay::solvers {

Certificate certify(const CodeBounds& bounds, std::size_t iterations) {
    const auto allowed = [](double value) { return value >= 0.0 && std::isfinite(value); };
    if (bounds.sparsity == 0 || !allowed(bounds.coherence) || !allowed(bounds.start) ||
        !allowed(bounds.noise)) {
        throw Error("the bounds of the code are not usable", "certified thresholds",
                    "give a sparsity of 1 or more, and coherence, start and noise that are finite and not "
                    "negative");
    }
    const double s = static_cast<double>(bounds.sparsity), mu = bounds.coherence, nu = bounds.noise;
    Certificate result{{}, {bounds.start}};
    for (std::size_t k = 0; k < iterations; ++k) {
        const double E = result.errors.back();
        result.thresholds.push_back(mu * E + nu);
        result.errors.push_back((2.0 * s - 1.0) * mu * E + 2.0 * s * nu);
    }
    return result;
}

double error_floor(const CodeBounds& bounds) {
    const double s = static_cast<double>(bounds.sparsity), r = (2.0 * s - 1.0) * bounds.coherence;
    return r < 1.0 ? 2.0 * s * bounds.noise / (1.0 - r) : std::numeric_limits<double>::infinity();
}

ThresholdRule certified_rule(const Certificate& certificate) {
    return [thresholds = certificate.thresholds](std::size_t k, std::span<const double>) {
        return thresholds.at(k);
    };
}

ThresholdRule oracle_rule(const CodeBounds& bounds, std::span<const double> truth) {
    return [bounds, truth](std::size_t, std::span<const double> x) {
        double error = 0.0;
        for (std::size_t i = 0; i < x.size(); ++i) error += std::abs(x[i] - truth[i]);
        return bounds.coherence * error + bounds.noise;
    };
}

ThresholdRule geometric_rule(double first, double ratio, double lowest) {
    if (!(first > 0.0) || !(ratio > 0.0 && ratio < 1.0) || !(lowest >= 0.0)) {
        throw Error("thresholds from " + std::to_string(first) + " by the factor " + std::to_string(ratio),
                    "geometric thresholds", "begin above 0, with a factor between 0 and 1");
    }
    return [=](std::size_t k, std::span<const double>) {
        return std::max(first * std::pow(ratio, static_cast<double>(k)), lowest);
    };
}

CoupledGram::CoupledGram(const ShiftGram& M)
    : length_(M.length()), channels_(M.channels()), factors_(M.channels(), 1.0) {
    for (std::size_t b = 0; b < channels_; ++b)
        columns_.insert(columns_.end(), M.column(b).begin(), M.column(b).end());
}

CoupledGram CoupledGram::matched(const ShiftGram& gram) {
    CoupledGram result(gram);
    for (std::size_t b = 0; b < result.channels_; ++b) result.factors_[b] = 1.0 / gram.diagonal(b);
    for (std::size_t k = 0; k < result.columns_.size(); ++k) {
        const std::size_t channel = k % result.size() / result.length_;
        const std::size_t column = k / result.size();
        result.columns_[k] = gram.column(column)[k % result.size()] * result.factors_[channel];
    }
    return result;
}

void CoupledGram::add_column(double a, std::size_t j, std::span<double> z) const {
    const std::size_t shift = (length_ - j % length_) % length_;
    const double* column = columns_.data() + j / length_ * size();
    for (std::size_t c = 0; c < channels_; ++c)
        add_rotated(a, column + c * length_, shift, length_, z.data() + c * length_);
}

std::vector<double> lista_cp(const CoupledGram& M, std::span<const double> b, std::size_t iterations,
                             const ThresholdRule& rule, const CodeObserver& observer) {
    if (b.size() != M.size()) {
        throw Error(
            "W^T y has " + std::to_string(b.size()) + " entries, the code " + std::to_string(M.size()),
            "LISTA-CP");
    }
    std::vector<double> x(b.size()), z(b.size());
    std::vector<std::size_t> support;
    for (std::size_t k = 0; k < iterations; ++k) {
        const double theta = rule(k, x);
        std::copy(b.begin(), b.end(), z.begin());
        for (const std::size_t j : support) M.add_column(-x[j], j, z);
        for (const std::size_t j : support) z[j] += x[j];
        support.clear();
        bool finite = true;
        for (std::size_t i = 0; i < x.size(); ++i) {
            finite = finite && std::isfinite(z[i]);  // of x it would not show: the threshold takes NaN to 0
            x[i] = shrink(Shrinkage::soft, z[i], theta);
            if (x[i] != 0.0) support.push_back(i);
        }
        if (!finite) throw Diverged("the code of LISTA-CP", k + 1);
        if (observer) observer(k + 1, x);
    }
    return x;
}

}  // namespace assay::solvers
