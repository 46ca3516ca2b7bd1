#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/primitives.hpp"
#include "solvers/device/sparse_codes_shapes.hpp"

// A GPU multiplies the dense form faster than it gathers; what is left sparse is what leaves the device or
// stays on a support.
namespace assay::solvers {

template <class Device, class T>
Array<Device, T> to_dense(const SparseCodes<Device, T>& Z) {
    Array<Device, T> dense(Z.rows, Z.cols());
    const std::uint32_t* index = Z.index.data();
    const T* value = Z.value.data();
    T* out = dense.data();
    const std::size_t rows = Z.rows, width = Z.width();
    cuda::each(Z.value.size(), [=] __device__(std::size_t e) {
        if (value[e] != T(0)) out[index[e] + e / width * rows] = value[e];
    });
    return dense;
}

template <class Device, class T>
Array<Device, T> multiply_codes(const Array<Device, T>& A, const SparseCodes<Device, T>& Z) {
    require_multiply_codes(A, Z);
    Array<Device, T> C(A.rows(), Z.cols());
    gemm(Op::none, Op::none, T(1), A, to_dense(Z), T(0), C);
    return C;
}

template <class Device, class T>
void add_times_transposed(T alpha, const Array<Device, T>& A, const SparseCodes<Device, T>& Z,
                          Array<Device, T>& C) {
    require_times_transposed(A, Z, C);
    gemm(Op::none, Op::transpose, alpha, A, to_dense(Z), T(1), C);
}

template <class Device, class T>
void add_outer(T alpha, const SparseCodes<Device, T>& V, const SparseCodes<Device, T>& Z,
               Array<Device, T>& C) {
    require_outer(V, Z, C);
    gemm(Op::none, Op::transpose, alpha, to_dense(V), to_dense(Z), T(1), C);
}

template <class Device, class T>
SparseCodes<Device, T> multiply_on_support(const Array<Device, T>& A, const SparseCodes<Device, T>& V,
                                           const SparseCodes<Device, T>& Z) {
    require_multiply_on_support(A, V, Z);
    SparseCodes<Device, T> result(Z.rows, Z.width(), Z.cols());
    const std::size_t rows = A.rows(), width = Z.width(), inner = V.width();
    const T *a = A.data(), *v = V.value.data(), *z = Z.value.data();
    const std::uint32_t *v_index = V.index.data(), *z_index = Z.index.data();
    T* value = result.value.data();
    std::uint32_t* index = result.index.data();
    cuda::each(Z.value.size(), [=] __device__(std::size_t e) {
        if (z[e] == T(0)) return;
        const std::size_t j = e / width * inner;
        T sum = 0;
        for (std::size_t r = 0; r < inner; ++r) sum += v[j + r] * a[v_index[j + r] + z_index[e] * rows];
        index[e] = z_index[e];
        value[e] = sum;
    });
    return result;
}

template <class Device, class T>
SparseCodes<Device, T> on_support(const Array<Device, T>& A, const SparseCodes<Device, T>& Z) {
    require_on_support(A, Z);
    SparseCodes<Device, T> result(Z.rows, Z.width(), Z.cols());
    const std::size_t rows = A.rows(), width = Z.width();
    const T *a = A.data(), *z = Z.value.data();
    const std::uint32_t* z_index = Z.index.data();
    T* value = result.value.data();
    std::uint32_t* index = result.index.data();
    cuda::each(Z.value.size(), [=] __device__(std::size_t e) {
        if (z[e] == T(0)) return;
        index[e] = z_index[e];
        value[e] = a[z_index[e] + e / width * rows];
    });
    return result;
}

ASSAY_INSTANTIATE_SPARSE_CODES(Cuda, double)
ASSAY_INSTANTIATE_SPARSE_CODES(Cuda, float)

}  // namespace assay::solvers
