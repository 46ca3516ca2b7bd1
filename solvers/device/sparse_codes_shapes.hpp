#pragma once

#include <string>

#include "solvers/device/shapes.hpp"
#include "solvers/device/sparse_codes.hpp"

/// The checks that both devices make before a product with sparse codes, and the list of these products.
namespace assay::solvers {

template <class Device, class T>
std::string shape_text(const SparseCodes<Device, T>& Z) {
    return std::to_string(Z.rows) + " x " + std::to_string(Z.cols()) + " codes";
}

inline void require_fit(bool fits, const char* operation, const std::string& left, const std::string& right) {
    if (!fits) throw Error("shapes do not match: " + left + " and " + right, operation);
}

template <class Device, class T>
void require_multiply_codes(const Array<Device, T>& A, const SparseCodes<Device, T>& Z) {
    require_fit(A.cols() == Z.rows, "multiply_codes", shape_text(A), shape_text(Z));
}

template <class Device, class T>
void require_times_transposed(const Array<Device, T>& A, const SparseCodes<Device, T>& Z,
                              const Array<Device, T>& C) {
    require_fit(A.cols() == Z.cols() && C.rows() == A.rows() && C.cols() == Z.rows, "add_times_transposed",
                shape_text(A) + " into " + shape_text(C), shape_text(Z));
}

template <class Device, class T>
void require_outer(const SparseCodes<Device, T>& V, const SparseCodes<Device, T>& Z,
                   const Array<Device, T>& C) {
    require_fit(V.cols() == Z.cols() && C.rows() == V.rows && C.cols() == Z.rows, "add_outer",
                shape_text(V) + " into " + shape_text(C), shape_text(Z));
}

template <class Device, class T>
void require_multiply_on_support(const Array<Device, T>& A, const SparseCodes<Device, T>& V,
                                 const SparseCodes<Device, T>& Z) {
    require_fit(A.rows() == V.rows && A.cols() == Z.rows && V.cols() == Z.cols(), "multiply_on_support",
                shape_text(A) + " on " + shape_text(V), shape_text(Z));
}

template <class Device, class T>
void require_on_support(const Array<Device, T>& A, const SparseCodes<Device, T>& Z) {
    require_fit(A.rows() == Z.rows && A.cols() == Z.cols(), "on_support", shape_text(A), shape_text(Z));
}

}  // namespace assay::solvers

#define ASSAY_INSTANTIATE_SPARSE_CODES(Device, T)                                                     \
    template Array<Device, T> to_dense(const SparseCodes<Device, T>&);                                \
    template Array<Device, T> multiply_codes(const Array<Device, T>&, const SparseCodes<Device, T>&); \
    template void add_times_transposed(T, const Array<Device, T>&, const SparseCodes<Device, T>&,     \
                                       Array<Device, T>&);                                            \
    template void add_outer(T, const SparseCodes<Device, T>&, const SparseCodes<Device, T>&,          \
                            Array<Device, T>&);                                                       \
    template SparseCodes<Device, T> multiply_on_support(                                              \
        const Array<Device, T>&, const SparseCodes<Device, T>&, const SparseCodes<Device, T>&);       \
    template SparseCodes<Device, T> on_support(const Array<Device, T>&, const SparseCodes<Device, T>&);
