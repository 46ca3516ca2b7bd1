#include "solvers/device/primitives.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/device/cpu/armadillo_view.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/random.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace {

int blas_int(std::size_t n) {
    if (n > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw Error("a dimension of " + std::to_string(n) + " is beyond what BLAS can take");
    }
    return static_cast<int>(n);
}

CBLAS_TRANSPOSE blas_op(Op op) {
    return op == Op::none ? CblasNoTrans : CblasTrans;
}

void blas_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha, const double* a,
               int lda, const double* b, int ldb, double beta, double* c, int ldc) {
    cblas_dgemm(CblasColMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void blas_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, float alpha, const float* a,
               int lda, const float* b, int ldb, float beta, float* c, int ldc) {
    cblas_sgemm(CblasColMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
void blas_syrk(int n, int k, const double* a, int lda, double* c) {
    cblas_dsyrk(CblasColMajor, CblasUpper, CblasTrans, n, k, 1.0, a, lda, 0.0, c, n);
}
void blas_syrk(int n, int k, const float* a, int lda, float* c) {
    cblas_ssyrk(CblasColMajor, CblasUpper, CblasTrans, n, k, 1.0F, a, lda, 0.0F, c, n);
}

/// Sum of f(i) over i < n in double, in four interleaved partial sums: a fixed order that still vectorises.
template <class F>
double sum_of(std::size_t n, F f) {
    double partial[4] = {0, 0, 0, 0};
    std::size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        for (std::size_t lane = 0; lane < 4; ++lane) partial[lane] += f(i + lane);
    }
    for (; i < n; ++i) partial[0] += f(i);
    return (partial[0] + partial[1]) + (partial[2] + partial[3]);
}

/// Calls f(i, j) for all i < j < n, tile by tile, so that (i, j) and (j, i) both stay in the first-level
/// cache.
template <class F>
void for_each_pair(std::size_t n, F f) {
    constexpr std::size_t tile = 32;
    for (std::size_t jb = 0; jb < n; jb += tile) {
        for (std::size_t ib = 0; ib <= jb; ib += tile) {
            for (std::size_t j = jb; j < std::min(jb + tile, n); ++j) {
                for (std::size_t i = ib; i < std::min(ib + tile, j); ++i) f(i, j);
            }
        }
    }
}

template <Shrinkage shrinkage, class T>
void shrink_each(T threshold, Array<Cpu, T>& A) {
    T* a = A.data();
    for (std::size_t i = 0; i < A.size(); ++i) a[i] = shrink(shrinkage, a[i], threshold);
}

double square(double value) {
    return value * value;
}

}  // namespace

template <class Device, class T>
void gemm(Op op_a, Op op_b, T alpha, const Array<Device, T>& A, const Array<Device, T>& B, T beta,
          Array<Device, T>& C) {
    const auto [rows, inner, cols] = product_shape(op_a, op_b, A, B, C);
    if (rows == 0 || cols == 0) return;
    if (inner == 0) return scale(beta, C);
    blas_gemm(blas_op(op_a), blas_op(op_b), blas_int(rows), blas_int(cols), blas_int(inner), alpha, A.data(),
              blas_int(A.rows()), B.data(), blas_int(B.rows()), beta, C.data(), blas_int(C.rows()));
}

template <class Device, class T>
Array<Device, T> gram(const Array<Device, T>& A) {
    const std::size_t n = A.cols();
    Array<Device, T> G(n, n);
    if (A.size() == 0) return G;
    blas_syrk(blas_int(n), blas_int(A.rows()), A.data(), blas_int(A.rows()), G.data());
    for_each_pair(n, [&](std::size_t i, std::size_t j) { G(j, i) = G(i, j); });
    return G;
}

template <class Device, class T>
void add_transpose(Array<Device, T>& A) {
    if (A.rows() != A.cols()) throw Error("the array is " + shape_text(A) + ", not square", "add_transpose");
    for_each_pair(A.rows(), [&](std::size_t i, std::size_t j) { A(j, i) = A(i, j) = A(i, j) + A(j, i); });
    for (std::size_t j = 0; j < A.rows(); ++j) A(j, j) *= 2;
}

template <class Device, class T>
void axpy(T alpha, const Array<Device, T>& X, Array<Device, T>& Y) {
    require_same_shape("axpy", X, Y);
    const T* x = X.data();
    T* y = Y.data();
    for (std::size_t i = 0; i < X.size(); ++i) y[i] += alpha * x[i];
}

template <class Device, class T>
void scale(T alpha, Array<Device, T>& X) {
    T* x = X.data();
    for (std::size_t i = 0; i < X.size(); ++i) x[i] *= alpha;
}

template <class Device, class T>
void add_to_diagonal(T value, Array<Device, T>& A) {
    require_square("add_to_diagonal", A);
    for (std::size_t i = 0; i < A.rows(); ++i) A(i, i) += value;
}

template <class Device, class T>
void shrink_all(Shrinkage shrinkage, T threshold, Array<Device, T>& A) {
    switch (shrinkage) {  // outside the loop, so that it is one of vectors without a branch
        case Shrinkage::soft:
            return shrink_each<Shrinkage::soft>(threshold, A);
        case Shrinkage::soft_one_sided:
            return shrink_each<Shrinkage::soft_one_sided>(threshold, A);
        case Shrinkage::hard:
            return shrink_each<Shrinkage::hard>(threshold, A);
    }
}

template <class Device, class T>
void keep_where_nonzero(const Array<Device, T>& Z, Array<Device, T>& V) {
    require_same_shape("keep_where_nonzero", Z, V);
    const T* z = Z.data();
    T* v = V.data();
    for (std::size_t i = 0; i < Z.size(); ++i) v[i] = z[i] != T(0) ? v[i] : T(0);
}

template <class Device, class T>
void add_sign(T alpha, const Array<Device, T>& Z, Array<Device, T>& Y) {
    require_same_shape("add_sign", Z, Y);
    const T* z = Z.data();
    T* y = Y.data();
    for (std::size_t i = 0; i < Z.size(); ++i) y[i] += alpha * sign(z[i]);
}

template <class Device, class T>
double distance(const Array<Device, T>& X, const Array<Device, T>& Y) {
    require_same_shape("distance", X, Y);
    const T *x = X.data(), *y = Y.data();
    return std::sqrt(sum_of(X.size(), [&](std::size_t i) {
        return square(static_cast<double>(x[i]) - static_cast<double>(y[i]));
    }));
}

template <class Device, class T>
double norm(const Array<Device, T>& X) {
    const T* x = X.data();
    return std::sqrt(sum_of(X.size(), [&](std::size_t i) { return square(static_cast<double>(x[i])); }));
}

template <class Device, class T>
double dot(const Array<Device, T>& X, const Array<Device, T>& Y) {
    require_same_shape("dot", X, Y);
    const T *x = X.data(), *y = Y.data();
    return sum_of(X.size(),
                  [&](std::size_t i) { return static_cast<double>(x[i]) * static_cast<double>(y[i]); });
}

template <class Device, class T>
std::vector<double> column_distances(const Array<Device, T>& X, const Array<Device, T>& Y) {
    require_same_shape("column_distances", X, Y);
    std::vector<double> distances(X.cols());
    for (std::size_t j = 0; j < X.cols(); ++j) {
        const T *x = X.data() + j * X.rows(), *y = Y.data() + j * X.rows();
        distances[j] = std::sqrt(sum_of(X.rows(), [&](std::size_t i) {
            return square(static_cast<double>(x[i]) - static_cast<double>(y[i]));
        }));
    }
    return distances;
}

template <class Device, class T>
std::vector<double> column_dots(const Array<Device, T>& X, const Array<Device, T>& Y) {
    require_same_shape("column_dots", X, Y);
    std::vector<double> products(X.cols());
    for (std::size_t j = 0; j < X.cols(); ++j) {
        const T *x = X.data() + j * X.rows(), *y = Y.data() + j * X.rows();
        products[j] = sum_of(
            X.rows(), [&](std::size_t i) { return static_cast<double>(x[i]) * static_cast<double>(y[i]); });
    }
    return products;
}

template <class Device, class T>
std::uint64_t count_nonzero(const Array<Device, T>& X) {
    return static_cast<std::uint64_t>(
        std::count_if(X.data(), X.data() + X.size(), [](T value) { return value != T(0); }));
}

template <class Device, class T>
Array<Device, T> gathered(const Array<Device, T>& A, std::span<const std::size_t> index) {
    require_columns("gathered", A, index);
    Array<Device, T> result(A.rows(), index.size());
    for (std::size_t k = 0; k < index.size(); ++k)
        std::copy_n(A.data() + index[k] * A.rows(), A.rows(), result.data() + k * A.rows());
    return result;
}

template <class Device, class T>
void normalize_columns(Array<Device, T>& X) {
    for (std::size_t j = 0; j < X.cols(); ++j) {
        T* x = X.data() + j * X.rows();
        const double length =
            std::sqrt(sum_of(X.rows(), [&](std::size_t i) { return square(static_cast<double>(x[i])); }));
        if (length == 0) continue;
        const T inverse = static_cast<T>(1 / length);
        for (std::size_t i = 0; i < X.rows(); ++i) x[i] *= inverse;
    }
}

template <class Device, class T>
void adam_step(const Adam& options, std::uint64_t step, const Array<Device, T>& gradient,
               Array<Device, T>& first, Array<Device, T>& second, Array<Device, T>& parameter) {
    require_same_shape("adam_step", gradient, parameter);
    require_same_shape("adam_step", first, parameter);
    require_same_shape("adam_step", second, parameter);
    const AdamStep<T> update(options, step);
    const T* g = gradient.data();
    T *m = first.data(), *v = second.data(), *x = parameter.data();
    for (std::size_t i = 0; i < parameter.size(); ++i) x[i] = update(x[i], g[i], m[i], v[i]);
}

template <class Device, class T>
Array<Device, T> solve_spd(const Array<Device, T>& S, const Array<Device, T>& B) {
    if (S.rows() != S.cols() || S.rows() != B.rows()) {
        throw Error("shapes do not match: " + shape_text(S) + " against " + shape_text(B), "solve_spd");
    }
    arma::Mat<T> factor;
    if (!arma::chol(factor, view(S)))
        throw Error("the " + shape_text(S) + " matrix is not positive definite", "solve_spd",
                    "raise the ridge; a zero one fails on unused atoms");
    const arma::Mat<T> half = arma::solve(arma::trimatl(factor.t()), view(B), arma::solve_opts::fast);
    const arma::Mat<T> x = arma::solve(arma::trimatu(factor), half, arma::solve_opts::fast);
    return Array<Device, T>::from_host(B.rows(), B.cols(), std::span<const T>(x.memptr(), x.n_elem));
}

template <class Device, class T>
void fill_uniform(std::uint64_t seed, std::uint64_t stream, Array<Device, T>& X) {
    for (std::size_t i = 0; i < X.size(); ++i) X.data()[i] = static_cast<T>(uniform_at(seed, stream, i));
}

ASSAY_INSTANTIATE_ENTRYWISE(Cpu, double)
ASSAY_INSTANTIATE_ENTRYWISE(Cpu, float)
ASSAY_INSTANTIATE_LINEAR_ALGEBRA(Cpu, double)
ASSAY_INSTANTIATE_LINEAR_ALGEBRA(Cpu, float)

}  // namespace assay::solvers
