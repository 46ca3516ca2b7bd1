#pragma once

#include <cstddef>

#include "solvers/device/primitives.hpp"

namespace assay::solvers::cuda {

/// C (m x n) <- alpha op(A) op(B) + beta C on device memory, columns packed; `inner` is the common dimension.
/// None of the dimensions may be zero.
template <class T>
void multiply(Op op_a, Op op_b, std::size_t m, std::size_t n, std::size_t inner, T alpha, const T* A,
              const T* B, T beta, T* C);

/// Copies the lower triangle of A (n x n) onto the upper one.
template <class T>
void mirror_lower(std::size_t n, T* A);

}  // namespace assay::solvers::cuda
