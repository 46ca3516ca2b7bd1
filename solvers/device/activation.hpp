#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "solvers/device/portable.hpp"

/// The activations of the networks and their derivatives, one entry at a time. In float they call no libm but
/// for GELU, so that they vectorise and give equal bits wherever contraction is off.
namespace assay::solvers {

enum class ActivationKind {
    relu,        ///< max(x, 0)
    relu6,       ///< min(max(x, 0), 6)
    leaky_relu,  ///< x for x > 0, else slope x
    elu,         ///< x for x > 0, else slope (e^x - 1)
    swish,       ///< x sigma(x)
    mish,        ///< x tanh(log(1 + e^x))
    gelu         ///< x Phi(x), Phi the normal distribution's function
};

/// e^x - 1 and the power of two in e^x = 2^k e^r, |r| <= log(2)/2: what e^x and e^x - 1 share.
struct FloatExponential {
    float power;      ///< 2^k
    float remainder;  ///< e^r - 1

    /// Cephes' polynomial, below 2 units in the last place; x is held to where 2^k is a normal number.
    ASSAY_PORTABLE explicit FloatExponential(float x) {
        x = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
        const float scaled = x * 1.44269504088896341f;
        const auto k = static_cast<std::int32_t>(scaled + (scaled < 0.0f ? -0.5f : 0.5f));
        const auto whole = static_cast<float>(k);
        const float r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
        float sum = 1.9875691500e-4f;
        sum = sum * r + 1.3981999507e-3f;
        sum = sum * r + 8.3334519073e-3f;
        sum = sum * r + 4.1665795894e-2f;
        sum = sum * r + 1.6666665459e-1f;
        sum = sum * r + 5.0000001201e-1f;
        remainder = sum * (r * r) + r;
        const std::uint32_t bits = (static_cast<std::uint32_t>(k) + 127u) << 23;
        std::memcpy(&power, &bits, sizeof power);
    }
};

/// e^x; NaN stays NaN.
ASSAY_PORTABLE inline float exponential(float x) {
    const FloatExponential e(x);
    const float value = e.power * e.remainder + e.power;
    return x == x ? value : x;
}
ASSAY_PORTABLE inline double exponential(double x) {
    using std::exp;
    return exp(x);
}

/// e^x - 1 without cancellation near 0.
ASSAY_PORTABLE inline float exponential_minus_one(float x) {
    const FloatExponential e(x);
    const float value = e.power * e.remainder + (e.power - 1.0f);
    return x == x ? value : x;
}
ASSAY_PORTABLE inline double exponential_minus_one(double x) {
    using std::expm1;
    return expm1(x);
}

/// 1 / (1 + e^-x).
template <class T>
ASSAY_PORTABLE inline T logistic(T x) {
    return T(1) / (T(1) + exponential(-x));
}

/// Phi(x).
template <class T>
ASSAY_PORTABLE inline T normal_distribution(T x) {
    using std::erfc;
    return T(0.5) * erfc(x * static_cast<T>(-0.70710678118654752440));
}

/// tanh(log(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2): no logarithm, no cancellation.
template <class T>
struct MishTerms {
    T e, n;
    ASSAY_PORTABLE explicit MishTerms(T x) {
        e = exponential(x < T(20) ? x : T(20));  // from 20 on tanh is 1 to the last bit
        n = e * (e + T(2));
    }
};

/// The activation at x; `slope` is leaky ReLU's and ELU's, the others do not read it.
template <class T>
ASSAY_PORTABLE inline T activate(ActivationKind kind, T slope, T x) {
    switch (kind) {
        case ActivationKind::relu:
            return x < T(0) ? T(0) : x;
        case ActivationKind::relu6:
            return x < T(0) ? T(0) : (x > T(6) ? T(6) : x);
        case ActivationKind::leaky_relu:
            return x > T(0) ? x : slope * x;
        case ActivationKind::elu:
            return x > T(0) ? x : slope * exponential_minus_one(x);
        case ActivationKind::swish:
            return x * logistic(x);
        case ActivationKind::mish: {
            const MishTerms<T> terms(x);
            return x * (terms.n / (terms.n + T(2)));
        }
        case ActivationKind::gelu:
            return x * normal_distribution(x);
    }
    return x;
}

/// Its derivative at x; at a kink, that of the side of zero.
template <class T>
ASSAY_PORTABLE inline T activation_derivative(ActivationKind kind, T slope, T x) {
    switch (kind) {
        case ActivationKind::relu:
            return x > T(0) ? T(1) : T(0);
        case ActivationKind::relu6:
            return x > T(0) && x < T(6) ? T(1) : T(0);
        case ActivationKind::leaky_relu:
            return x > T(0) ? T(1) : slope;
        case ActivationKind::elu:
            return x > T(0) ? T(1) : slope * exponential(x);
        case ActivationKind::swish: {
            const T s = logistic(x);
            return s + x * s * (T(1) - s);
        }
        case ActivationKind::mish: {
            const MishTerms<T> terms(x);
            const T m = terms.n + T(2);  // 1 - tanh^2 = 4 (n + 1) / m^2, and n + 1 = (1 + e^x)^2
            return terms.n / m + x * (T(4) * terms.e * (T(1) + terms.e) / (m * m));
        }
        case ActivationKind::gelu: {
            const T density = static_cast<T>(0.39894228040143267794) * exponential(T(-0.5) * x * x);
            return normal_distribution(x) + x * density;
        }
    }
    return T(1);
}

}  // namespace assay::solvers
