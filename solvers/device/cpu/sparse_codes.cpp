#include "solvers/device/sparse_codes.hpp"

#include "solvers/device/cpu/unrolled_kernel.hpp"
#include "solvers/device/sparse_codes_shapes.hpp"

namespace assay::solvers {
namespace {

/// One column of codes, without the pairs of value 0 at its end.
template <class T>
struct Column {
    const std::uint32_t* index;
    const T* value;
    std::size_t count;

    Column(const SparseCodes<Cpu, T>& Z, std::size_t j)
        : index(Z.index.data() + j * Z.width()), value(Z.value.data() + j * Z.width()), count(Z.width()) {
        while (count > 0 && value[count - 1] == T(0)) --count;
    }
};

}  // namespace

template <class Device, class T>
Array<Device, T> to_dense(const SparseCodes<Device, T>& Z) {
    Array<Device, T> dense(Z.rows, Z.cols());
    for (std::size_t j = 0; j < Z.cols(); ++j) {
        const Column<T> z(Z, j);
        for (std::size_t s = 0; s < z.count; ++s) {
            if (z.value[s] != T(0)) dense(z.index[s], j) = z.value[s];
        }
    }
    return dense;
}

template <class Device, class T>
Array<Device, T> multiply_codes(const Array<Device, T>& A, const SparseCodes<Device, T>& Z) {
    require_multiply_codes(A, Z);
    Array<Device, T> C(A.rows(), Z.cols());
    for (std::size_t j = 0; j < Z.cols(); ++j) {
        const Column<T> z(Z, j);
        kernels::best_kernels<T>().combine(A.rows(), A.rows(), A.data(), z.count, z.index, z.value,
                                           C.data() + j * A.rows());
    }
    return C;
}

template <class Device, class T>
void add_times_transposed(T alpha, const Array<Device, T>& A, const SparseCodes<Device, T>& Z,
                          Array<Device, T>& C) {
    require_times_transposed(A, Z, C);
    for (std::size_t j = 0; j < Z.cols(); ++j) {
        const Column<T> z(Z, j);
        const T* a = A.data() + j * A.rows();
        for (std::size_t s = 0; s < z.count; ++s) {
            const T weight = alpha * z.value[s];
            T* c = C.data() + z.index[s] * A.rows();
            for (std::size_t i = 0; i < A.rows(); ++i) c[i] += weight * a[i];
        }
    }
}

template <class Device, class T>
void add_outer(T alpha, const SparseCodes<Device, T>& V, const SparseCodes<Device, T>& Z,
               Array<Device, T>& C) {
    require_outer(V, Z, C);
    for (std::size_t j = 0; j < Z.cols(); ++j) {
        const Column<T> v(V, j), z(Z, j);
        for (std::size_t s = 0; s < z.count; ++s) {
            const T weight = alpha * z.value[s];
            T* c = C.data() + z.index[s] * V.rows;
            for (std::size_t r = 0; r < v.count; ++r) c[v.index[r]] += weight * v.value[r];
        }
    }
}

template <class Device, class T>
SparseCodes<Device, T> multiply_on_support(const Array<Device, T>& A, const SparseCodes<Device, T>& V,
                                           const SparseCodes<Device, T>& Z) {
    require_multiply_on_support(A, V, Z);
    SparseCodes<Device, T> result(Z.rows, Z.width(), Z.cols());
    for (std::size_t j = 0; j < Z.cols(); ++j) {
        const Column<T> v(V, j), z(Z, j);
        for (std::size_t s = 0; s < z.count; ++s) {
            if (z.value[s] == T(0)) continue;
            const T* a = A.data() + z.index[s] * A.rows();
            T sum = 0;
            for (std::size_t r = 0; r < v.count; ++r) sum += v.value[r] * a[v.index[r]];
            result.index(s, j) = z.index[s];
            result.value(s, j) = sum;
        }
    }
    return result;
}

template <class Device, class T>
SparseCodes<Device, T> on_support(const Array<Device, T>& A, const SparseCodes<Device, T>& Z) {
    require_on_support(A, Z);
    SparseCodes<Device, T> result(Z.rows, Z.width(), Z.cols());
    for (std::size_t j = 0; j < Z.cols(); ++j) {
        const Column<T> z(Z, j);
        for (std::size_t s = 0; s < z.count; ++s) {
            if (z.value[s] == T(0)) continue;
            result.index(s, j) = z.index[s];
            result.value(s, j) = A(z.index[s], j);
        }
    }
    return result;
}

ASSAY_INSTANTIATE_SPARSE_CODES(Cpu, double)
ASSAY_INSTANTIATE_SPARSE_CODES(Cpu, float)

}  // namespace assay::solvers
