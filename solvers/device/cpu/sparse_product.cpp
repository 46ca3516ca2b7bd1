#include <cstdint>
#include <vector>

#include "solvers/device/cpu/unrolled_kernel.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {

template <class Device, class T>
Array<Device, T> multiply_sparse(const Array<Device, T>& A, const Array<Device, T>& B) {
    if (A.cols() != B.rows()) {
        throw Error("shapes do not match: " + shape_text(A) + " times " + shape_text(B), "multiply_sparse");
    }
    Array<Device, T> C(A.rows(), B.cols());
    if (4 * count_nonzero(B) > B.size()) {  // dense enough for BLAS, which reuses registers better
        gemm(Op::none, Op::none, T(1), A, B, T(0), C);
        return C;
    }
    std::vector<std::uint32_t> index(B.rows());
    std::vector<T> value(B.rows());
    for (std::size_t j = 0; j < B.cols(); ++j) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < B.rows(); ++i) {
            if (B(i, j) == T(0)) continue;
            index[count] = static_cast<std::uint32_t>(i);
            value[count++] = B(i, j);
        }
        kernels::best_kernels<T>().combine(A.rows(), A.rows(), A.data(), count, index.data(), value.data(),
                                           C.data() + j * A.rows());
    }
    return C;
}

template Array<Cpu, float> multiply_sparse(const Array<Cpu, float>&, const Array<Cpu, float>&);
template Array<Cpu, double> multiply_sparse(const Array<Cpu, double>&, const Array<Cpu, double>&);

}  // namespace assay::solvers
