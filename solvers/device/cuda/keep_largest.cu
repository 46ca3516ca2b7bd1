#include <algorithm>
#include <string>

#include "solvers/device/cuda/largest.cuh"
#include "solvers/device/keep_largest.hpp"
#include "solvers/device/sparse_codes.hpp"

namespace assay::solvers {

namespace cuda {

template <class T>
void refuse_nan(const Array<Cuda, T>& A) {
    const T* a = A.data();
    const std::uint64_t found = sum_of<std::uint64_t>(
        A.size(), [=] __device__(std::size_t i) -> std::uint64_t { return a[i] != a[i]; });
    if (found == 0) return;
    throw Error("the matrix holds NaN, which has no size to compare", "the largest entries of a column",
                "check the data that it was made from");
}

}  // namespace cuda

template <class Device, class T>
void keep_largest(std::size_t count, Array<Device, T>& A) {
    cuda::refuse_nan(A);
    const std::size_t rows = A.rows(), kept = std::min(count, rows);
    T* a = A.data();
    cuda::each_column(A.cols(), [=] __device__(std::size_t j) {
        T* column = a + j * rows;
        cuda::split_largest(
            rows, column, kept, [](std::size_t, unsigned) {}, [=](std::size_t i) { column[i] = T(0); });
    });
}

template <class Device, class T>
SparseCodes<Device, T> largest_entries(std::size_t count, const Array<Device, T>& A) {
    cuda::refuse_nan(A);
    const std::size_t rows = A.rows(), kept = std::min(count, rows);
    SparseCodes<Device, T> Z(rows, kept, A.cols());
    const T* a = A.data();
    std::uint32_t* index = Z.index.data();
    T* value = Z.value.data();
    cuda::each_column(A.cols(), [=] __device__(std::size_t j) {
        const T* column = a + j * rows;
        cuda::split_largest(
            rows, column, kept,
            [=](std::size_t i, unsigned s) {
                index[j * kept + s] = static_cast<std::uint32_t>(i);
                value[j * kept + s] = column[i];
            },
            [](std::size_t) {});
    });
    return Z;
}

#define ASSAY_INSTANTIATE(T)                                  \
    template void keep_largest(std::size_t, Array<Cuda, T>&); \
    template SparseCodes<Cuda, T> largest_entries(std::size_t, const Array<Cuda, T>&);

ASSAY_INSTANTIATE(double)
ASSAY_INSTANTIATE(float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
