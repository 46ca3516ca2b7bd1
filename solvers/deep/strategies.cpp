#include "solvers/deep/strategies.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

void require_layers(const DeepInstance& instance, const char* what, std::size_t count) {
    if (count == instance.depth()) return;
    throw Error(std::string(what) + " of " + std::to_string(count) + " layers for an instance of " +
                    std::to_string(instance.depth()),
                "layer by layer");
}

/// The largest entry of the layer's W = d / ||d||^2.
double largest_weight(const CircularDictionary& D) {
    double largest = 0.0;
    for (std::size_t b = 0; b < D.channels(); ++b)
        for (const Tap& tap : D.atom(b))
            largest = std::max(largest, std::abs(tap.weight) / D.squared_norm(b));
    return largest;
}

}  // namespace

std::vector<std::vector<double>> codes_of_all_layers(const DeepInstance& instance,
                                                     std::span<const double> deepest) {
    std::vector<std::vector<double>> codes{std::vector<double>(deepest.begin(), deepest.end())};
    for (std::size_t j = instance.depth() - 1; j > 0; --j)
        codes.push_back(instance.layers[j].times(codes.back()));
    std::reverse(codes.begin(), codes.end());
    return codes;
}

CodeError code_error(std::span<const double> x, std::span<const double> truth) {
    CodeError error;
    double squares = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double difference = x[i] - truth[i];
        error.l1 += std::abs(difference);
        squares += difference * difference;
        error.support_inside = error.support_inside && (x[i] == 0.0 || truth[i] != 0.0);
    }
    error.l2 = std::sqrt(squares);
    return error;
}

CodeBounds code_bounds(const DeepInstance& instance, double nu) {
    return {instance.sparsity.back(), instance.weighted_coherence,
            static_cast<double>(instance.shape.sparsity), nu};
}

std::vector<Certificate> certify_layers(const DeepInstance& instance, std::span<const double> starts,
                                        std::span<const double> noise,
                                        std::span<const std::size_t> iterations) {
    require_layers(instance, "bounds", starts.size());
    require_layers(instance, "noise", noise.size());
    require_layers(instance, "iterations", iterations.size());
    std::vector<Certificate> result;
    for (std::size_t j = 0; j < instance.depth(); ++j) {
        double nu = noise[j];
        if (j > 0) nu += largest_weight(instance.layers[j]) * result.back().errors.back();
        result.push_back(
            certify({instance.sparsity[j], instance.coherence[j], starts[j], nu}, iterations[j]));
    }
    return result;
}

std::vector<double> code_bounds_of_layers(const InstanceShape& shape) {
    std::vector<double> bounds{static_cast<double>(shape.sparsity)};
    for (std::size_t j = shape.deeper.size(); j-- > 0;)
        bounds.push_back(bounds.back() * std::sqrt(static_cast<double>(shape.deeper[j].taps)));
    std::reverse(bounds.begin(), bounds.end());
    return bounds;
}

double deepest_gain(const DeepInstance& instance) {
    return error_floor({instance.sparsity.back(), instance.weighted_coherence, 0.0, 1.0});
}

double layerwise_gain(const DeepInstance& instance) {
    double gain = 1.0;
    for (std::size_t j = 0; j < instance.depth(); ++j) {
        gain *= error_floor({instance.sparsity[j], instance.coherence[j], 0.0, 1.0});
        if (j > 0) gain *= largest_weight(instance.layers[j]);
    }
    return gain;
}

DeepCoder::DeepCoder(const DeepInstance& instance)
    : instance_(instance), effective_(CoupledGram::matched(instance.effective_gram)) {
    for (const ShiftGram& gram : instance.grams) layers_.push_back(CoupledGram::matched(gram));
}

std::vector<double> DeepCoder::effective_correlations(std::span<const double> first) const {
    std::vector<double> b(first.begin(), first.end());
    for (std::size_t j = 1; j < instance_.depth(); ++j) b = instance_.layers[j].transposed_times(b);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] *= effective_.factor(i / instance_.shape.length);
    return b;
}

std::vector<double> DeepCoder::deepest_first(std::span<const double> first, std::size_t iterations,
                                             const ThresholdRule& rule, const CodeObserver& observer) const {
    const std::vector<double> b = effective_correlations(first);
    return lista_cp(effective_, b, iterations, rule, observer);
}

std::vector<std::vector<double>> DeepCoder::layer_by_layer(std::span<const double> first,
                                                           std::span<const std::size_t> iterations,
                                                           const LayerRule& rule, const Mend& mend) const {
    require_layers(instance_, "iterations", iterations.size());
    std::vector<std::vector<double>> codes;
    std::vector<double> input(first.begin(), first.end());
    for (std::size_t j = 0; j < instance_.depth(); ++j) {
        std::vector<double> b = j == 0 ? input : instance_.layers[j].transposed_times(input);
        for (std::size_t i = 0; i < b.size(); ++i) b[i] *= layers_[j].factor(i / instance_.shape.length);
        codes.push_back(lista_cp(layers_[j], b, iterations[j], rule(j, input)));
        if (mend) mend(j, codes.back());
        input = codes.back();
    }
    return codes;
}

}  // namespace assay::solvers
