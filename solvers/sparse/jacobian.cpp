#include "solvers/sparse/jacobian.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "solvers/device/cpu/armadillo_view.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace {

std::vector<std::size_t> support_of(std::span<const double> z) {
    std::vector<std::size_t> support;
    for (std::size_t j = 0; j < z.size(); ++j) {
        if (z[j] != 0.0) support.push_back(j);
    }
    return support;
}

void check_sample(const Array<Cpu, double>& D, std::span<const double> x) {
    if (x.size() != D.rows()) {
        throw Error("a sample of length " + std::to_string(x.size()) + " does not fit the dictionary " +
                        shape_text(D),
                    "code Jacobian", "the sample needs as many entries as the dictionary has rows");
    }
}

/// r = D z - x.
std::vector<double> residual_of(const Array<Cpu, double>& D, std::span<const double> x,
                                std::span<const double> z) {
    std::vector<double> r(x.size());
    for (std::size_t l = 0; l < x.size(); ++l) r[l] = -x[l];
    for (std::size_t j = 0; j < z.size(); ++j) {
        if (z[j] == 0.0) continue;
        for (std::size_t l = 0; l < x.size(); ++l) r[l] += D(l, j) * z[j];
    }
    return r;
}

/// values += factor [D_l z^T + r_l I] on the rows `support`, for every row l of D.
void add_direct_part(double factor, const Array<Cpu, double>& D, std::span<const double> r,
                     std::span<const double> z, const std::vector<std::size_t>& support,
                     Array<Cpu, double>& values) {
    const std::size_t m = D.rows(), p = D.cols();
    for (std::size_t l = 0; l < m; ++l) {
        for (std::size_t j = 0; j < p; ++j) {
            if (z[j] == 0.0) continue;
            for (std::size_t k = 0; k < support.size(); ++k) {
                values(k, l * p + j) += factor * D(l, support[k]) * z[j];
            }
        }
        for (std::size_t k = 0; k < support.size(); ++k) values(k, l * p + support[k]) += factor * r[l];
    }
}

/// Rows `to` of (I - alpha G) J for a J whose rows `from` alone are not zero: a |to| x |from| matrix.
arma::mat propagator(double alpha, const Array<Cpu, double>& G, const std::vector<std::size_t>& to,
                     const std::vector<std::size_t>& from) {
    arma::mat A(to.size(), from.size());
    for (std::size_t j = 0; j < from.size(); ++j) {
        for (std::size_t i = 0; i < to.size(); ++i) {
            A(i, j) = (to[i] == from[j] ? 1.0 : 0.0) - alpha * G(to[i], from[j]);
        }
    }
    return A;
}

}  // namespace

Array<Cpu, double> SupportJacobian::row(std::size_t l) const {
    if (l >= m)
        throw Error("row " + std::to_string(l) + " of a dictionary with " + std::to_string(m) + " rows");
    Array<Cpu, double> J(p, p);
    for (std::size_t j = 0; j < p; ++j) {
        for (std::size_t k = 0; k < support.size(); ++k) J(support[k], j) = values(k, l * p + j);
    }
    return J;
}

JacobianRecursion::JacobianRecursion(const Encoder& encoder, const Array<Cpu, double>& D,
                                     std::span<const double> x)
    : encoder_(encoder), D_(D.copy()), x_(x.begin(), x.end()), z_(D.cols(), 0.0) {
    check_sample(D, x);
    G_ = gram(D_);
    J_.m = D.rows();
    J_.p = D.cols();
    J_.values = Array<Cpu, double>(0, J_.m * J_.p);
}

std::vector<double> JacobianRecursion::next_code(std::span<const double> r) const {
    const double threshold = encoder_.threshold(t_ + 1);
    std::vector<double> next(z_.size());
    for (std::size_t j = 0; j < z_.size(); ++j) {
        double correlation = 0.0;
        for (std::size_t l = 0; l < r.size(); ++l) correlation += D_(l, j) * r[l];
        next[j] = shrink(encoder_.shrinkage, z_[j] - encoder_.alpha * correlation, threshold);
    }
    return next;
}

