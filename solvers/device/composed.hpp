#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"

/// Small operations composed from the primitives; device independent.
namespace assay::solvers {

template <class Device, class T>
Array<Device, T> identity(std::size_t n) {
    std::vector<T> host(n * n, T(0));
    for (std::size_t i = 0; i < n; ++i) host[i * n + i] = T(1);
    return Array<Device, T>::from_host(n, n, host);
}

/// A^T, exact. On the CPU entry by entry, elsewhere by a gemm with the smaller identity (each sum has one
/// term that is not zero).
template <class Device, class T>
Array<Device, T> transposed(const Array<Device, T>& A) {
    Array<Device, T> result(A.cols(), A.rows());
    if constexpr (std::is_same_v<Device, Cpu>) {
        constexpr std::size_t tile = 32;  // rows of a tile: what is written stays in the first-level cache
        for (std::size_t first = 0; first < A.rows(); first += tile) {
            const std::size_t last = std::min(first + tile, A.rows());
            for (std::size_t j = 0; j < A.cols(); ++j) {
                for (std::size_t i = first; i < last; ++i) result(j, i) = A(i, j);
            }
        }
    } else if (A.rows() <= A.cols()) {
        gemm(Op::transpose, Op::none, T(1), A, identity<Device, T>(A.rows()), T(0), result);
    } else {
        gemm(Op::none, Op::transpose, T(1), identity<Device, T>(A.cols()), A, T(0), result);
    }
    return result;
}

template <class Device, class T>
double squared_norm(const Array<Device, T>& A) {
    const double length = norm(A);
    return length * length;
}

template <class Device, class T>
double squared_distance(const Array<Device, T>& A, const Array<Device, T>& B) {
    const double length = distance(A, B);
    return length * length;
}

template <class Device, class T>
std::vector<double> column_norms(const Array<Device, T>& A) {
    return column_distances(A, Array<Device, T>(A.rows(), A.cols()));
}

/// C <- C + A Z^T for codes Z that are mostly zeros: on the CPU it costs the rows of A times the number of
/// non-zeros.
template <class Device, class T>
void add_times_codes_transposed(const Array<Device, T>& A, const Array<Device, T>& Z, Array<Device, T>& C) {
    if constexpr (std::is_same_v<Device, Cpu>) {
        axpy(T(1), multiply_sparse(A, transposed(Z)), C);
    } else {
        gemm(Op::none, Op::transpose, T(1), A, Z, T(1), C);
    }
}

/// Throws Error when X holds NaN or Inf; `name` is what the message calls it, `where` the caller.
template <class Device, class T>
void require_finite(const char* where, const char* name, const Array<Device, T>& X) {
    if (std::isfinite(norm(X))) return;
    throw Error(std::string(name) + " holds NaN or Inf", where, "check the data that it was made from");
}

/// Throws Error when X has no entry.
template <class Device, class T>
void require_entries(const char* where, const char* name, const Array<Device, T>& X) {
    if (X.size() != 0) return;
    throw Error(std::string(name) + " is empty (" + shape_text(X) + ")", where,
                "give at least one row and column");
}

/// Throws Error unless a dictionary D (m x p) and samples X (m x n) have entries, fit and are finite;
/// `dictionary` is what the messages call D.
template <class Device, class T>
void require_problem(const char* where, const char* dictionary, const Array<Device, T>& D,
                     const Array<Device, T>& X) {
    require_entries(where, dictionary, D);
    require_entries(where, "the sample matrix X", X);
    if (D.rows() != X.rows()) {
        throw Error(std::string(dictionary) + " (" + shape_text(D) + ") and the samples X (" + shape_text(X) +
                        ") differ in their number of rows",
                    where, "the dictionary is m x p and X is m x n with one sample a column");
    }
    require_finite(where, dictionary, D);
    require_finite(where, "the sample matrix X", X);
}

}  // namespace assay::solvers
