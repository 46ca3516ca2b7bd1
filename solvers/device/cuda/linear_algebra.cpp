#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "solvers/device/cuda/blas.hpp"
#include "solvers/device/cuda/check.hpp"
#include "solvers/device/cuda/context.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace cuda {
namespace {

cublasOperation_t blas_op(Op op) {
    return op == Op::none ? CUBLAS_OP_N : CUBLAS_OP_T;
}

template <class T>
constexpr cudaDataType_t data_type = std::is_same_v<T, double> ? CUDA_R_64F : CUDA_R_32F;

/// A cuSOLVER parameter block that is destroyed with its scope.
class SolverParams {
  public:
    SolverParams() { ASSAY_CUDA_CALL(cusolverDnCreateParams(&params_)); }
    ~SolverParams() { static_cast<void>(cusolverDnDestroyParams(params_)); }
    SolverParams(const SolverParams&) = delete;
    SolverParams& operator=(const SolverParams&) = delete;
    cusolverDnParams_t get() const { return params_; }

  private:
    cusolverDnParams_t params_ = nullptr;
};

/// Overwrites the lower triangle of A with its Cholesky factor; returns LAPACK's info.
template <class T>
int factorize(const SolverParams& params, Array<Cuda, T>& A) {
    const auto n = static_cast<std::int64_t>(A.rows());
    std::size_t device_bytes = 0, host_bytes = 0;
    ASSAY_CUDA_CALL(cusolverDnXpotrf_bufferSize(solver_handle(), params.get(), CUBLAS_FILL_MODE_LOWER, n,
                                                data_type<T>, A.data(), n, data_type<T>, &device_bytes,
                                                &host_bytes));
    Array<Cuda, unsigned char> device_work(device_bytes, 1);
    std::vector<unsigned char> host_work(host_bytes);
    Array<Cuda, int> info(1, 1);
    ASSAY_CUDA_CALL(cusolverDnXpotrf(solver_handle(), params.get(), CUBLAS_FILL_MODE_LOWER, n, data_type<T>,
                                     A.data(), n, data_type<T>, device_work.data(), device_bytes,
                                     host_work.data(), host_bytes, info.data()));
    return info.to_host().front();
}

}  // namespace

template <>
void multiply<double>(Op op_a, Op op_b, std::size_t m, std::size_t n, std::size_t inner, double alpha,
                      const double* A, const double* B, double beta, double* C) {
    const auto rows = static_cast<std::int64_t>(m), cols = static_cast<std::int64_t>(n);
    const auto k = static_cast<std::int64_t>(inner);
    ASSAY_CUDA_CALL(cublasDgemm_64(context().blas, blas_op(op_a), blas_op(op_b), rows, cols, k, &alpha, A,
                                   op_a == Op::none ? rows : k, B, op_b == Op::none ? k : cols, &beta, C,
                                   rows));
}

template <>
void multiply<float>(Op op_a, Op op_b, std::size_t m, std::size_t n, std::size_t inner, float alpha,
                     const float* A, const float* B, float beta, float* C) {
    const auto rows = static_cast<std::int64_t>(m), cols = static_cast<std::int64_t>(n);
    const auto k = static_cast<std::int64_t>(inner);
    ASSAY_CUDA_CALL(cublasSgemm_64(context().blas, blas_op(op_a), blas_op(op_b), rows, cols, k, &alpha, A,
                                   op_a == Op::none ? rows : k, B, op_b == Op::none ? k : cols, &beta, C,
                                   rows));
}

namespace {

/// The lower triangle of C (n x n) <- A^T A for A (k x n).
void syrk(std::int64_t n, std::int64_t k, const double* A, double* C) {
    const double one = 1, zero = 0;
    ASSAY_CUDA_CALL(
        cublasDsyrk_64(context().blas, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_T, n, k, &one, A, k, &zero, C, n));
}
void syrk(std::int64_t n, std::int64_t k, const float* A, float* C) {
    const float one = 1, zero = 0;
    ASSAY_CUDA_CALL(
        cublasSsyrk_64(context().blas, CUBLAS_FILL_MODE_LOWER, CUBLAS_OP_T, n, k, &one, A, k, &zero, C, n));
}

}  // namespace
}  // namespace cuda

template <class Device, class T>
void gemm(Op op_a, Op op_b, T alpha, const Array<Device, T>& A, const Array<Device, T>& B, T beta,
          Array<Device, T>& C) {
    const auto [rows, inner, cols] = product_shape(op_a, op_b, A, B, C);
    if (rows == 0 || cols == 0) return;
    if (inner == 0) return scale(beta, C);
    cuda::multiply(op_a, op_b, rows, cols, inner, alpha, A.data(), B.data(), beta, C.data());
}

/// Dense: the GPU's product of what is there is faster than looking for the zeros.
template <class Device, class T>
Array<Device, T> multiply_sparse(const Array<Device, T>& A, const Array<Device, T>& B) {
    Array<Device, T> C(A.rows(), B.cols());
    gemm(Op::none, Op::none, T(1), A, B, T(0), C);
    return C;
}

template <class Device, class T>
Array<Device, T> gram(const Array<Device, T>& A) {
    Array<Device, T> G(A.cols(), A.cols());
    if (A.size() == 0) return G;
    cuda::syrk(static_cast<std::int64_t>(A.cols()), static_cast<std::int64_t>(A.rows()), A.data(), G.data());
    cuda::mirror_lower(G.rows(), G.data());
    return G;
}

template <class Device, class T>
Array<Device, T> solve_spd(const Array<Device, T>& S, const Array<Device, T>& B) {
    if (S.rows() != S.cols() || S.rows() != B.rows()) {
        throw Error("shapes do not match: " + shape_text(S) + " against " + shape_text(B), "solve_spd");
    }
    Array<Device, T> X = B.copy();
    if (X.size() == 0) return X;
    const cuda::SolverParams params;
    Array<Device, T> factor = S.copy();
    const int pivot = cuda::factorize(params, factor);
    if (pivot != 0) {
        throw Error("the matrix is not positive definite", "solve_spd",
                    pivot > 0 ? "its leading minor of order " + std::to_string(pivot) + " is not" : "");
    }
    const auto n = static_cast<std::int64_t>(S.rows());
    Array<Cuda, int> info(1, 1);
    ASSAY_CUDA_CALL(cusolverDnXpotrs(cuda::solver_handle(), params.get(), CUBLAS_FILL_MODE_LOWER, n,
                                     static_cast<std::int64_t>(B.cols()), cuda::data_type<T>, factor.data(),
                                     n, cuda::data_type<T>, X.data(), n, info.data()));
    if (const int wrong = info.to_host().front(); wrong != 0) {
        throw Error("cuSOLVER refused argument " + std::to_string(-wrong) + " of potrs", "solve_spd");
    }
    return X;
}

ASSAY_INSTANTIATE_LINEAR_ALGEBRA(Cuda, double)
ASSAY_INSTANTIATE_LINEAR_ALGEBRA(Cuda, float)
template Array<Cuda, double> multiply_sparse(const Array<Cuda, double>&, const Array<Cuda, double>&);
template Array<Cuda, float> multiply_sparse(const Array<Cuda, float>&, const Array<Cuda, float>&);

}  // namespace assay::solvers
