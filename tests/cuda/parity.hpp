#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/device/random.hpp"

/// What the parity tests share: equal data on both devices, drawn without libm so that it is the same
/// everywhere.
namespace assay::solvers::parity {

/// Unit roundoff's double: the spacing of T at 1.
template <class T>
constexpr double epsilon = std::numeric_limits<T>::epsilon();

/// Uniform on (-1, 1), with every `zero_every`-th entry exactly zero (0: none).
template <class T>
std::vector<T> draw(std::size_t count, std::uint64_t seed, std::size_t zero_every = 0) {
    Random random(seed, "parity");
    std::vector<T> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = static_cast<T>(random.uniform(-1, 1));
        if (zero_every != 0 && i % zero_every == 0) values[i] = T(0);
    }
    return values;
}

/// The same matrix on both devices.
template <class T>
struct Pair {
    Array<Cpu, T> cpu;
    Array<Cuda, T> gpu;

    Pair(std::size_t rows, std::size_t cols, std::uint64_t seed, std::size_t zero_every = 0)
        : Pair(rows, cols, draw<T>(rows * cols, seed, zero_every)) {}
    Pair(std::size_t rows, std::size_t cols, const std::vector<T>& values)
        : cpu(Array<Cpu, T>::from_host(rows, cols, values)),
          gpu(Array<Cuda, T>::from_host(rows, cols, values)) {}
    /// The GPU's copy of a matrix of the CPU.
    explicit Pair(const Array<Cpu, T>& A) : Pair(A.rows(), A.cols(), A.to_host()) {}

    bool equal_bits() const { return cpu.to_host() == gpu.to_host(); }
};

/// The largest |a - b| over the entries; NaN counts as infinite.
template <class T>
double largest_difference(const std::vector<T>& a, const std::vector<T>& b) {
    double largest = a.size() == b.size() ? 0 : std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
        if (!(difference <= largest))
            largest = difference == difference ? difference : std::numeric_limits<double>::infinity();
    }
    return largest;
}

template <class T>
double largest_entry(const std::vector<T>& a) {
    return largest_difference(a, std::vector<T>(a.size()));
}

}  // namespace assay::solvers::parity
