#include "solvers/device/cpu/map_kernels.hpp"

#include "solvers/device/cpu/in_parts.hpp"
#include "solvers/proximal/threshold.hpp"

namespace assay::solvers::cpu {
namespace {

/// f(kind as a constant): the switch is outside the loop.
template <class F>
inline void with_kind(ActivationKind kind, F f) {
    switch (kind) {
        case ActivationKind::relu:
            return f(ActivationKind::relu);
        case ActivationKind::relu6:
            return f(ActivationKind::relu6);
        case ActivationKind::leaky_relu:
            return f(ActivationKind::leaky_relu);
        case ActivationKind::elu:
            return f(ActivationKind::elu);
        case ActivationKind::swish:
            return f(ActivationKind::swish);
        case ActivationKind::mish:
            return f(ActivationKind::mish);
        case ActivationKind::gelu:
            return f(ActivationKind::gelu);
    }
}

ASSAY_CLONES void activate_part(ActivationKind kind, float slope, const float* x, float* y,
                                std::size_t count) {
    with_kind(kind, [=](ActivationKind k) {
        for (std::size_t i = 0; i < count; ++i) y[i] = solvers::activate(k, slope, x[i]);
    });
}

ASSAY_CLONES void backward_part(ActivationKind kind, float slope, const float* x, const float* dy, float* dx,
                                std::size_t count) {
    with_kind(kind, [=](ActivationKind k) {
        for (std::size_t i = 0; i < count; ++i) dx[i] = activation_derivative(k, slope, x[i]) * dy[i];
    });
}

ASSAY_CLONES void add_part(const float* x, float* y, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) y[i] += x[i];
}

ASSAY_CLONES void add_sign_part(float alpha, const float* x, float* y, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) y[i] += alpha * sign(x[i]);
}

}  // namespace

void activate(ActivationKind kind, float slope, const float* x, float* y, std::size_t count) {
    in_parts(count, [=](std::size_t first, std::size_t last) {
        activate_part(kind, slope, x + first, y + first, last - first);
    });
}

void activate_backward(ActivationKind kind, float slope, const float* x, const float* dy, float* dx,
                       std::size_t count) {
    in_parts(count, [=](std::size_t first, std::size_t last) {
        backward_part(kind, slope, x + first, dy + first, dx + first, last - first);
    });
}

void add(const float* x, float* y, std::size_t count) {
    in_parts(count,
             [=](std::size_t first, std::size_t last) { add_part(x + first, y + first, last - first); });
}

void add_sign(float alpha, const float* x, float* y, std::size_t count) {
    in_parts(count, [=](std::size_t first, std::size_t last) {
        add_sign_part(alpha, x + first, y + first, last - first);
    });
}

}  // namespace assay::solvers::cpu
