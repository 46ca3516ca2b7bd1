#pragma once

#include <cstddef>

#include "solvers/device/activation.hpp"

/// The CPU's own kernels on maps: entry by entry, so that neither the number of threads (that of the calling
/// LibraryThreads) nor the instruction set moves a bit.
namespace assay::solvers::cpu {

/// y <- activation(x).
void activate(ActivationKind kind, float slope, const float* x, float* y, std::size_t count);
/// dx <- activation'(x) dy.
void activate_backward(ActivationKind kind, float slope, const float* x, const float* dy, float* dx,
                       std::size_t count);
/// y <- x + y.
void add(const float* x, float* y, std::size_t count);
/// y <- y + alpha sign(x).
void add_sign(float alpha, const float* x, float* y, std::size_t count);

}  // namespace assay::solvers::cpu
