#include <boost/test/unit_test.hpp>
#include <cmath>
#include <tuple>

#include "solvers/device/composed.hpp"
#include "solvers/device/cuda/context.hpp"
#include "solvers/device/primitives.hpp"
#include "tests/cuda/parity.hpp"

using namespace assay::solvers;
using parity::epsilon;
using parity::Pair;
using Scalars = std::tuple<double, float>;

namespace {

// Below, at and above a warp and a block; odd; and more entries than one pass of the largest grid.
const std::vector<std::pair<std::size_t, std::size_t>> shapes = {
    {1, 1}, {31, 1}, {33, 7}, {257, 3}, {1023, 1101}};

/// Runs `operation` on both devices for every shape, with zeros planted; the results must have equal bits.
template <class T, class Operation>
void expect_equal_bits(Operation operation) {
    for (const auto& [rows, cols] : shapes) {
        Pair<T> X(rows, cols, 1, 5), Y(rows, cols, 2, 7);
        operation(X.cpu, Y.cpu);
        operation(X.gpu, Y.gpu);
        BOOST_TEST(X.equal_bits(), "first operand of " << rows << " x " << cols);
        BOOST_TEST(Y.equal_bits(), "second operand of " << rows << " x " << cols);
    }
}

/// C = alpha op(A) op(B) + beta C and the same sum of absolute values, in double by plain loops.
template <class T>
void plain_gemm(Op op_a, Op op_b, double alpha, const Array<Cpu, T>& A, const Array<Cpu, T>& B, double beta,
                const Array<Cpu, T>& C, std::vector<double>& value, std::vector<double>& magnitude) {
    const std::size_t inner = op_a == Op::none ? A.cols() : A.rows();
    for (std::size_t j = 0; j < C.cols(); ++j) {
        for (std::size_t i = 0; i < C.rows(); ++i) {
            double sum = beta * static_cast<double>(C(i, j)), size = std::abs(sum);
            for (std::size_t k = 0; k < inner; ++k) {
                const double term = alpha * static_cast<double>(op_a == Op::none ? A(i, k) : A(k, i)) *
                                    static_cast<double>(op_b == Op::none ? B(k, j) : B(j, k));
                sum += term;
                size += std::abs(term);
            }
            value.push_back(sum);
            magnitude.push_back(size);
        }
    }
}

/// A dot product of n terms in T, in any order, errs by at most n epsilon times the sum of absolute values
/// (Higham, Accuracy and Stability, equation 3.5, with room for alpha and beta). TF32 would miss it by a
/// factor of 100.
template <class T>
void expect_gemm(Op op_a, Op op_b, std::size_t m, std::size_t n, std::size_t inner, T alpha, T beta) {
    const Pair<T> A(op_a == Op::none ? m : inner, op_a == Op::none ? inner : m, 1, 11);
    const Pair<T> B(op_b == Op::none ? inner : n, op_b == Op::none ? n : inner, 2, 13);
    Pair<T> C(m, n, 3);
    std::vector<double> value, magnitude;
    plain_gemm(op_a, op_b, static_cast<double>(alpha), A.cpu, B.cpu, static_cast<double>(beta), C.cpu, value,
               magnitude);
    gemm(op_a, op_b, alpha, A.gpu, B.gpu, beta, C.gpu);
    const std::vector<T> result = C.gpu.to_host();
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < result.size(); ++i) {
        const double bound = static_cast<double>(inner + 3) * epsilon<T> * magnitude[i];
        if (!(std::abs(static_cast<double>(result[i]) - value[i]) <= bound)) ++wrong;
    }
    BOOST_TEST(wrong == 0u,
               m << " x " << n << " over " << inner << ": " << wrong << " entries outside the bound");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cuda_primitives)

BOOST_AUTO_TEST_CASE(memory_is_zeroed_copied_and_moved) {
    const Array<Cuda, float> zero(129, 33);
    BOOST_TEST(zero.to_host() == std::vector<float>(129 * 33));
    Pair<float> A(70, 9, 1);
    BOOST_TEST(A.gpu.to_host() == A.cpu.to_host());
    const Array<Cuda, float> copy = A.gpu.copy();
    scale(2.0F, A.gpu);
    BOOST_TEST(copy.to_host() == A.cpu.to_host());
    BOOST_TEST(copy.columns(3, 4).to_host() == A.cpu.columns(3, 4).to_host());
    Array<Cuda, float> target(70, 9);
    target.set_columns(5, copy.columns(0, 4));
    BOOST_TEST(target.columns(5, 4).to_host() == A.cpu.columns(0, 4).to_host());
}

