#include "solvers/dictionary/synthetic.hpp"

#include <algorithm>
#include <armadillo>
#include <cmath>
#include <numeric>
#include <string>

#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

namespace assay::solvers::host {

namespace {

std::vector<double> gaussian(std::size_t count, std::uint64_t seed, std::string_view purpose) {
    Random random(seed, purpose);
    std::vector<double> values(count);
    for (double& value : values) value = random.normal();
    return values;
}

void normalize(std::size_t m, std::vector<double>& D) {
    for (std::size_t start = 0; start < D.size(); start += m) {
        double square = 0.0;
        for (std::size_t i = 0; i < m; ++i) square += D[start + i] * D[start + i];
        const double length = std::sqrt(square);
        if (length == 0.0) continue;
        for (std::size_t i = 0; i < m; ++i) D[start + i] /= length;
    }
}

void check_law(const CodeLaw& law, std::size_t p) {
    if (law.nonzeros > p) {
        throw Error("a code of length " + std::to_string(p) + " cannot have " + std::to_string(law.nonzeros) +
                        " non-zeros",
                    "sparse_codes", "lower the number of non-zeros s or raise the number of atoms p");
    }
    if (law.amplitude == Amplitude::uniform && !(law.low <= law.high)) {
        throw Error("the amplitudes' lower end " + std::to_string(law.low) + " is above their upper end " +
                        std::to_string(law.high),
                    "sparse_codes", "exchange low and high");
    }
    if (law.amplitude == Amplitude::normal && !(law.deviation >= 0.0)) {
        throw Error("the amplitudes' standard deviation " + std::to_string(law.deviation) + " is negative",
                    "sparse_codes", "give a deviation of 0 or more");
    }
}

/// Draws s indices by the first s steps of Fisher-Yates on `order` (0..p-1) and undoes them, so that a sample
/// costs s and not p.
void draw_support(Random& random, std::vector<std::size_t>& order, std::vector<std::size_t>& support) {
    const std::size_t s = support.size();
    std::vector<std::size_t> swapped(s);
    for (std::size_t k = 0; k < s; ++k) {
        swapped[k] = k + random.below(order.size() - k);
        std::swap(order[k], order[swapped[k]]);
        support[k] = order[k];
    }
    for (std::size_t k = s; k-- > 0;) std::swap(order[k], order[swapped[k]]);
}

}  // namespace

std::vector<double> random_dictionary(std::size_t m, std::size_t p, std::uint64_t seed) {
    std::vector<double> D = gaussian(m * p, seed, "dictionary");
    normalize(m, D);
    return D;
}

std::vector<double> orthogonal_dictionary(std::size_t m, std::uint64_t seed) {
    std::vector<double> values = gaussian(m * m, seed, "dictionary");
    const arma::mat A(values.data(), m, m, false, true);
    arma::mat Q, R;
    if (!arma::qr(Q, R, A))
        throw Error("the QR factorisation of a Gaussian matrix failed", "orthogonal_dictionary");
    for (arma::uword j = 0; j < Q.n_cols; ++j) {
        if (R(j, j) < 0.0) Q.col(j) *= -1.0;
    }
    return std::vector<double>(Q.begin(), Q.end());
}

std::vector<double> perturbed_dictionary(std::size_t m, std::size_t p, std::vector<double> D, double tau,
                                         std::uint64_t seed) {
    const std::vector<double> N = gaussian(m * p, seed, "perturbation");
    for (std::size_t i = 0; i < D.size(); ++i) D[i] += tau * N[i];
    normalize(m, D);
    return D;
}

// Supports, amplitudes and signs come from streams of their own, in which sample i starts at a fixed
// position: it can be drawn without its predecessors, and a change of the amplitudes' law leaves supports and
// signs as they are.
template <class T>
std::vector<T> sparse_codes(const CodeLaw& law, std::size_t p, std::size_t first, std::size_t count,
                            std::uint64_t seed) {
    check_law(law, p);
    const std::size_t s = law.nonzeros;
    std::vector<T> codes(p * count, T(0));
    std::vector<std::size_t> order(p), support(s);
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = 0; i < count; ++i) {
        Random indices(seed, "support", (first + i) * s);
        Random amplitudes(seed, "amplitude", (first + i) * 2 * s);
        Random signs(seed, "sign", (first + i) * s);
        draw_support(indices, order, support);
        double sign = law.signs == Signs::common ? signs.sign() : 1.0;
        for (const std::size_t j : support) {
            if (law.signs == Signs::independent) sign = signs.sign();
            const double amplitude = law.amplitude == Amplitude::uniform
                                         ? amplitudes.uniform(law.low, law.high)
                                         : law.mean + law.deviation * amplitudes.normal();
            codes[i * p + j] = static_cast<T>(sign * amplitude);
        }
    }
    return codes;
}

template <class T>
std::vector<T> noise(double deviation, std::size_t m, std::size_t first, std::size_t count,
                     std::uint64_t seed) {
    std::vector<T> values(m * count);
    Random random(seed, "noise", first * 2 * m);
    for (T& value : values) value = static_cast<T>(deviation * random.normal());
    return values;
}

template std::vector<float> sparse_codes<float>(const CodeLaw&, std::size_t, std::size_t, std::size_t,
                                                std::uint64_t);
template std::vector<double> sparse_codes<double>(const CodeLaw&, std::size_t, std::size_t, std::size_t,
                                                  std::uint64_t);
template std::vector<float> noise<float>(double, std::size_t, std::size_t, std::size_t, std::uint64_t);
template std::vector<double> noise<double>(double, std::size_t, std::size_t, std::size_t, std::uint64_t);

}  // namespace assay::solvers::host
