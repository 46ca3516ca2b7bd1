#include "solvers/dictionary/alternating.hpp"

#include <cmath>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/sparse/admm_steps.hpp"

namespace assay::solvers {
namespace {

void require_bounded(double size, const char* quantity, std::size_t iteration) {
    if (std::isfinite(size)) return;
    throw Diverged(quantity, iteration, "alternating_minimisation", "raise rho_codes and rho_dictionary");
}

/// ADMM for min 1/2 ||X - D Z||_F^2 subject to unit-norm columns, which needs of X and Z only K and X Z^T.
template <class Device, class T>
struct DictionaryAdmm {
    Array<Device, T> G;  ///< on the sphere
    Array<Device, T> H;  ///< scaled dual
    double rho;
    double relaxation;
    RhoBalance balance;
    std::size_t iterations = 0;

    void sweep(Array<Device, T> K, const Array<Device, T>& XZ) {
        const Array<Device, T> inverse = regularised_inverse(rho, std::move(K));
        Array<Device, T> right = G.copy();
        axpy(T(-1), H, right);
        scale(static_cast<T>(rho), right);
        axpy(T(1), XZ, right);
        Array<Device, T> D(G.rows(), G.cols());
        gemm(Op::none, Op::none, T(1), right, inverse, T(0), D);

        Array<Device, T> dual = D.copy();
        relax(relaxation, G, H, dual);
        Array<Device, T> projected = dual.copy();
        normalize_columns(projected);
        axpy(T(-1), projected, dual);

        const AdmmResiduals residuals{squared_distance(D, projected), squared_norm(D),
                                      squared_norm(projected), squared_distance(projected, G),
                                      squared_norm(dual)};
        G = std::move(projected);
        H = std::move(dual);
        const double change = balance.change(++iterations, residuals.primal(), residuals.dual());
        if (change != 1.0) {
            rho *= change;
            scale(static_cast<T>(1.0 / change), H);
        }
    }
};

}  // namespace

template <class Device, class T>
AlternatingResult<Device, T> alternating_minimisation(const AlternatingOptions& options,
                                                      const Array<Device, T>& D0, const Array<Device, T>& X,
                                                      const AlternatingObserver<Device, T>& observer) {
    require_problem("alternating_minimisation", "the dictionary D0", D0, X);
    const std::size_t m = D0.rows(), p = D0.cols(), n = X.cols();
    LassoAdmm<Device, T> coder(
        {options.lambda, options.rho_codes, options.relaxation, options.balance, options.block}, p, n);
    DictionaryAdmm<Device, T> learner{
        D0.copy(), Array<Device, T>(m, p),
        options.rho_dictionary > 0.0 ? options.rho_dictionary : static_cast<double>(n) / 500.0,
        options.relaxation, options.balance};
    normalize_columns(learner.G);

    for (std::size_t iteration = 1; iteration <= options.iterations; ++iteration) {
        Array<Device, T> K(p, p), XZ(m, p);
        coder.sweep(learner.G, X, [&](const Array<Device, T>& samples, const Array<Device, T>& codes) {
            add_times_codes_transposed(codes, codes, K);
            add_times_codes_transposed(samples, codes, XZ);
        });
        // Codes without bounds would end in the factorisation of K + rho I, which would blame the matrix.
        require_bounded(norm(K), "the codes' Gram matrix", iteration);
        learner.sweep(std::move(K), XZ);
        require_bounded(norm(learner.G), "the dictionary", iteration);
        if (observer) observer({iteration, learner.G, coder.codes(), coder.rho(), learner.rho});
    }
    return {std::move(learner.G), std::move(coder).codes()};
}

#define ASSAY_INSTANTIATE(Device, T)                                                 \
    template AlternatingResult<Device, T> alternating_minimisation(                  \
        const AlternatingOptions&, const Array<Device, T>&, const Array<Device, T>&, \
        const AlternatingObserver<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