void JacobianRecursion::skip(std::size_t layers) {
    for (std::size_t i = 0; i < layers; ++i) {
        z_ = next_code(residual_of(D_, x_, z_));
        ++t_;
    }
    J_.support.clear();
    J_.values = Array<Cpu, double>(0, J_.m * J_.p);
}

void JacobianRecursion::step() {
    const std::vector<double> r = residual_of(D_, x_, z_);
    std::vector<double> next = next_code(r);
    std::vector<std::size_t> support = support_of(next);
    Array<Cpu, double> values(support.size(), J_.m * J_.p);
    if (!support.empty() && !J_.support.empty()) {
        arma::mat product(values.data(), values.rows(), values.cols(), false, true);
        product = propagator(encoder_.alpha, G_, support, J_.support) * view(J_.values);
    }
    add_direct_part(-encoder_.alpha, D_, r, z_, support, values);
    z_ = std::move(next);
    J_.support = std::move(support);
    J_.values = std::move(values);
    ++t_;
}

SupportJacobian truncated_jacobian(const Encoder& encoder, const Array<Cpu, double>& D,
                                   std::span<const double> x, std::size_t t, std::size_t depth) {
    JacobianRecursion recursion(encoder, D, x);
    recursion.skip(t > depth ? t - depth : 0);
    while (recursion.t() < t) recursion.step();
    return std::move(recursion).jacobian();
}

SupportJacobian fixed_point_jacobian(const Array<Cpu, double>& D, std::span<const double> x,
                                     std::span<const double> z_hat) {
    check_sample(D, x);
    if (z_hat.size() != D.cols()) {
        throw Error("a code of length " + std::to_string(z_hat.size()) + " does not fit the dictionary " +
                        shape_text(D),
                    "code Jacobian", "the code needs as many entries as the dictionary has columns");
    }
    SupportJacobian J;
    J.m = D.rows();
    J.p = D.cols();
    J.support = support_of(z_hat);
    J.values = Array<Cpu, double>(J.support.size(), J.m * J.p);
    if (J.support.empty()) return J;
    add_direct_part(-1.0, D, residual_of(D, x, z_hat), z_hat, J.support, J.values);
    const arma::mat D_S = view(D).cols(arma::conv_to<arma::uvec>::from(J.support));
    arma::mat factor;
    if (!arma::chol(factor, D_S.t() * D_S)) {
        throw Error(
            "the " + std::to_string(J.support.size()) + " atoms on the support are linearly dependent",
            "fixed_point_jacobian", "the lasso solution is not unique there: raise lambda");
    }
    arma::mat values(J.values.data(), J.values.rows(), J.values.cols(), false, true);
    values = arma::solve(arma::trimatu(factor), arma::solve(arma::trimatl(factor.t()), values).eval());
    return J;
}

double mean_row_distance(const SupportJacobian& A, const SupportJacobian& B) {
    if (A.m != B.m || A.p != B.p)
        throw Error("Jacobians of dictionaries of different shapes", "mean_row_distance");
    std::vector<std::size_t> in_a(A.p, A.support.size()), in_b(B.p, B.support.size());
    for (std::size_t k = 0; k < A.support.size(); ++k) in_a[A.support[k]] = k;
    for (std::size_t k = 0; k < B.support.size(); ++k) in_b[B.support[k]] = k;
    double sum = 0.0;
    for (std::size_t l = 0; l < A.m; ++l) {
        double square = 0.0;
        for (std::size_t j = 0; j < A.p; ++j) {
            const std::size_t column = l * A.p + j;
            for (std::size_t i = 0; i < A.p; ++i) {
                const double a = in_a[i] < A.support.size() ? A.values(in_a[i], column) : 0.0;
                const double b = in_b[i] < B.support.size() ? B.values(in_b[i], column) : 0.0;
                square += (a - b) * (a - b);
            }
        }
        sum += std::sqrt(square);
    }
    return A.m == 0 ? 0.0 : sum / static_cast<double>(A.m);
}

double frobenius_norm(const SupportJacobian& J) {
    return norm(J.values);
}

}  // namespace assay::solvers
