#include "solvers/dictionary/training_contributions.hpp"

#include <string>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"

namespace assay::solvers {
namespace {

/// A + omega I.
template <class Device, class T>
Array<Device, T> ridged(double omega, Array<Device, T> A) {
    if (!(omega > 0.0)) {
        throw Error("the ridge omega is " + std::to_string(omega), "training_contributions",
                    "omega must be above zero");
    }
    add_to_diagonal(static_cast<T>(omega), A);
    return A;
}

/// Z Z^T.
template <class Device, class T>
Array<Device, T> code_gram(const Array<Device, T>& Z) {
    require_entries("training_contributions", "the code matrix Z", Z);
    Array<Device, T> K(Z.rows(), Z.rows());
    gemm(Op::none, Op::transpose, T(1), Z, Z, T(0), K);
    return K;
}

}  // namespace

template <class Device, class T>
Array<Device, T> ridge_dictionary(double omega, const Array<Device, T>& X, const Array<Device, T>& Z) {
    Array<Device, T> ZX(Z.rows(), X.rows());
    gemm(Op::none, Op::transpose, T(1), Z, X, T(0), ZX);
    return transposed(solve_spd(ridged(omega, code_gram(Z)), ZX));
}

template <class Device, class T>
Array<Device, T> contributions(double omega, const Array<Device, T>& Z) {
    return transposed(solve_spd(ridged(omega, code_gram(Z)), Z));
}

template <class Device, class T>
Array<Device, T> contributions_by_samples(double omega, const Array<Device, T>& Z) {
    require_entries("training_contributions", "the code matrix Z", Z);
    return solve_spd(ridged(omega, gram(Z)), transposed(Z));
}

template <class Device, class T>
Array<Device, T> sample_weights(const Array<Device, T>& C, const Array<Device, T>& z_new) {
    Array<Device, T> beta(C.rows(), z_new.cols());
    gemm(Op::none, Op::none, T(1), C, z_new, T(0), beta);
    return beta;
}

template <class Device, class T>
Array<Device, T> reweighted_samples(double omega, const Array<Device, T>& X, const Array<Device, T>& Z) {
    Array<Device, T> result = X.copy();
    gemm(Op::none, Op::none, T(-1), ridge_dictionary(omega, X, Z), Z, T(1), result);
    scale(static_cast<T>(1.0 / omega), result);
    return result;
}

#define ASSAY_INSTANTIATE(Device, T)                                                                      \
    template Array<Device, T> ridge_dictionary(double, const Array<Device, T>&, const Array<Device, T>&); \
    template Array<Device, T> contributions(double, const Array<Device, T>&);                             \
    template Array<Device, T> contributions_by_samples(double, const Array<Device, T>&);                  \
    template Array<Device, T> sample_weights(const Array<Device, T>&, const Array<Device, T>&);           \
    template Array<Device, T> reweighted_samples(double, const Array<Device, T>&, const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
