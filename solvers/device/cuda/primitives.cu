#include <cmath>

#include "solvers/device/cuda/blas.hpp"
#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {

namespace cuda {

template <class T>
void mirror_lower(std::size_t n, T* A) {
    each(n * n, [=] __device__(std::size_t k) {
        const std::size_t i = k % n, j = k / n;
        if (i < j) A[k] = A[j + i * n];
    });
}
template void mirror_lower(std::size_t, double*);
template void mirror_lower(std::size_t, float*);

__device__ inline double square(double value) {
    return value * value;
}

}  // namespace cuda

template <class Device, class T>
void axpy(T alpha, const Array<Device, T>& X, Array<Device, T>& Y) {
    require_same_shape("axpy", X, Y);
    const T* x = X.data();
    T* y = Y.data();
    cuda::each(X.size(), [=] __device__(std::size_t i) { y[i] += alpha * x[i]; });
}

template <class Device, class T>
void scale(T alpha, Array<Device, T>& X) {
    T* x = X.data();
    cuda::each(X.size(), [=] __device__(std::size_t i) { x[i] *= alpha; });
}

template <class Device, class T>
void add_to_diagonal(T value, Array<Device, T>& A) {
    require_square("add_to_diagonal", A);
    const std::size_t n = A.rows();
    T* a = A.data();
    cuda::each(n, [=] __device__(std::size_t i) { a[i + i * n] += value; });
}

template <class Device, class T>
void add_transpose(Array<Device, T>& A) {
    require_square("add_transpose", A);
    const std::size_t n = A.rows();
    T* a = A.data();
    cuda::each(A.size(), [=] __device__(std::size_t e) {
        const std::size_t i = e % n, j = e / n;  // the thread of the upper triangle writes both entries
        if (i <= j) a[e] = a[j + i * n] = a[e] + a[j + i * n];
    });
}

template <class Device, class T>
void shrink_all(Shrinkage shrinkage, T threshold, Array<Device, T>& A) {
    T* a = A.data();
    cuda::each(A.size(), [=] __device__(std::size_t i) { a[i] = shrink(shrinkage, a[i], threshold); });
}

template <class Device, class T>
void keep_where_nonzero(const Array<Device, T>& Z, Array<Device, T>& V) {
    require_same_shape("keep_where_nonzero", Z, V);
    const T* z = Z.data();
    T* v = V.data();
    cuda::each(Z.size(), [=] __device__(std::size_t i) { v[i] = z[i] != T(0) ? v[i] : T(0); });
}

template <class Device, class T>
void add_sign(T alpha, const Array<Device, T>& Z, Array<Device, T>& Y) {
    require_same_shape("add_sign", Z, Y);
    const T* z = Z.data();
    T* y = Y.data();
    cuda::each(Z.size(), [=] __device__(std::size_t i) { y[i] += alpha * sign(z[i]); });
}

template <class Device, class T>
double distance(const Array<Device, T>& X, const Array<Device, T>& Y) {
    require_same_shape("distance", X, Y);
    const T *x = X.data(), *y = Y.data();
    return std::sqrt(cuda::sum_of<double>(X.size(), [=] __device__(std::size_t i) {
        return cuda::square(static_cast<double>(x[i]) - static_cast<double>(y[i]));
    }));
}

template <class Device, class T>
double norm(const Array<Device, T>& X) {
    const T* x = X.data();
    return std::sqrt(cuda::sum_of<double>(
        X.size(), [=] __device__(std::size_t i) { return cuda::square(static_cast<double>(x[i])); }));
}

template <class Device, class T>
double dot(const Array<Device, T>& X, const Array<Device, T>& Y) {
    require_same_shape("dot", X, Y);
    const T *x = X.data(), *y = Y.data();
    return cuda::sum_of<double>(X.size(), [=] __device__(std::size_t i) {
        return static_cast<double>(x[i]) * static_cast<double>(y[i]);
    });
}

template <class Device, class T>
std::vector<double> column_distances(const Array<Device, T>& X, const Array<Device, T>& Y) {
    require_same_shape("column_distances", X, Y);
    Array<Cuda, double> distances(X.cols(), 1);
    const T *x = X.data(), *y = Y.data();
    double* out = distances.data();
    const std::size_t rows = X.rows();
    cuda::each_column(X.cols(), [=] __device__(std::size_t j) {
        const double sum = cuda::column_sum(rows, [=](std::size_t i) {
            return cuda::square(static_cast<double>(x[i + j * rows]) - static_cast<double>(y[i + j * rows]));
        });
        if (threadIdx.x == 0) out[j] = sqrt(sum);
    });
    return distances.to_host();
}

template <class Device, class T>
std::vector<double> column_dots(const Array<Device, T>& X, const Array<Device, T>& Y) {
    require_same_shape("column_dots", X, Y);
    Array<Cuda, double> products(X.cols(), 1);
    const T *x = X.data(), *y = Y.data();
    double* out = products.data();
    const std::size_t rows = X.rows();
    cuda::each_column(X.cols(), [=] __device__(std::size_t j) {
        const double sum = cuda::column_sum(rows, [=](std::size_t i) {
            return static_cast<double>(x[i + j * rows]) * static_cast<double>(y[i + j * rows]);
        });
        if (threadIdx.x == 0) out[j] = sum;
    });
    return products.to_host();
}

template <class Device, class T>
std::uint64_t count_nonzero(const Array<Device, T>& X) {
    const T* x = X.data();
    return cuda::sum_of<std::uint64_t>(
        X.size(), [=] __device__(std::size_t i) -> std::uint64_t { return x[i] != T(0); });
}

template <class Device, class T>
Array<Device, T> gathered(const Array<Device, T>& A, std::span<const std::size_t> index) {
    require_columns("gathered", A, index);
    const auto places = Array<Device, std::size_t>::from_host(index.size(), 1, index);
    Array<Device, T> result(A.rows(), index.size());
    const std::size_t rows = A.rows();
    const std::size_t* place = places.data();
    const T* from = A.data();
    T* to = result.data();
    cuda::each(result.size(),
               [=] __device__(std::size_t e) { to[e] = from[e % rows + place[e / rows] * rows]; });
    return result;
}

template <class Device, class T>
void normalize_columns(Array<Device, T>& X) {
    T* x = X.data();
    const std::size_t rows = X.rows();
    cuda::each_column(X.cols(), [=] __device__(std::size_t j) {
        T* column = x + j * rows;
        const double length = sqrt(cuda::column_sum(
            rows, [=](std::size_t i) { return cuda::square(static_cast<double>(column[i])); }));
        if (length == 0) return;
        const T inverse = static_cast<T>(1 / length);
        for (std::size_t i = threadIdx.x; i < rows; i += cuda::block_threads) column[i] *= inverse;
    });
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
    cuda::each(parameter.size(), [=] __device__(std::size_t i) { x[i] = update(x[i], g[i], m[i], v[i]); });
}

template <class Device, class T>
void fill_uniform(std::uint64_t seed, std::uint64_t stream, Array<Device, T>& X) {
    T* x = X.data();
    cuda::each(X.size(),
               [=] __device__(std::size_t i) { x[i] = static_cast<T>(uniform_at(seed, stream, i)); });
}

ASSAY_INSTANTIATE_ENTRYWISE(Cuda, double)
ASSAY_INSTANTIATE_ENTRYWISE(Cuda, float)

}  // namespace assay::solvers
