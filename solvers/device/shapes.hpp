#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "solvers/device/array.hpp"

namespace assay::solvers {

template <class Device, class T>
std::string shape_text(const Array<Device, T>& A) {
    return std::to_string(A.rows()) + " x " + std::to_string(A.cols());
}

/// Throws Error naming the operation and both shapes when they differ.
template <class Device, class T>
void require_same_shape(const char* operation, const Array<Device, T>& X, const Array<Device, T>& Y) {
    if (X.rows() != Y.rows() || X.cols() != Y.cols()) {
        throw Error("shapes do not match: " + shape_text(X) + " and " + shape_text(Y), operation);
    }
}

/// Throws Error naming the operation unless A is square.
template <class Device, class T>
void require_square(const char* operation, const Array<Device, T>& A) {
    if (A.rows() == A.cols()) return;
    throw Error("the array is " + shape_text(A) + ", not square", operation);
}

/// Throws Error naming the operation when A has not every column that `index` names.
template <class Device, class T>
void require_columns(const char* operation, const Array<Device, T>& A, std::span<const std::size_t> index) {
    for (const std::size_t j : index) {
        if (j >= A.cols()) {
            throw Error("column " + std::to_string(j) + " of an array of " + shape_text(A) + " is asked for",
                        operation);
        }
    }
}

enum class Op { none, transpose };

/// op(A) op(B) is rows x cols, its sums have `inner` terms.
struct ProductShape {
    std::size_t rows, inner, cols;
};

/// The shape of op(A) op(B); throws Error when the factors do not fit each other or the product not C.
template <class Device, class T>
ProductShape product_shape(Op op_a, Op op_b, const Array<Device, T>& A, const Array<Device, T>& B,
                           const Array<Device, T>& C) {
    const ProductShape shape{op_a == Op::none ? A.rows() : A.cols(), op_a == Op::none ? A.cols() : A.rows(),
                             op_b == Op::none ? B.cols() : B.rows()};
    const std::size_t inner_b = op_b == Op::none ? B.rows() : B.cols();
    if (shape.inner != inner_b || C.rows() != shape.rows || C.cols() != shape.cols) {
        throw Error(
            "shapes do not match: " + shape_text(A) + " times " + shape_text(B) + " into " + shape_text(C),
            "gemm");
    }
    return shape;
}

}  // namespace assay::solvers