// One rounding an operation and no fused multiply-add on either side: equal bits.
BOOST_AUTO_TEST_CASE_TEMPLATE(entrywise_operations_have_equal_bits, T, Scalars) {
    expect_equal_bits<T>([](auto& X, auto& Y) { axpy(T(0.3), X, Y); });
    expect_equal_bits<T>([](auto& X, auto&) { scale(T(-1.7), X); });
    Pair<T> square(40, 40, 1);
    add_to_diagonal(T(0.1), square.cpu);
    add_to_diagonal(T(0.1), square.gpu);
    BOOST_TEST(square.equal_bits());
    expect_equal_bits<T>([](auto& X, auto& Y) { keep_where_nonzero(X, Y); });
    expect_equal_bits<T>([](auto& X, auto& Y) { add_sign(T(0.7), X, Y); });
    for (const Shrinkage shrinkage : {Shrinkage::soft, Shrinkage::soft_one_sided, Shrinkage::hard}) {
        expect_equal_bits<T>([=](auto& X, auto&) { shrink_all(shrinkage, T(0.4), X); });
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(adam_has_equal_bits_over_three_steps, T, Scalars) {
    Pair<T> parameter(67, 35, 1), gradient(67, 35, 2, 5), first(67, 35, std::vector<T>(67 * 35)),
        second(67, 35, std::vector<T>(67 * 35));
    for (std::uint64_t step = 1; step <= 3; ++step) {
        adam_step({}, step, gradient.cpu, first.cpu, second.cpu, parameter.cpu);
        adam_step({}, step, gradient.gpu, first.gpu, second.gpu, parameter.gpu);
    }
    BOOST_TEST(parameter.equal_bits());
    BOOST_TEST(first.equal_bits());
    BOOST_TEST(second.equal_bits());
}

// Sums of n non-negative doubles in two orders differ by at most n epsilon of their value, roots by half of
// it.
BOOST_AUTO_TEST_CASE_TEMPLATE(reductions_agree_to_n_epsilon, T, Scalars) {
    for (const auto& [rows, cols] : shapes) {
        const Pair<T> X(rows, cols, 1, 5), Y(rows, cols, 2, 7);
        const double bound = static_cast<double>(X.cpu.size() + 1) * epsilon<double>;
        BOOST_TEST(std::abs(norm(X.gpu) - norm(X.cpu)) <= bound * norm(X.cpu));
        BOOST_TEST(std::abs(distance(X.gpu, Y.gpu) - distance(X.cpu, Y.cpu)) <=
                   bound * distance(X.cpu, Y.cpu));
        BOOST_TEST(std::abs(dot(X.gpu, Y.gpu) - dot(X.cpu, Y.cpu)) <= bound * norm(X.cpu) * norm(Y.cpu));
        BOOST_TEST(count_nonzero(X.gpu) == count_nonzero(X.cpu));
        BOOST_TEST(norm(X.gpu) == norm(X.gpu));  // a fixed order: equal bits from call to call
        const std::vector<double> gpu = column_distances(X.gpu, Y.gpu), cpu = column_distances(X.cpu, Y.cpu);
        BOOST_TEST(parity::largest_difference(gpu, cpu) <= bound * parity::largest_entry(cpu));
        BOOST_TEST(parity::largest_difference(column_dots(X.gpu, Y.gpu), column_dots(X.cpu, Y.cpu)) <=
                   bound * norm(X.cpu) * norm(Y.cpu));
    }
}

// The lengths agree to rows epsilon of double; rounding them to T and one product leave two roundings of T.
BOOST_AUTO_TEST_CASE_TEMPLATE(columns_are_normalised_and_zero_columns_stay, T, Scalars) {
    std::vector<T> values = parity::draw<T>(301 * 5, 1);
    std::fill_n(values.begin() + 301, 301, T(0));
    Pair<T> X(301, 5, values);
    normalize_columns(X.cpu);
    normalize_columns(X.gpu);
    const double bound = 2 * epsilon<T> + 301 * epsilon<double>;
    BOOST_TEST(parity::largest_difference(X.gpu.to_host(), X.cpu.to_host()) <= bound);
    BOOST_TEST(norm(X.gpu.columns(1, 1)) == 0.0);
    BOOST_TEST(std::abs(norm(X.gpu.columns(4, 1)) - 1) <= 301 * epsilon<T>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gathered_columns_are_equal, T, Scalars) {
    const Pair<T> X(301, 5, 1);
    const std::vector<std::size_t> index{4, 0, 4, 2};
    BOOST_TEST(gathered(X.gpu, index).to_host() == gathered(X.cpu, index).to_host());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gemm_is_within_the_rounding_of_a_dot_product, T, Scalars) {
    for (const Op op_a : {Op::none, Op::transpose}) {
        for (const Op op_b : {Op::none, Op::transpose}) {
            expect_gemm<T>(op_a, op_b, 1, 1, 1, T(1), T(0));
            expect_gemm<T>(op_a, op_b, 33, 65, 71, T(-0.2), T(1));
            expect_gemm<T>(op_a, op_b, 100, 129, 1001, T(1), T(0));
        }
    }
}

BOOST_AUTO_TEST_CASE(gemm_over_nothing_scales_the_result) {
    const Array<Cuda, double> A(3, 0), B(0, 2);
    Pair<double> C(3, 2, 1);
    gemm(Op::none, Op::none, 1.0, A, B, 0.5, C.gpu);
    scale(0.5, C.cpu);
    BOOST_TEST(C.equal_bits());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gram_is_symmetric_and_right, T, Scalars) {
    const Pair<T> A(77, 131, 1, 5);
    const Array<Cuda, T> G = gram(A.gpu);
    BOOST_TEST(transposed(G).to_host() == G.to_host());
    // 77 products of at most 1 each, on both devices.
    BOOST_TEST(parity::largest_difference(G.to_host(), gram(A.cpu).to_host()) <= 2 * 77 * epsilon<T> * 77);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sparse_product_is_the_product, T, Scalars) {
    const Pair<T> A(45, 67, 1), B(67, 39, std::vector<T>(67 * 39));
    Pair<T> few(67, 39, 2);
    for (std::size_t i = 0; i < few.cpu.size(); ++i) {
        if (i % 20 != 0) few.cpu.data()[i] = T(0);
    }
    const Pair<T> sparse(few.cpu);
    BOOST_TEST(parity::largest_difference(multiply_sparse(A.gpu, sparse.gpu).to_host(),
                                          multiply_sparse(A.cpu, sparse.cpu).to_host()) <=
               2 * 67 * epsilon<T>);
    BOOST_TEST(norm(multiply_sparse(A.gpu, B.gpu)) == 0.0);
}

// Cholesky is backward stable: ||S X - B|| <= 10 n^2 epsilon ||S|| ||X|| holds with much room (Higham,
// Theorem 10.4).
BOOST_AUTO_TEST_CASE_TEMPLATE(cholesky_solves, T, Scalars) {
    const std::size_t n = 129;
    const Pair<T> A(200, n, 1), B(n, 5, 2);
    const Array<Cuda, T> S = gram(A.gpu);
    const Array<Cuda, T> X = solve_spd(S, B.gpu);
    Array<Cuda, T> residual = B.gpu.copy();
    gemm(Op::none, Op::none, T(1), S, X, T(-1), residual);
    BOOST_TEST(norm(residual) <= 10 * n * n * epsilon<T> * norm(S) * norm(X));
    BOOST_TEST(norm(X) > 0.0);
    // Against the CPU the condition number comes in: below 100 for this matrix.
    BOOST_TEST(parity::largest_difference(X.to_host(), solve_spd(gram(A.cpu), B.cpu).to_host()) <=
               100 * n * epsilon<T> * norm(X));
}

BOOST_AUTO_TEST_CASE(indefinite_matrices_and_wrong_shapes_are_refused) {
    const Array<Cuda, double> S = Array<Cuda, double>::from_host(2, 2, std::vector<double>{1, 2, 2, 1});
    const auto indefinite = [](const assay::Error& error) {
        return error.problem() == "the matrix is not positive definite";
    };
    BOOST_CHECK_EXCEPTION(solve_spd(S, S), assay::Error, indefinite);
    Array<Cuda, double> A(3, 4), B(4, 3), C(2, 2);
    BOOST_CHECK_THROW(gemm(Op::none, Op::none, 1.0, A, B, 0.0, C), assay::Error);
    BOOST_CHECK_THROW(axpy(1.0, A, B), assay::Error);
    BOOST_CHECK_THROW(distance(A, B), assay::Error);
    BOOST_CHECK_THROW(solve_spd(A, B), assay::Error);
}

BOOST_AUTO_TEST_CASE(too_much_memory_is_an_error_that_can_be_survived) {
    const auto names_the_gpu = [](const assay::Error& error) {
        return error.problem().find("out of GPU memory") != std::string::npos && !error.hint().empty();
    };
    BOOST_CHECK_EXCEPTION((Array<Cuda, double>(std::size_t{1} << 20, std::size_t{1} << 17)),
                          assay::OutOfMemory, names_the_gpu);
    const auto small = Array<Cuda, double>::from_host(3, 1, std::vector<double>{2, 2, 2});
    BOOST_TEST(dot(small, small) == 12.0);
}

BOOST_AUTO_TEST_CASE(waiting_leaves_nothing_in_the_queue) {
    Array<Cuda, double> A(4096, 4096), C(4096, 4096);
    for (int i = 0; i < 20; ++i) gemm(Op::none, Op::none, 1.0, A, A, 0.0, C);
    BOOST_TEST((cudaStreamQuery(cuda::context().stream) == cudaErrorNotReady));
    Cuda::synchronize();
    BOOST_TEST((cudaStreamQuery(cuda::context().stream) == cudaSuccess));
}

BOOST_AUTO_TEST_CASE(the_most_memory_that_was_held_is_counted) {
    const std::size_t bytes = std::size_t{1} << 28;
    { const Array<Cuda, double> large(bytes / sizeof(double), 1); }
    const std::uint64_t peak = Cuda::peak_bytes();
    BOOST_TEST((peak == 0 || peak >= bytes));  // 0 where the driver has no memory pools
    BOOST_TEST((peak != 0 || !cuda::context().pooled));
}

BOOST_AUTO_TEST_SUITE_END()
