#include "solvers/deep/instance.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "solvers/deep/coherence.hpp"
#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

const std::vector<InstanceShape>& shapes() {
    static const std::vector<InstanceShape> all = {
        {"tiny", 13, 2, {{2, 8}}, 1, true},          {"S", 127, 3, {{3, 12}}, 1, true},
        {"I", 521, 5, {{5, 20}}, 2, true},           {"I'", 1021, 6, {{6, 24}}, 2, true},
        {"II", 521, 4, {{4, 16}, {2, 32}}, 1, true}, {"III", 2053, 6, {{6, 24}, {6, 48}}, 2, false},
        {"edge", 257, 4, {{4, 16}}, 2, true},
    };
    return all;
}

bool is_odd_prime(std::size_t p) {
    if (p < 3 || p % 2 == 0) return false;
    for (std::size_t k = 3; k * k <= p; k += 2)
        if (p % k == 0) return false;
    return true;
}

std::vector<std::size_t> sparsities(const InstanceShape& shape) {
    std::vector<std::size_t> all{shape.sparsity};
    for (std::size_t j = shape.deeper.size(); j-- > 0;) all.push_back(all.back() * shape.deeper[j].taps);
    std::reverse(all.begin(), all.end());
    return all;
}

}  // namespace

const InstanceShape& instance_shape(std::string_view name) {
    for (const InstanceShape& shape : shapes())
        if (shape.name == name) return shape;
    std::string known;
    for (const std::string& other : instance_names()) known += (known.empty() ? "" : ", ") + other;
    throw Error("there is no instance '" + std::string(name) + "'", "deep sparse coding",
                "the instances are " + known);
}

std::vector<std::string> instance_names() {
    std::vector<std::string> names;
    for (const InstanceShape& shape : shapes()) names.push_back(shape.name);
    return names;
}

CircularDictionary zadoff_chu(std::size_t length, std::size_t sequences) {
    if (!is_odd_prime(length) || sequences == 0 || sequences >= length) {
        throw Error(std::to_string(sequences) + " sequences of length " + std::to_string(length),
                    "Zadoff-Chu",
                    "the length must be an odd prime, and the sequences fewer than it and one at least");
    }
    std::vector<std::vector<Tap>> atoms;
    for (std::size_t u = 1; u <= sequences; ++u) {
        std::vector<Tap> real, turned;
        for (std::size_t t = 0; t < length; ++t) {
            // In integers modulo 2 p, or the phase of a long sequence would be lost to rounding.
            const std::size_t phase = u * (t * (t + 1) % (2 * length)) % (2 * length);
            const double angle = std::numbers::pi * static_cast<double>(phase) / static_cast<double>(length);
            const double size = 1.0 / std::sqrt(static_cast<double>(length));
            const double re = size * std::cos(angle), im = size * std::sin(angle);
            real.insert(real.end(), {{0, t, re}, {1, t, im}});
            turned.insert(turned.end(), {{0, t, -im}, {1, t, re}});
        }
        atoms.push_back(std::move(real));
        atoms.push_back(std::move(turned));
    }
    return {length, 2, std::move(atoms)};
}

CircularDictionary tap_dictionary(std::size_t length, std::size_t inputs, const TapLayer& layer,
                                  TapSigns signs, std::uint64_t seed, std::string_view purpose) {
    const std::size_t groups = layer.taps == 0 ? 0 : inputs / layer.taps;
    if (groups == 0 || inputs % layer.taps != 0 || layer.channels == 0 || layer.channels > groups * length) {
        throw Error(std::to_string(layer.channels) + " channels of " + std::to_string(layer.taps) +
                        " taps on " + std::to_string(inputs) + " input channels of length " +
                        std::to_string(length),
                    "sparse-tap dictionary",
                    "the taps must divide the inputs, and each group of channels may hold as many atoms as "
                    "there are positions");
    }
    const double size = 1.0 / std::sqrt(static_cast<double>(layer.taps));
    Random random(seed, purpose);
    std::vector<std::vector<Tap>> atoms;
    for (std::size_t b = 0; b < layer.channels; ++b) {
        const std::size_t group = b % groups, multiplier = b / groups;
        std::vector<Tap> atom;
        for (std::size_t i = 0; i < layer.taps; ++i) {
            const double sign = signs == TapSigns::positive ? 1.0 : random.sign();
            atom.push_back({group * layer.taps + i, multiplier * i % length, sign * size});
        }
        atoms.push_back(std::move(atom));
    }
    return {length, inputs, std::move(atoms)};
}

double DeepInstance::layer_contraction(std::size_t j) const {
    return solvers::contraction(sparsity[j], coherence[j]);
}

double DeepInstance::contraction() const {
    return solvers::contraction(sparsity.back(), weighted_coherence);
}

bool DeepInstance::layerwise_certified() const {
    for (std::size_t j = 0; j < depth(); ++j)
        if (!(layer_contraction(j) < 1.0)) return false;
    return true;
}

void DeepInstance::require_certified() const {
    const std::string where = "instance " + shape.name;
    const double welch = 1.0 / std::sqrt(static_cast<double>(shape.length));
    if (!(coherence[0] <= welch + 1e-12))
        throw Error("mu(D_1) = " + std::to_string(coherence[0]) + " is above 1/sqrt(p)", where);
    for (std::size_t j = 1; j < depth(); ++j) {
        const double expected = 1.0 / static_cast<double>(shape.deeper[j - 1].taps);
        if (!(std::abs(coherence[j] - expected) < 1e-5))
            throw Error("mu(D_" + std::to_string(j + 1) + ") = " + std::to_string(coherence[j]) +
                            " is not 1/t = " + std::to_string(expected),
                        where);
    }
    const char* hint = "the coherence of a product depends on the signs of the taps: take another seed";
    if (!certified()) {
        throw Error("(2 lambda_J - 1) mu~(D_[J]) = " + std::to_string(contraction()) + " is not below 1",
                    where, hint);
    }
    if (shape.layerwise && !layerwise_certified())
        throw Error("a layer's (2 lambda_j - 1) mu(D_j) is not below 1", where, hint);
}

DeepInstance make_instance(const InstanceShape& shape, TapSigns signs, std::uint64_t seed) {
    std::vector<CircularDictionary> layers{zadoff_chu(shape.length, shape.sequences)};
    for (const TapLayer& layer : shape.deeper) {
        const std::string purpose = "tap signs " + std::to_string(layers.size() + 1);
        layers.push_back(tap_dictionary(shape.length, layers.back().channels(), layer, signs, seed, purpose));
    }
    std::vector<ShiftGram> grams;
    std::vector<double> coherence;
    for (const CircularDictionary& layer : layers) {
        grams.push_back(gram(layer));
        coherence.push_back(mutual_coherence(grams.back()));
    }
    ShiftGram effective = grams[0];
    for (std::size_t j = 1; j < layers.size(); ++j) effective = gram_of_product(effective, layers[j]);
    const double mu = mutual_coherence(effective), weighted = matched_coherence(effective);
    return {shape,
            std::move(layers),
            std::move(grams),
            std::move(effective),
            sparsities(shape),
            std::move(coherence),
            mu,
            weighted};
}

CircularDictionary effective_dictionary(const DeepInstance& instance) {
    CircularDictionary D = instance.layers[0];
    for (std::size_t j = 1; j < instance.depth(); ++j) D = product(D, instance.layers[j]);
    return D;
}

}  // namespace assay::solvers
