#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/device/array.hpp"

/// Codes with at most T non-zeros a column, kept as T (index, value) pairs a column, and the products that
/// cost what the non-zeros cost. For T = double and float on both devices; every sum has a fixed order.
/// Shapes are checked; a mismatch throws Error.
namespace assay::solvers {

/// A matrix of rows x cols(), about (4 + sizeof(T)) bytes times width() a column. A pair counts as a non-zero
/// when its value is not 0; the pairs that a column does not need are (0, 0). No index stands twice in a
/// column; the order inside one is free.
template <class Device, class T>
struct SparseCodes {
    std::size_t rows = 0;
    Array<Device, std::uint32_t> index;  ///< width x cols, each below rows
    Array<Device, T> value;              ///< width x cols

    SparseCodes() = default;
    SparseCodes(std::size_t all_rows, std::size_t width, std::size_t cols)
        : rows(all_rows), index(width, cols), value(width, cols) {}

    std::size_t cols() const { return index.cols(); }
    std::size_t width() const { return index.rows(); }
    std::size_t bytes() const { return index.size() * (sizeof(std::uint32_t) + sizeof(T)); }
};

/// The `count` entries of largest size of every column of A, ascending by index; ties go to the lower index,
/// zeros are left out. The width of the result is min(count, rows). Throws Error when A holds NaN.
template <class Device, class T>
SparseCodes<Device, T> largest_entries(std::size_t count, const Array<Device, T>& A);

/// A copy of columns [first, first + count).
template <class Device, class T>
SparseCodes<Device, T> columns(const SparseCodes<Device, T>& Z, std::size_t first, std::size_t count) {
    SparseCodes<Device, T> result;
    result.rows = Z.rows;
    result.index = Z.index.columns(first, count);
    result.value = Z.value.columns(first, count);
    return result;
}

template <class Device, class T>
Array<Device, T> to_dense(const SparseCodes<Device, T>& Z);

/// A Z (rows of A x cols): costs rows(A) T a column.
template <class Device, class T>
Array<Device, T> multiply_codes(const Array<Device, T>& A, const SparseCodes<Device, T>& Z);

/// C <- C + alpha A Z^T (rows of A x rows of Z): costs rows(A) T a column.
template <class Device, class T>
void add_times_transposed(T alpha, const Array<Device, T>& A, const SparseCodes<Device, T>& Z,
                          Array<Device, T>& C);

/// C <- C + alpha V Z^T (rows of V x rows of Z): costs T^2 a column.
template <class Device, class T>
void add_outer(T alpha, const SparseCodes<Device, T>& V, const SparseCodes<Device, T>& Z,
               Array<Device, T>& C);

/// A^T V at the non-zeros of Z, as codes with Z's index: costs T^2 a column.
template <class Device, class T>
SparseCodes<Device, T> multiply_on_support(const Array<Device, T>& A, const SparseCodes<Device, T>& V,
                                           const SparseCodes<Device, T>& Z);

/// The entries of A (rows x cols) at the non-zeros of Z, as codes with Z's index.
template <class Device, class T>
SparseCodes<Device, T> on_support(const Array<Device, T>& A, const SparseCodes<Device, T>& Z);

}  // namespace assay::solvers
