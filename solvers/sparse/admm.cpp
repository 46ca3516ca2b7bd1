#include "solvers/sparse/admm.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/sparse/admm_steps.hpp"

namespace assay::solvers {

double RhoBalance::change(std::size_t iteration, double primal, double dual) const {
    if (period == 0 || iteration % period != 0) return 1.0;
    if (primal > ratio * dual) return factor;
    if (dual > ratio * primal) return 1.0 / factor;
    return 1.0;
}

double AdmmResiduals::primal() const {
    const double size = std::sqrt(std::max(x, y));
    return std::sqrt(x_minus_y) / (size > 0.0 ? size : 1.0);
}

double AdmmResiduals::dual() const {
    const double size = std::sqrt(u);
    return std::sqrt(y_step) / (size > 0.0 ? size : 1.0);
}

template <class Device, class T>
LassoAdmm<Device, T>::LassoAdmm(const LassoAdmmOptions& options, std::size_t p, std::size_t n)
    : options_(options),
      Y_(p, n),
      U_(p, n),
      rho_(options.rho > 0.0 ? options.rho : 50.0 * options.lambda + 1.0) {
    if (!(options.lambda >= 0.0) || !(options.relaxation > 0.0 && options.relaxation < 2.0) ||
        options.block == 0) {
        throw Error("lambda = " + std::to_string(options.lambda) +
                        ", relaxation = " + std::to_string(options.relaxation) +
                        ", block = " + std::to_string(options.block) + " are not a valid choice",
                    "lasso_admm", "lambda >= 0, 0 < relaxation < 2, block >= 1");
    }
}

template <class Device, class T>
void LassoAdmm<Device, T>::update_block(const Array<Device, T>& inverse, const Array<Device, T>& projected,
                                        const Array<Device, T>& S, Array<Device, T>& Y, Array<Device, T>& U,
                                        AdmmResiduals& residuals) const {
    Array<Device, T> right = Y.copy();
    axpy(T(-1), U, right);
    Array<Device, T> X(Y.rows(), Y.cols());
    gemm(Op::none, Op::none, T(1), projected, S, T(0), X);
    gemm(Op::none, Op::none, static_cast<T>(rho_), inverse, right, T(1), X);

    // X's own residuals are wanted before it is relaxed, the new Y only afterwards.
    Array<Device, T> relaxed = X.copy();
    relax(options_.relaxation, Y, U, relaxed);
    Array<Device, T> shrunk = relaxed.copy();
    shrink_all(Shrinkage::soft, static_cast<T>(options_.lambda / rho_), shrunk);
    axpy(T(-1), shrunk, relaxed);

    residuals.x += squared_norm(X);
    residuals.y += squared_norm(shrunk);
    residuals.u += squared_norm(relaxed);
    residuals.x_minus_y += squared_distance(X, shrunk);
    residuals.y_step += squared_distance(shrunk, Y);
    Y = std::move(shrunk);
    U = std::move(relaxed);
}

template <class Device, class T>
void LassoAdmm<Device, T>::sweep(const Array<Device, T>& D, const Array<Device, T>& S,
                                 const Visitor& visitor) {
    if (D.cols() != Y_.rows() || S.cols() != Y_.cols() || D.rows() != S.rows()) {
        throw Error("shapes do not match: dictionary " + shape_text(D) + ", samples " + shape_text(S) +
                        ", codes " + shape_text(Y_),
                    "lasso_admm", "D is m x p, the samples are m x n, the codes p x n");
    }
    const Array<Device, T> inverse = regularised_inverse(rho_, gram(D));
    // (D^T D + rho I)^-1 D^T once for all samples.
    Array<Device, T> projected(D.cols(), D.rows());
    gemm(Op::none, Op::transpose, T(1), inverse, D, T(0), projected);

    AdmmResiduals residuals;
    for (std::size_t first = 0; first < S.cols(); first += options_.block) {
        const std::size_t count = std::min(options_.block, S.cols() - first);
        const Array<Device, T> samples = S.columns(first, count);
        Array<Device, T> Y = Y_.columns(first, count), U = U_.columns(first, count);
        update_block(inverse, projected, samples, Y, U, residuals);
        Y_.set_columns(first, Y);
        U_.set_columns(first, U);
        if (visitor) visitor(samples, Y);
    }
    ++iterations_;
    primal_ = residuals.primal();
    dual_ = residuals.dual();
    const double change = options_.balance.change(iterations_, primal_, dual_);
    if (change != 1.0) {
        rho_ *= change;
        scale(static_cast<T>(1.0 / change), U_);
    }
}

#define ASSAY_INSTANTIATE(Device, T) template class LassoAdmm<Device, T>;

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
