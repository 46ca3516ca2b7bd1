#include "solvers/deep/guarantees.hpp"

#include <algorithm>
#include <armadillo>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "solvers/deep/linear_program.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

constexpr double dependent = 1e-10;  ///< eigenvalues of unit atoms' Gram matrices below it are rounding

arma::mat submatrix(const Array<Cpu, double>& G, std::span<const std::size_t> support) {
    arma::mat part(support.size(), support.size());
    for (std::size_t a = 0; a < support.size(); ++a)
        for (std::size_t b = 0; b < support.size(); ++b) part(a, b) = G(support[a], support[b]);
    return part;
}

}  // namespace

void for_each_support(std::size_t count, std::size_t size,
                      const std::function<void(std::span<const std::size_t>)>& visit) {
    if (size == 0 || size > count)
        throw Error("supports of " + std::to_string(size) + " among " + std::to_string(count) + " atoms",
                    "search over supports");
    std::vector<std::size_t> support(size);
    std::iota(support.begin(), support.end(), std::size_t{0});
    while (true) {
        visit(support);
        std::size_t place = size;
        while (place > 0 && support[place - 1] == count - size + place - 1) --place;
        if (place == 0) return;
        ++support[place - 1];
        for (std::size_t k = place; k < size; ++k) support[k] = support[k - 1] + 1;
    }
}

Rivals find_rivals(const Array<Cpu, double>& D, std::span<const double> x, std::size_t sparsity) {
    const Array<Cpu, double> code = Array<Cpu, double>::from_host(x.size(), 1, x);
    Array<Cpu, double> y(D.rows(), 1), b(D.cols(), 1);
    gemm(Op::none, Op::none, 1.0, D, code, 0.0, y);
    gemm(Op::transpose, Op::none, 1.0, D, y, 0.0, b);
    const Array<Cpu, double> G = gram(D);
    const double length = norm(y);
    if (!(length > 0.0)) throw Error("D x is zero", "rivals of a code");
    Rivals rivals{0, 0, std::numeric_limits<double>::infinity()};
    for_each_support(D.cols(), sparsity, [&](std::span<const std::size_t> support) {
        ++rivals.supports;
        arma::vec right(support.size());
        for (std::size_t a = 0; a < support.size(); ++a) right(a) = b(support[a], 0);
        const arma::vec fit = arma::pinv(submatrix(G, support)) * right;
        // The residual by its definition: ||y||^2 - right . fit would lose half of the digits.
        double square = 0.0, difference = 0.0, covered = 0.0;
        for (std::size_t i = 0; i < D.rows(); ++i) {
            double residual = y(i, 0);
            for (std::size_t a = 0; a < support.size(); ++a) residual -= D(i, support[a]) * fit(a);
            square += residual * residual;
        }
        for (std::size_t a = 0; a < support.size(); ++a) {
            difference = std::max(difference, std::abs(fit(a) - x[support[a]]));
            covered += x[support[a]] != 0.0 ? 1.0 : 0.0;
        }
        const auto nonzeros = std::count_if(x.begin(), x.end(), [](double value) { return value != 0.0; });
        const bool holds_x = covered == static_cast<double>(nonzeros);
        const double residual = std::sqrt(square) / length;
        if (!holds_x) rivals.closest = std::min(rivals.closest, residual);
        if (residual < 1e-9 && (!holds_x || difference > 1e-6)) ++rivals.count;
    });
    return rivals;
}

double smallest_support_eigenvalue(const Array<Cpu, double>& D, std::size_t size) {
    const Array<Cpu, double> G = gram(D);
    double smallest = std::numeric_limits<double>::infinity();
    for_each_support(D.cols(), size, [&](std::span<const std::size_t> support) {
        smallest = std::min(smallest, arma::eig_sym(submatrix(G, support)).min());
    });
    return std::max(smallest, 0.0);
}

std::size_t spark(const Array<Cpu, double>& D, std::size_t largest) {
    for (std::size_t size = 1; size <= std::min(largest, D.cols()); ++size)
        if (smallest_support_eigenvalue(D, size) < dependent) return size;
    return 0;
}

std::vector<double> basis_pursuit(const Array<Cpu, double>& D, std::span<const double> y) {
    const std::size_t d = D.cols();
    if (y.size() != D.rows()) throw Error("y does not fit D", "basis pursuit");
    LinearProgram program(2 * d);  // x = u - v
    for (std::size_t i = 0; i < 2 * d; ++i) program.cost(i, 1.0);
    std::vector<double> row(2 * d);
    for (std::size_t i = 0; i < D.rows(); ++i) {
        for (std::size_t j = 0; j < d; ++j) {
            row[j] = D(i, j);
            row[d + j] = -D(i, j);
        }
        program.constrain(row, y[i], y[i]);
    }
    std::vector<double> x = program.solve();
    for (std::size_t j = 0; j < d; ++j) x[j] -= x[d + j];
    x.resize(d);
    return x;
}

}  // namespace assay::solvers
