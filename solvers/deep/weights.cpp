#include "solvers/deep/weights.hpp"

#include <vector>

#include "solvers/deep/linear_program.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

using Matrix = Array<Cpu, double>;

/// The column at position 0 of every channel.
Matrix base_columns(const CircularDictionary& D) {
    Matrix A(D.rows(), D.channels());
    for (std::size_t b = 0; b < D.channels(); ++b)
        for (const Tap& tap : D.atom(b)) A(tap.channel * D.length() + tap.offset, b) += tap.weight;
    return A;
}

/// (A A^T)^-1 a / (a^T (A A^T)^-1 a) for those columns a of A.
Matrix analytic_columns(const Matrix& A, const Matrix& columns) {
    Matrix S(A.rows(), A.rows());
    gemm(Op::none, Op::transpose, 1.0, A, A, 0.0, S);
    Matrix W;
    try {
        W = solve_spd(S, columns);
    } catch (const Error&) {
        throw Error("D D^T is singular", "analytic weights", "take a dictionary of full row rank");
    }
    const std::vector<double> lengths = column_dots(W, columns);
    for (std::size_t b = 0; b < W.cols(); ++b)
        for (std::size_t i = 0; i < W.rows(); ++i) W(i, b) /= lengths[b];
    return W;
}

}  // namespace

CircularDictionary matched_weights(const CircularDictionary& D) {
    std::vector<double> factors;
    for (std::size_t b = 0; b < D.channels(); ++b) factors.push_back(1.0 / D.squared_norm(b));
    return scaled(D, factors);
}

CircularDictionary frobenius_weights(const CircularDictionary& D) {
    return circular(D.length(), analytic_columns(dense(D), base_columns(D)));
}

Matrix frobenius_weights(const Matrix& A) {
    return analytic_columns(A, A);
}

CircularDictionary minimax_weights(const CircularDictionary& D) {
    const Matrix A = dense(D);
    const std::size_t m = D.rows();
    Matrix W(m, D.channels());
    for (std::size_t b = 0; b < D.channels(); ++b) {
        const std::size_t own = b * D.length();
        LinearProgram program(m + 1);  // w, then t
        program.cost(m, 1.0);
        for (std::size_t i = 0; i < m; ++i) program.free(i);
        std::vector<double> row(m + 1);
        for (std::size_t j = 0; j < A.cols(); ++j) {
            for (std::size_t i = 0; i < m; ++i) row[i] = A(i, j);
            row[m] = 0.0;
            if (j == own) {
                program.constrain(row, 1.0, 1.0);
                continue;
            }
            row[m] = -1.0;
            program.constrain(row, -LinearProgram::infinity, 0.0);
            row[m] = 1.0;
            program.constrain(row, 0.0, LinearProgram::infinity);
        }
        const std::vector<double> w = program.solve();
        double own_product =
            0.0;  // the solver keeps the equality to its tolerance; the identity asks for more
        for (std::size_t i = 0; i < m; ++i) own_product += w[i] * A(i, own);
        for (std::size_t i = 0; i < m; ++i) W(i, b) = w[i] / own_product;
    }
    return circular(D.length(), W);
}

}  // namespace assay::solvers
