#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "solvers/device/portable.hpp"

namespace assay::solvers {

/// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011): ten rounds on a 128-bit counter under a 64-bit key.
struct Philox {
    std::uint32_t counter[4];
    std::uint32_t key[2];

    struct Block {
        std::uint32_t word[4];
    };

    ASSAY_PORTABLE static std::uint32_t high(std::uint32_t a, std::uint32_t b) {
        return static_cast<std::uint32_t>((static_cast<std::uint64_t>(a) * b) >> 32);
    }

    ASSAY_PORTABLE Block operator()() const {
        std::uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
        std::uint32_t k0 = key[0], k1 = key[1];
        for (int round = 0; round < 10; ++round) {
            const std::uint32_t h0 = high(0xD2511F53u, c0), l0 = 0xD2511F53u * c0;
            const std::uint32_t h1 = high(0xCD9E8D57u, c2), l1 = 0xCD9E8D57u * c2;
            c0 = h1 ^ c1 ^ k0;
            c1 = l1;
            c2 = h0 ^ c3 ^ k1;
            c3 = l0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        return {{c0, c1, c2, c3}};
    }
};

/// The uniform number in [0, 1) at position `index` of the stream (seed, stream): 53 random bits.
ASSAY_PORTABLE inline double uniform_at(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
    const Philox philox{{static_cast<std::uint32_t>(index >> 1), static_cast<std::uint32_t>(index >> 33),
                         static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)},
                        {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
    const Philox::Block block = philox();
    const std::uint32_t low = block.word[(index & 1) * 2], high = block.word[(index & 1) * 2 + 1];
    const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 32 | low) >> 11;
    return static_cast<double>(bits) * 0x1.0p-53;
}

/// FNV-1a of a purpose's name: the stream number that keeps draws for different purposes apart.
constexpr std::uint64_t stream_of(std::string_view purpose) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

/// Draws in sequence from one stream. A draw depends only on (seed, purpose, position), never on who drew
/// before in another stream, so results do not change with the order of work.
class Random {
  public:
    /// Starts at `position`, counted in uniforms: sample i of a set starts at i times the uniforms a sample
    /// takes.
    Random(std::uint64_t seed, std::string_view purpose, std::uint64_t position = 0)
        : seed_(seed), stream_(stream_of(purpose)), next_(position) {}

    double uniform() { return uniform_at(seed_, stream_, next_++); }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    /// Box-Muller, cosine branch: two uniforms a draw, so that position and draw stay tied.
    double normal() {
        const double u = 1.0 - uniform(), v = uniform();
        return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * v);
    }
    /// An integer in [0, bound); the bias of at most bound / 2^53 is far below what any test here can see.
    std::uint64_t below(std::uint64_t bound) {
        return static_cast<std::uint64_t>(uniform() * static_cast<double>(bound));
    }
    double sign() { return uniform() < 0.5 ? -1.0 : 1.0; }

  private:
    std::uint64_t seed_;
    std::uint64_t stream_;
    std::uint64_t next_;
};

/// The numbers 0 .. count - 1 in the order of pass `pass` (from 0) over a training set, which depends on seed
/// and pass alone.
inline std::vector<std::size_t> shuffled(std::size_t count, std::size_t pass, std::uint64_t seed) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(seed, "shuffle", pass * count);
    for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    return order;
}

}  // namespace assay::solvers
