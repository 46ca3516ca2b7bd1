#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "solvers/device/random.hpp"
#include "solvers/network/network.hpp"

/// Networks in plain loops and double: what the device's layers are held against. Only the forward pass is
/// written; gradients come from its central differences.
namespace assay::solvers::reference {

struct Batch {
    MapShape shape;
    std::size_t samples = 0;
    std::vector<double> values;

    Batch(const MapShape& of, std::size_t count) : shape(of), samples(count), values(of.size() * count) {}
    double& at(std::size_t n, std::size_t c, std::size_t y, std::size_t x) {
        return values[((n * shape.channels + c) * shape.height + y) * shape.width + x];
    }
    double at(std::size_t n, std::size_t c, std::size_t y, std::size_t x) const {
        return values[((n * shape.channels + c) * shape.height + y) * shape.width + x];
    }
    /// 0 outside the image; the coordinates count from `before` pixels outside.
    double padded(std::size_t n, std::size_t c, std::size_t y, std::size_t x, std::size_t before) const {
        return inside(y, x, before) ? at(n, c, y - before, x - before) : 0.0;
    }
    bool inside(std::size_t y, std::size_t x, std::size_t before) const {
        return y >= before && x >= before && y - before < shape.height && x - before < shape.width;
    }
};

/// f(n, c, y, x) for every entry.
template <class F>
void each(const Batch& batch, F f) {
    for (std::size_t n = 0; n < batch.samples; ++n)
        for (std::size_t c = 0; c < batch.shape.channels; ++c)
            for (std::size_t y = 0; y < batch.shape.height; ++y)
                for (std::size_t x = 0; x < batch.shape.width; ++x) f(n, c, y, x);
}

/// A network's layers on `parameters` (blocks at the graph's offsets) and `statistics`.
struct Layers {
    const std::vector<const Batch*>& inputs;
    Batch& output;
    std::span<const double> weight, bias;      ///< or scale and shift
    const std::vector<float>*mean, *variance;  ///< running ones, null in training

    const Batch& in() const { return *inputs[0]; }
    double bias_of(std::size_t c) const { return bias.empty() ? 0.0 : bias[c]; }

