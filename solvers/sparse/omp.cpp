#include "solvers/sparse/omp.hpp"

#include <algorithm>
#include <string>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"

namespace assay::solvers {
namespace {

void check(const OmpOptions& options, std::size_t p) {
    if (options.nonzeros == 0 || options.nonzeros > p) {
        throw Error("T = " + std::to_string(options.nonzeros) +
                        " non-zeros are asked for, the dictionary has " + std::to_string(p) + " atoms",
                    "omp", "give a T from 1 to the number of atoms");
    }
    if (!(options.residual >= 0)) throw Error("the residual is negative or NaN", "omp", "0 leaves it to T");
    if (options.block == 0) throw Error("a block of 0 samples", "omp", "give at least 1");
}

template <class Device, class T>
std::vector<double> squared_norms(const Array<Device, T>& X) {
    std::vector<double> norms = column_norms(X);
    for (double& norm : norms) norm *= norm;
    return norms;
}

}  // namespace

template <class Device, class T>
SparseCodes<Device, T> omp(const OmpOptions& options, const Array<Device, T>& D, const Array<Device, T>& X) {
    require_problem("omp", "the dictionary D", D, X);
    check(options, D.cols());
    SparseCodes<Device, T> Z(D.cols(), options.nonzeros, X.cols());
    const Array<Device, T> G = gram(D);
    for (std::size_t first = 0; first < X.cols(); first += options.block) {
        const std::size_t count = std::min(options.block, X.cols() - first);
        const Array<Device, T> part = X.columns(first, count);
        Array<Device, T> B(D.cols(), count);
        gemm(Op::transpose, Op::none, T(1), D, part, T(0), B);
        const auto norms = options.residual > 0 ? squared_norms(part) : std::vector<double>{};
        const auto codes = pursue({options.nonzeros, options.residual, options.choice}, G, B, norms);
        Z.index.set_columns(first, codes.index);
        Z.value.set_columns(first, codes.value);
    }
    return Z;
}

#define ASSAY_INSTANTIATE(Device, T) \
    template SparseCodes<Device, T> omp(const OmpOptions&, const Array<Device, T>&, const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
