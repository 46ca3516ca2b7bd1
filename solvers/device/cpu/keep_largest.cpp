#include "solvers/device/keep_largest.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "solvers/device/cpu/pursuit_kernel.hpp"
#include "solvers/device/sparse_codes.hpp"

namespace assay::solvers {
namespace {

/// One column's largest entries at a time, in memory that is used again.
template <class T>
class LargestFinder {
  public:
    explicit LargestFinder(std::size_t rows) : bits_(rows) {}

    /// How many were found; `index` and `value` have room for `count`.
    std::size_t operator()(const T* column, std::size_t count, std::uint32_t* index, T* value) {
        const std::size_t found = kernels::best_pursuit_kernels<T>().largest(bits_.size(), column, count,
                                                                             bits_.data(), index, value);
        if (found != kernels::found_nan) return found;
        throw Error("the matrix holds NaN, which has no size to compare", "the largest entries of a column",
                    "check the data that it was made from");
    }

  private:
    std::vector<kernels::Bits<T>> bits_;
};

}  // namespace

template <class Device, class T>
void keep_largest(std::size_t count, Array<Device, T>& A) {
    count = std::min(count, A.rows());
    LargestFinder<T> find(A.rows());
    std::vector<std::uint32_t> index(count);
    std::vector<T> value(count);
    for (std::size_t j = 0; j < A.cols(); ++j) {
        T* column = A.data() + j * A.rows();
        const std::size_t found = find(column, count, index.data(), value.data());
        std::fill_n(column, A.rows(), T(0));
        for (std::size_t s = 0; s < found; ++s) column[index[s]] = value[s];
    }
}

template <class Device, class T>
SparseCodes<Device, T> largest_entries(std::size_t count, const Array<Device, T>& A) {
    count = std::min(count, A.rows());
    SparseCodes<Device, T> Z(A.rows(), count, A.cols());
    LargestFinder<T> find(A.rows());
    for (std::size_t j = 0; j < A.cols(); ++j) {
        find(A.data() + j * A.rows(), count, Z.index.data() + j * count, Z.value.data() + j * count);
    }
    return Z;
}

#define ASSAY_INSTANTIATE(T)                                 \
    template void keep_largest(std::size_t, Array<Cpu, T>&); \
    template SparseCodes<Cpu, T> largest_entries(std::size_t, const Array<Cpu, T>&);

ASSAY_INSTANTIATE(double)
ASSAY_INSTANTIATE(float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
