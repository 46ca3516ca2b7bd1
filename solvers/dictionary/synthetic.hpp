#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "solvers/device/primitives.hpp"
#include "solvers/device/transfer.hpp"
#include "solvers/dictionary/measures.hpp"

/// The synthetic model x = D* z* + noise of PUDLE (Section 3 and Appendix) and the measures of a dictionary's
/// error. Everything is drawn on the host in double from counter-based streams and rounded to T, so a set has
/// the same numbers on every device. Sample i depends on (seed, i) only: a set of 2000 is the beginning of a
/// set of 10 000.
namespace assay::solvers {

enum class Amplitude {
    uniform,  ///< |z_j| ~ U[low, high)
    normal    ///< z_j ~ N(mean, deviation^2) before the sign
};

enum class Signs {
    common,       ///< one random sign for all entries of a sample, as in the authors' code
    independent,  ///< one random sign an entry, as in Assumption 3.3
    positive      ///< none
};

/// How a code is drawn: `nonzeros` of the p indices without replacement, then amplitudes and signs.
struct CodeLaw {
    std::size_t nonzeros = 5;  ///< s
    Amplitude amplitude = Amplitude::uniform;
    double low = 1.0;
    double high = 2.0;
    double mean = 5.0;
    double deviation = 1.0;
    Signs signs = Signs::common;
};

/// Host generators behind the templates below; column-major values.
namespace host {
std::vector<double> random_dictionary(std::size_t m, std::size_t p, std::uint64_t seed);
std::vector<double> orthogonal_dictionary(std::size_t m, std::uint64_t seed);
std::vector<double> perturbed_dictionary(std::size_t m, std::size_t p, std::vector<double> D, double tau,
                                         std::uint64_t seed);
template <class T>
std::vector<T> sparse_codes(const CodeLaw& law, std::size_t p, std::size_t first, std::size_t count,
                            std::uint64_t seed);
template <class T>
std::vector<T> noise(double deviation, std::size_t m, std::size_t first, std::size_t count,
                     std::uint64_t seed);
}  // namespace host

/// Gaussian entries, then unit-norm columns (m x p); stream "dictionary" of the seed.
template <class Device, class T>
Array<Device, T> random_dictionary(std::size_t m, std::size_t p, std::uint64_t seed) {
    return to_device<Device, T>(m, p, host::random_dictionary(m, p, seed));
}

/// Haar-distributed orthogonal m x m matrix: the Q of a Gaussian matrix, its signs fixed by a positive
/// diagonal of R.
template <class Device, class T>
Array<Device, T> orthogonal_dictionary(std::size_t m, std::uint64_t seed) {
    return to_device<Device, T>(m, m, host::orthogonal_dictionary(m, seed));
}

/// normalise(D + tau N) with N standard Gaussian, entry by entry; stream "perturbation" of the seed. The
/// relative error to D is about sqrt(2 - 2 / sqrt(1 + tau^2 m)).
template <class Device, class T>
Array<Device, T> perturbed_dictionary(const Array<Device, T>& D, double tau, std::uint64_t seed) {
    std::vector<T> values = D.to_host();
    std::vector<double> wide(values.begin(), values.end());
    return to_device<Device, T>(D.rows(), D.cols(),
                                host::perturbed_dictionary(D.rows(), D.cols(), std::move(wide), tau, seed));
}

/// The codes z*_first .. z*_{first+count-1} (p x count); the streams "support", "amplitude" and "sign" of the
/// seed. Throws Error when the law asks for more non-zeros than p or for low > high.
template <class Device, class T>
Array<Device, T> sparse_codes(const CodeLaw& law, std::size_t p, std::size_t first, std::size_t count,
                              std::uint64_t seed) {
    return Array<Device, T>::from_host(p, count, host::sparse_codes<T>(law, p, first, count, seed));
}

/// X <- X + deviation N for the samples first .. first + cols - 1 (X is m x cols); stream "noise" of the
/// seed.
template <class Device, class T>
void add_noise(double deviation, std::size_t first, std::uint64_t seed, Array<Device, T>& X) {
    if (deviation == 0.0) return;
    const std::vector<T> noise = host::noise<T>(deviation, X.rows(), first, X.cols(), seed);
    axpy(T(1), Array<Device, T>::from_host(X.rows(), X.cols(), noise), X);
}

/// Samples with the codes that made them.
template <class Device, class T>
struct SampleSet {
    Array<Device, T> codes;    ///< z*, p x count
    Array<Device, T> samples;  ///< x = D* z* + noise, m x count
};

/// Samples first .. first + count - 1 of the set that belongs to the seed.
template <class Device, class T>
SampleSet<Device, T> draw_samples(const Array<Device, T>& D, const CodeLaw& law, double noise_deviation,
                                  std::size_t first, std::size_t count, std::uint64_t seed) {
    SampleSet<Device, T> set{sparse_codes<Device, T>(law, D.cols(), first, count, seed),
                             Array<Device, T>(D.rows(), count)};
    gemm(Op::none, Op::none, T(1), D, set.codes, T(0), set.samples);
    add_noise(noise_deviation, first, seed, set.samples);
    return set;
}

}  // namespace assay::solvers
