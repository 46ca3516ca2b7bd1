#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "solvers/deep/circular_dictionary.hpp"

/// Deep sparse coding, x_{j-1} = D_j x_j + e_j for j = 1..J with y = x_0 (Li, Feng and Zhou, 2024), on
/// instances whose coherence is known: Zadoff-Chu sequences in the first layer, few taps in the deeper ones.
namespace assay::solvers {

/// c_j channels of t_j taps.
struct TapLayer {
    std::size_t taps, channels;
};

struct InstanceShape {
    std::string name;
    std::size_t length;            ///< p, an odd prime
    std::size_t sequences;         ///< U: D_1 has 2 input and 2 U output channels
    std::vector<TapLayer> deeper;  ///< D_2 .. D_J
    std::size_t sparsity;          ///< lambda_J; lambda_{j-1} = t_j lambda_j
    bool layerwise;                ///< meant to satisfy the condition of every layer, not only that of D_[J]
};

/// tiny, S, I, I', II, III and edge. Throws Error, with the names, for another one.
const InstanceShape& instance_shape(std::string_view name);
std::vector<std::string> instance_names();

enum class TapSigns { random, positive };

/// The real form of the complex sequences a_u(t) = p^(-1/2) exp(i pi u t (t + 1) / p), u = 1..U: each gives
/// the atoms (Re a, Im a) and (-Im a, Re a). Every sequence alone is an orthonormal basis and two of them
/// correlate with modulus p^(-1/2) everywhere, so mu(D_1) is p^(-1/2) at most and D_1 D_1^T = U I. Throws
/// Error unless p is an odd prime and U < p.
CircularDictionary zadoff_chu(std::size_t length, std::size_t sequences);

/// Atom b has tap i in channel g t + i at offset m i mod p with weight +-t^(-1/2), where g = b mod G,
/// m = b div G, G = inputs / t. Two atoms share one tap at most: mu = 1/t. Signs are drawn from the stream
/// `purpose` of the seed. Throws Error unless t divides the inputs and channels / G <= p.
CircularDictionary tap_dictionary(std::size_t length, std::size_t inputs, const TapLayer& layer,
                                  TapSigns signs, std::uint64_t seed, std::string_view purpose);

/// An instance with the quantities that its guarantees consist of, all computed and none assumed.
struct DeepInstance {
    InstanceShape shape;
    std::vector<CircularDictionary> layers;  ///< D_1 .. D_J
    std::vector<ShiftGram> grams;            ///< D_j^T D_j
    ShiftGram effective_gram;                ///< of D_[J] = D_1 .. D_J
    std::vector<std::size_t> sparsity;       ///< lambda_1 .. lambda_J
    std::vector<double> coherence;           ///< mu(D_j)
    double effective_coherence;              ///< mu(D_[J])
    double weighted_coherence;               ///< mu~ attained by W_i = d_i / ||d_i||^2

    std::size_t depth() const { return layers.size(); }  ///< J
    double layer_contraction(std::size_t j) const;       ///< r_j = (2 lambda_j - 1) mu(D_j), j from 0
    double contraction() const;                          ///< r = (2 lambda_J - 1) mu~(D_[J])
    bool certified() const { return contraction() < 1.0; }
    bool layerwise_certified() const;
    /// Throws Error, with the numbers, unless mu(D_1) <= p^(-1/2), mu(D_j) = 1/t_j to 1e-5, r < 1, and where
    /// the shape asks for it r_j < 1 in every layer.
    void require_certified() const;
};

DeepInstance make_instance(const InstanceShape& shape, TapSigns signs, std::uint64_t seed);

/// D_[J] itself.
CircularDictionary effective_dictionary(const DeepInstance& instance);

}  // namespace assay::solvers