    void operator()(const Convolution& l) const {
        const std::size_t group_in = in().shape.channels / l.groups, group_out = l.channels / l.groups;
        each(output, [&](std::size_t n, std::size_t o, std::size_t y, std::size_t x) {
            double sum = bias_of(o);
            for (std::size_t i = 0; i < group_in; ++i)
                for (std::size_t p = 0; p < l.kernel; ++p)
                    for (std::size_t q = 0; q < l.kernel; ++q)
                        sum += weight[((o * group_in + i) * l.kernel + p) * l.kernel + q] *
                               in().padded(n, o / group_out * group_in + i, y * l.stride + p,
                                           x * l.stride + q, l.padding.before);
            output.at(n, o, y, x) = sum;
        });
    }
    void operator()(const TransposedConvolution& l) const {
        each(output, [&](std::size_t n, std::size_t o, std::size_t y, std::size_t x) {
            output.at(n, o, y, x) = bias_of(o);
        });
        each(in(), [&](std::size_t n, std::size_t i, std::size_t y, std::size_t x) {
            for (std::size_t o = 0; o < l.channels; ++o)
                for (std::size_t p = 0; p < l.kernel; ++p)
                    for (std::size_t q = 0; q < l.kernel; ++q)
                        if (output.inside(y * l.stride + p, x * l.stride + q, l.padding))
                            output.at(n, o, y * l.stride + p - l.padding, x * l.stride + q - l.padding) +=
                                in().at(n, i, y, x) *
                                weight[((i * l.channels + o) * l.kernel + p) * l.kernel + q];
        });
    }
    void operator()(const Linear& l) const {
        const std::size_t size = in().shape.size();
        for (std::size_t n = 0; n < in().samples; ++n)
            for (std::size_t o = 0; o < l.features; ++o) {
                double sum = bias_of(o);
                for (std::size_t i = 0; i < size; ++i)
                    sum += weight[o * size + i] * in().values[n * size + i];
                output.at(n, o, 0, 0) = sum;
            }
    }
    void operator()(const BatchNorm& l) const {
        const double count = static_cast<double>(in().samples * in().shape.pixels());
        std::vector<double> m(in().shape.channels), v(in().shape.channels);
        each(in(), [&](std::size_t n, std::size_t c, std::size_t y, std::size_t x) {
            m[c] += in().at(n, c, y, x) / count;
        });
        each(in(), [&](std::size_t n, std::size_t c, std::size_t y, std::size_t x) {
            v[c] += (in().at(n, c, y, x) - m[c]) * (in().at(n, c, y, x) - m[c]) / count;
        });
        if (mean != nullptr) {
            m.assign(mean->begin(), mean->end());
            v.assign(variance->begin(), variance->end());
        }
        each(output, [&](std::size_t n, std::size_t c, std::size_t y, std::size_t x) {
            const double normal = (in().at(n, c, y, x) - m[c]) / std::sqrt(v[c] + l.epsilon);
            output.at(n, c, y, x) = weight[c] * normal + bias[c];
        });
    }
    void operator()(const Activation& l) const {
        for (std::size_t e = 0; e < output.values.size(); ++e)
            output.values[e] = activate(l.kind, l.slope, in().values[e]);
    }
    template <class Pool>
    void pool(const Pool& l, bool largest) const {
        each(output, [&](std::size_t n, std::size_t c, std::size_t y, std::size_t x) {
            double best = -1e300, sum = 0.0, count = 0.0;
            for (std::size_t p = 0; p < l.kernel; ++p)
                for (std::size_t q = 0; q < l.kernel; ++q) {
                    if (!in().inside(y * l.stride + p, x * l.stride + q, l.padding.before)) continue;
                    const double v = in().padded(n, c, y * l.stride + p, x * l.stride + q, l.padding.before);
                    best = std::max(best, v);
                    sum += v;
                    ++count;
                }
            output.at(n, c, y, x) = largest ? best : sum / count;
        });
    }
    void operator()(const MaxPool& l) const { pool(l, true); }
    void operator()(const AveragePool& l) const { pool(l, false); }
    void operator()(const GlobalAveragePool&) const {
        each(in(), [&](std::size_t n, std::size_t c, std::size_t y, std::size_t x) {
            output.at(n, c, 0, 0) += in().at(n, c, y, x) / static_cast<double>(in().shape.pixels());
        });
    }
    void operator()(const Add&) const {
        for (const Batch* input : inputs)
            for (std::size_t e = 0; e < output.values.size(); ++e) output.values[e] += input->values[e];
    }
    void operator()(const Concat&) const {
        std::size_t first = 0;
        for (const Batch* input : inputs) {
            each(*input, [&](std::size_t n, std::size_t c, std::size_t y, std::size_t x) {
                output.at(n, first + c, y, x) = input->at(n, c, y, x);
            });
            first += input->shape.channels;
        }
    }
    void operator()(const IdentityShortcut& l) const {
        const std::size_t before = (l.channels - in().shape.channels) / 2;
        each(output, [&](std::size_t n, std::size_t c, std::size_t y, std::size_t x) {
            const bool there = c >= before && c - before < in().shape.channels;
            output.at(n, c, y, x) = there ? in().at(n, c - before, y * l.stride, x * l.stride) : 0.0;
        });
    }
};

/// A network's numbers in double.
struct Numbers {
    std::vector<double> parameters, input;
    std::size_t samples;
};

/// All nodes' maps.
inline std::vector<Batch> evaluate(const Network<Cpu>& network, const Numbers& numbers, Mode mode) {
    const Graph& graph = network.graph();
    std::vector<Batch> maps{Batch(graph.shape(0), numbers.samples)};
    maps[0].values = numbers.input;
    for (Node node = 1; node < graph.size(); ++node) {
        const Graph::Entry& entry = graph.entry(node);
        std::vector<const Batch*> inputs;
        for (const Node from : entry.inputs) inputs.push_back(&maps[from]);
        std::span<const double> weight, bias;
        for (const Parameter& p : graph.parameters()) {
            if (p.node != node) continue;
            const std::span block = std::span(numbers.parameters).subspan(p.offset, p.shape.size());
            (weight.empty() ? weight : bias) = block;
        }
        const bool running = std::holds_alternative<BatchNorm>(entry.layer) && mode == Mode::evaluation;
        const auto statistics = running ? network.statistics(node) : typename Network<Cpu>::Statistics{};
        Batch output(entry.shape, numbers.samples);
        std::visit(Layers{inputs, output, weight, bias, running ? &statistics.mean : nullptr,
                          running ? &statistics.variance : nullptr},
                   entry.layer);
        maps.push_back(std::move(output));
    }
    return maps;
}

/// Uniform on (-1, 1).
inline Array<Cpu, float> draw(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    Random random(seed, "reference");
    Array<Cpu, float> X(rows, cols);
    for (std::size_t e = 0; e < X.size(); ++e) X.data()[e] = static_cast<float>(random.uniform(-1, 1));
    return X;
}

/// Parameters that are all different from what a layer could take for granted: scales around 1, the others
/// uniform with variance 1 / fan_in.
inline void draw_parameters(Network<Cpu>& network, std::uint64_t seed) {
    Random random(seed, "reference parameters");
    for (const Parameter& parameter : network.graph().parameters()) {
        std::vector<float> values(parameter.shape.size());
        const double bound = std::sqrt(3.0 / static_cast<double>(parameter.shape.fan_in));
        for (float& value : values) {
            const double scale = parameter.shape.role == ParameterRole::scale ? 1.0 : 0.0;
            value = static_cast<float>(scale + (scale == 0 ? bound : 0.5) * random.uniform(-1, 1));
        }
        network.set_parameter(parameter.name, values);
    }
}

inline Numbers numbers_of(const Network<Cpu>& network, const Array<Cpu, float>& X) {
    const std::vector<float> parameters = network.parameters().to_host(), input = X.to_host();
    return {{parameters.begin(), parameters.end()}, {input.begin(), input.end()}, X.cols()};
}

inline double norm_of(FeatureNorm norm, std::span<const double> x) {
    double sum = 0.0, squares = 0.0;
    for (const double value : x) {
        sum += std::abs(value);
        squares += value * value;
    }
    if (norm == FeatureNorm::l1) return sum;
    return norm == FeatureNorm::l2_squared ? squares : sum / std::sqrt(squares);
}

/// <weights, output> + the penalties: a loss whose gradient by the output is `weights`.
inline double loss(const Network<Cpu>& network, const Numbers& numbers, const Array<Cpu, float>& weights,
                   std::span<const FeaturePenalty> penalties) {
    const std::vector<Batch> maps = evaluate(network, numbers, Mode::training);
    double sum = 0.0;
    for (std::size_t e = 0; e < weights.size(); ++e)
        sum += static_cast<double>(weights.data()[e]) * maps.back().values[e];
    for (const FeaturePenalty& penalty : penalties) {
        const std::vector<double>& values = maps[penalty.node].values;
        const std::size_t size = values.size() / numbers.samples;
        for (std::size_t i = 0; i < numbers.samples; ++i) {
            const std::span x(values.data() + i * size, size);
            sum += penalty.weight * norm_of(penalty.norm, x) / static_cast<double>(numbers.samples);
        }
    }
    return sum;
}

/// The largest |a - b| over the largest |b|.
inline double relative_difference(const std::vector<float>& a, const std::vector<double>& b) {
    double largest = 0.0, size = 0.0;
    for (std::size_t e = 0; e < b.size(); ++e) {
        largest = std::max(largest, std::abs(static_cast<double>(a[e]) - b[e]));
        size = std::max(size, std::abs(b[e]));
    }
    return a.size() == b.size() && size > 0 ? largest / size : 1e300;
}

/// How far a network's gradients are from central differences of the loop's double arithmetic, the worst over
/// the blocks and the input, each relative to its largest entry. Of a block at most `most` entries are tried,
/// spread over it.
inline double gradient_error(const Network<Cpu>& network, const Array<Cpu, float>& X,
                             const Array<Cpu, float>& weights, std::span<const FeaturePenalty> penalties = {},
                             std::size_t most = 40) {
    Numbers numbers = numbers_of(network, X);
    constexpr double h = 1e-6;  // truncation h^2 and rounding 1e-16 / h are both far below float's 6e-8
    const auto difference = [&](double& entry) {
        const double centre = entry;
        entry = centre + h;
        const double above = loss(network, numbers, weights, penalties);
        entry = centre - h;
        const double below = loss(network, numbers, weights, penalties);
        entry = centre;
        return (above - below) / (2 * h);
    };
    const auto error = [&](const std::vector<float>& found, double* entries) {
        std::vector<float> tried;
        std::vector<double> expected;
        const std::size_t step = std::max<std::size_t>(1, found.size() / most) | 1;
        for (std::size_t e = 0; e < found.size(); e += step) {
            tried.push_back(found[e]);
            expected.push_back(difference(entries[e]));
        }
        return relative_difference(tried, expected);
    };
    double worst = error(network.input_gradient().to_host(), numbers.input.data());
    for (const Parameter& parameter : network.graph().parameters())
        worst = std::max(
            worst, error(network.gradient(parameter.name), numbers.parameters.data() + parameter.offset));
    return worst;
}

}  // namespace assay::solvers::reference
