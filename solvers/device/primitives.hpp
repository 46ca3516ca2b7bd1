#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "solvers/device/adam.hpp"
#include "solvers/device/array.hpp"
#include "solvers/device/shapes.hpp"
#include "solvers/proximal/threshold.hpp"

/// The dense primitives that both devices offer, for T = double and float. Every algorithm is written on
/// these names and instantiated for both devices. Shapes are checked; a mismatch throws Error. Every
/// reduction has a fixed order, so equal inputs give equal bits on one device.
namespace assay::solvers {

/// C <- alpha op(A) op(B) + beta C.
template <class Device, class T>
void gemm(Op op_a, Op op_b, T alpha, const Array<Device, T>& A, const Array<Device, T>& B, T beta,
          Array<Device, T>& C);

/// A B for a B that is mostly zeros: costs rows of A times the number of non-zeros of B where that pays.
template <class Device, class T>
Array<Device, T> multiply_sparse(const Array<Device, T>& A, const Array<Device, T>& B);

/// A <- A + A^T for a square A.
template <class Device, class T>
void add_transpose(Array<Device, T>& A);

/// The whole symmetric matrix A^T A.
template <class Device, class T>
Array<Device, T> gram(const Array<Device, T>& A);

/// Y <- alpha X + Y.
template <class Device, class T>
void axpy(T alpha, const Array<Device, T>& X, Array<Device, T>& Y);

/// X <- alpha X.
template <class Device, class T>
void scale(T alpha, Array<Device, T>& X);

/// A <- A + value I for a square A.
template <class Device, class T>
void add_to_diagonal(T value, Array<Device, T>& A);

/// A <- shrink(A, threshold), entry by entry.
template <class Device, class T>
void shrink_all(Shrinkage shrinkage, T threshold, Array<Device, T>& A);

/// V <- V where Z != 0, else 0: the derivative of the threshold whose output was Z.
template <class Device, class T>
void keep_where_nonzero(const Array<Device, T>& Z, Array<Device, T>& V);

/// Y <- Y + alpha sign(Z), with sign(0) = 0.
template <class Device, class T>
void add_sign(T alpha, const Array<Device, T>& Z, Array<Device, T>& Y);

/// sqrt(sum (X - Y)^2), accumulated in double.
template <class Device, class T>
double distance(const Array<Device, T>& X, const Array<Device, T>& Y);

/// sqrt(sum X^2), accumulated in double.
template <class Device, class T>
double norm(const Array<Device, T>& X);

/// sum of X .* Y, accumulated in double.
template <class Device, class T>
double dot(const Array<Device, T>& X, const Array<Device, T>& Y);

/// The l2 norm of each column of X - Y (cols values).
template <class Device, class T>
std::vector<double> column_distances(const Array<Device, T>& X, const Array<Device, T>& Y);

/// The inner product of each column of X with that of Y, accumulated in double (cols values).
template <class Device, class T>
std::vector<double> column_dots(const Array<Device, T>& X, const Array<Device, T>& Y);

/// Number of entries that are not exactly zero.
template <class Device, class T>
std::uint64_t count_nonzero(const Array<Device, T>& X);

/// Divides each column by its l2 norm; a zero column is left as it is.
template <class Device, class T>
void normalize_columns(Array<Device, T>& X);

/// The columns of A at `index`, in that order; an index may come again. Throws Error for one that A lacks.
template <class Device, class T>
Array<Device, T> gathered(const Array<Device, T>& A, std::span<const std::size_t> index);

/// One Adam step on `parameter`; `step` counts from 1.
template <class Device, class T>
void adam_step(const Adam& options, std::uint64_t step, const Array<Device, T>& gradient,
               Array<Device, T>& first, Array<Device, T>& second, Array<Device, T>& parameter);

/// Solves S X = B for the symmetric positive definite S (n x n) by Cholesky; throws Error when S is not.
template <class Device, class T>
Array<Device, T> solve_spd(const Array<Device, T>& S, const Array<Device, T>& B);

/// The entries u[first + i] of the uniform stream (seed, stream) on [0, 1): equal bits on both devices.
template <class Device, class T>
void fill_uniform(std::uint64_t seed, std::uint64_t stream, Array<Device, T>& X);

}  // namespace assay::solvers
