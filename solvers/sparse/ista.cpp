#include "solvers/sparse/ista.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/spectral_norm.hpp"
#include "solvers/sparse/momentum.hpp"

namespace assay::solvers {
namespace {

void check_options(const IstaOptions& options) {
    if (options.shrinkage == Shrinkage::hard) {
        throw Error("a hard threshold does not solve the lasso", "ista",
                    "use Shrinkage::soft or soft_one_sided");
    }
    if (!(options.lambda >= 0.0) || !(options.step >= 0.0) || options.check_every == 0) {
        throw Error("lambda = " + std::to_string(options.lambda) +
                        ", step = " + std::to_string(options.step) +
                        ", check_every = " + std::to_string(options.check_every) + " are not a valid choice",
                    "ista", "lambda and step must not be negative and check_every not zero");
    }
}

/// What the certificates are made of, on the host: residual R = X - D Z and correlations C = D^T R.
template <class T>
struct Residual {
    std::vector<T> x, z, r, c;
    std::size_t m, p, n;
};

template <class Device, class T>
Residual<T> residual(const Array<Device, T>& D, const Array<Device, T>& X, const Array<Device, T>& Z) {
    Array<Device, T> R = X.copy();
    gemm(Op::none, Op::none, T(-1), D, Z, T(1), R);
    Array<Device, T> C(D.cols(), X.cols());
    gemm(Op::transpose, Op::none, T(1), D, R, T(0), C);
    return {X.to_host(), Z.to_host(), R.to_host(), C.to_host(), D.rows(), D.cols(), X.cols()};
}

double square(double a) {
    return a * a;
}

/// The dual objective at theta = s r is s <r, x> - s^2 ||r||^2 / 2; s is its maximiser, kept within the
/// feasible set s max_j |c_j| <= lambda.
double dual_value(double lambda, double r_x, double r_r, double c_max) {
    if (r_r == 0.0) return 0.0;
    double s = std::max(r_x / r_r, 0.0);
    if (s * c_max > lambda) s = lambda / c_max;
    return s * r_x - 0.5 * s * s * r_r;
}

template <class T>
double sample_gap(double lambda, bool one_sided, const Residual<T>& v, std::size_t i) {
    double r_r = 0, r_x = 0, l1 = 0, c_max = 0;
    for (std::size_t k = i * v.m; k < (i + 1) * v.m; ++k) {
        r_r += square(static_cast<double>(v.r[k]));
        r_x += static_cast<double>(v.r[k]) * static_cast<double>(v.x[k]);
    }
    for (std::size_t k = i * v.p; k < (i + 1) * v.p; ++k) {
        if (one_sided && v.z[k] < T(0)) return std::numeric_limits<double>::infinity();
        l1 += std::abs(static_cast<double>(v.z[k]));
        const double c = static_cast<double>(v.c[k]);
        c_max = std::max(c_max, one_sided ? c : std::abs(c));
    }
    return 0.5 * r_r + lambda * l1 - dual_value(lambda, r_x, r_r, c_max);
}

/// The largest gap relative to the objective at zero, 1/2 ||x||^2.
template <class Device, class T>
double relative_gap(const IstaOptions& options, const Array<Device, T>& D, const Array<Device, T>& X,
                    const Array<Device, T>& Z) {
    const std::vector<double> gap = duality_gap(options.lambda, options.shrinkage, D, X, Z);
    const std::vector<double> length = column_norms(X);
    double worst = 0.0;
    for (std::size_t i = 0; i < gap.size(); ++i) {
        const double at_zero = 0.5 * square(length[i]);
        worst = std::max(worst, at_zero > 0.0 ? gap[i] / at_zero : gap[i]);
    }
    return worst;
}

/// alpha, by default 1 / sigma_max(D)^2. A dictionary of zeros gives zero codes with any step.
template <class Device, class T>
double step_size(const IstaOptions& options, const Array<Device, T>& D) {
    if (options.step > 0.0) return options.step;
    const double sigma = spectral_norm(D);
    return sigma > 0.0 ? 1.0 / (sigma * sigma) : 1.0;
}

void require_bounded(double size, std::size_t iteration, double alpha) {
    if (std::isfinite(size)) return;
    throw Diverged("the norm of the codes", iteration, "ista",
                   "the step is " + std::to_string(alpha) +
                       ": take a step below 2 / sigma_max(D)^2, or 0 for 1 / sigma_max(D)^2");
}

bool finished(const IstaOptions& options, double change, double size, double gap) {
    switch (options.stop) {
        case IstaStop::iterations:
            return false;
        case IstaStop::relative_change:
            return change <= options.tolerance * size;
        case IstaStop::duality_gap:
            return gap <= options.tolerance;
    }
    return false;
}

}  // namespace

template <class Device, class T>
IstaResult<Device, T> ista(const IstaOptions& options, const Array<Device, T>& D, const Array<Device, T>& X,
                           const IstaObserver<Device, T>& observer) {
    check_options(options);
    require_problem("ista", "the dictionary D", D, X);
    const double alpha = step_size(options, D);
    const std::size_t p = D.cols(), n = X.cols();
    Array<Device, T> A = gram(D);  // I - alpha D^T D
    scale(static_cast<T>(-alpha), A);
    add_to_diagonal(T(1), A);
    Array<Device, T> B(p, n);
    gemm(Op::transpose, Op::none, static_cast<T>(alpha), D, X, T(0), B);

    Array<Device, T> before(p, n), next, V(p, n);
    IstaResult<Device, T> result;
    result.codes = Array<Device, T>(p, n);
    result.converged = options.stop == IstaStop::iterations;
    Momentum momentum;
    for (std::size_t t = 1; t <= options.max_iterations; ++t) {
        next = multiply_sparse(A, options.accelerated ? V : result.codes);
        axpy(T(1), B, next);
        shrink_all(options.shrinkage, static_cast<T>(alpha * options.lambda), next);
        std::swap(before, result.codes);
        std::swap(result.codes, next);
        result.iterations = t;
        if (options.accelerated) extrapolate(momentum.next(), result.codes, before, V);
        if (t % options.check_every != 0 && t != options.max_iterations) continue;
        const double change = distance(result.codes, before), size = norm(result.codes);
        require_bounded(size, t, alpha);
        const double gap = options.stop == IstaStop::duality_gap ? relative_gap(options, D, X, result.codes)
                                                                 : std::numeric_limits<double>::quiet_NaN();
        if (observer) observer({t, result.codes, change, gap});
        if (finished(options, change, size, gap)) {
            result.converged = true;
            break;
        }
    }
    return result;
}

template <class Device, class T>
std::vector<double> lambda_max(Shrinkage shrinkage, const Array<Device, T>& D, const Array<Device, T>& X) {
    require_problem("lambda_max", "the dictionary D", D, X);
    Array<Device, T> C(D.cols(), X.cols());
    gemm(Op::transpose, Op::none, T(1), D, X, T(0), C);
    const std::vector<T> c = C.to_host();
    std::vector<double> result(X.cols(), 0.0);
    for (std::size_t k = 0; k < c.size(); ++k) {
        const double value = static_cast<double>(c[k]);
        double& largest = result[k / D.cols()];
        largest = std::max(largest, shrinkage == Shrinkage::soft_one_sided ? value : std::abs(value));
    }
    return result;
}

template <class Device, class T>
std::vector<double> lasso_kkt_residual(double lambda, Shrinkage shrinkage, const Array<Device, T>& D,
                                       const Array<Device, T>& X, const Array<Device, T>& Z) {
    require_problem("lasso_kkt_residual", "the dictionary D", D, X);
    const bool one_sided = shrinkage == Shrinkage::soft_one_sided;
    const auto v = residual(D, X, Z);
    std::vector<double> result(v.n, 0.0);
    for (std::size_t k = 0; k < v.z.size(); ++k) {
        const double c = static_cast<double>(v.c[k]), z = static_cast<double>(v.z[k]);
        double violation = 0.0;
        if (z == 0.0) {
            violation = std::max((one_sided ? c : std::abs(c)) - lambda, 0.0);
        } else {
            violation = std::abs(c - lambda * sign(z));
            if (one_sided && z < 0.0) violation = std::max(violation, -z);
        }
        double& worst = result[k / v.p];
        worst = std::max(worst, violation);
    }
    return result;
}

template <class Device, class T>
std::vector<double> duality_gap(double lambda, Shrinkage shrinkage, const Array<Device, T>& D,
                                const Array<Device, T>& X, const Array<Device, T>& Z) {
    require_problem("duality_gap", "the dictionary D", D, X);
    const auto v = residual(D, X, Z);
    std::vector<double> result(v.n);
    for (std::size_t i = 0; i < v.n; ++i) {
        result[i] = sample_gap(lambda, shrinkage == Shrinkage::soft_one_sided, v, i);
    }
    return result;
}

template <class Device, class T>
std::vector<double> lasso_objective(double lambda, const Array<Device, T>& D, const Array<Device, T>& X,
                                    const Array<Device, T>& Z) {
    Array<Device, T> fit(X.rows(), X.cols());
    gemm(Op::none, Op::none, T(1), D, Z, T(0), fit);
    std::vector<double> result = column_distances(X, fit);
    const std::vector<T> z = Z.to_host();
    for (double& value : result) value = 0.5 * value * value;
    for (std::size_t k = 0; k < z.size(); ++k)
        result[k / Z.rows()] += lambda * std::abs(static_cast<double>(z[k]));
    return result;
}

#define ASSAY_INSTANTIATE(Device, T)                                                                       \
    template IstaResult<Device, T> ista(const IstaOptions&, const Array<Device, T>&,                       \
                                        const Array<Device, T>&, const IstaObserver<Device, T>&);          \
    template std::vector<double> lambda_max(Shrinkage, const Array<Device, T>&, const Array<Device, T>&);  \
    template std::vector<double> lasso_kkt_residual(double, Shrinkage, const Array<Device, T>&,            \
                                                    const Array<Device, T>&, const Array<Device, T>&);     \
    template std::vector<double> duality_gap(double, Shrinkage, const Array<Device, T>&,                   \
                                             const Array<Device, T>&, const Array<Device, T>&);            \
    template std::vector<double> lasso_objective(double, const Array<Device, T>&, const Array<Device, T>&, \
                                                 const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
