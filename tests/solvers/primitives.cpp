#include "solvers/device/primitives.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <tuple>

#include "solvers/device/random.hpp"

using namespace assay::solvers;

namespace {

using Scalars = std::tuple<double, float>;

template <class T>
Array<Cpu, T> gaussian(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    Random random(seed, "test");
    Array<Cpu, T> A(rows, cols);
    for (std::size_t i = 0; i < A.size(); ++i) A.data()[i] = static_cast<T>(random.normal());
    return A;
}

/// Rounding of a sum of n products of standard normals, with room for its order.
template <class T>
double bound(std::size_t n) {
    return 4.0 * static_cast<double>(n) * static_cast<double>(std::numeric_limits<T>::epsilon());
}

template <class T>
T entry(const Array<Cpu, T>& A, Op op, std::size_t i, std::size_t j) {
    return op == Op::none ? A(i, j) : A(j, i);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(primitives)

BOOST_AUTO_TEST_CASE_TEMPLATE(gemm_is_the_triple_loop_for_every_transposition, T, Scalars) {
    for (const Op a : {Op::none, Op::transpose}) {
        for (const Op b : {Op::none, Op::transpose}) {
            const auto A = a == Op::none ? gaussian<T>(7, 5, 1) : gaussian<T>(5, 7, 1);
            const auto B = b == Op::none ? gaussian<T>(5, 9, 2) : gaussian<T>(9, 5, 2);
            auto C = gaussian<T>(7, 9, 3);
            const auto before = C.copy();
            gemm(a, b, T(2), A, B, T(-0.5), C);
            for (std::size_t i = 0; i < 7; ++i) {
                for (std::size_t j = 0; j < 9; ++j) {
                    double sum = -0.5 * static_cast<double>(before(i, j));
                    for (std::size_t k = 0; k < 5; ++k)
                        sum += 2.0 * static_cast<double>(entry(A, a, i, k)) *
                               static_cast<double>(entry(B, b, k, j));
                    BOOST_TEST(std::abs(static_cast<double>(C(i, j)) - sum) < 4 * bound<T>(5));
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gram_and_transpose_sum_are_whole_and_symmetric, T, Scalars) {
    const auto A = gaussian<T>(11, 70, 4);  // more columns than one tile of the mirror
    const auto G = gram(A);
    Array<Cpu, T> direct(70, 70), twice = gaussian<T>(70, 70, 5);
    gemm(Op::transpose, Op::none, T(1), A, A, T(0), direct);
    BOOST_TEST(distance(G, direct) < 70 * bound<T>(11));
    const auto before = twice.copy();
    add_transpose(twice);
    for (std::size_t i = 0; i < 70; ++i) {
        for (std::size_t j = 0; j < 70; ++j) {
            BOOST_TEST(G(i, j) == G(j, i));
            BOOST_TEST(twice(i, j) == before(i, j) + before(j, i));
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sparse_product_is_the_dense_one, T, Scalars) {
    const auto A = gaussian<T>(37, 50, 6);
    for (const std::size_t every : {1, 3, 13, 2000}) {  // from dense to empty columns
        Array<Cpu, T> B(50, 40), C(37, 40);
        Random random(7, "sparse");
        for (std::size_t i = every - 1; i < B.size(); i += every)
            B.data()[i] = static_cast<T>(random.normal());
        gemm(Op::none, Op::none, T(1), A, B, T(0), C);
        BOOST_TEST(distance(multiply_sparse(A, B), C) < 40 * bound<T>(50));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(norms_distances_and_products_agree, T, Scalars) {
    const auto X = gaussian<T>(13, 6, 8), Y = gaussian<T>(13, 6, 9);
    const double xx = dot(X, X), yy = dot(Y, Y), xy = dot(X, Y);
    BOOST_TEST(norm(X) == std::sqrt(xx), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(std::pow(distance(X, Y), 2) == xx + yy - 2 * xy, boost::test_tools::tolerance(1e-12));
    double sum = 0;
    for (const double d : column_distances(X, Y)) sum += d * d;
    BOOST_TEST(sum == std::pow(distance(X, Y), 2), boost::test_tools::tolerance(1e-13));
    const std::vector<double> products = column_dots(X, Y);
    BOOST_TEST(products.size() == 6u);
    BOOST_TEST(products[4] == dot(X.columns(4, 1), Y.columns(4, 1)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(normalised_columns_have_unit_length_and_zero_ones_stay, T, Scalars) {
    auto X = gaussian<T>(9, 5, 10);
    for (std::size_t i = 0; i < 9; ++i) X(i, 2) = T(0);
    normalize_columns(X);
    const Array<Cpu, T> origin(9, 5);
    const auto lengths = column_distances(X, origin);
    for (const std::size_t j : {0, 1, 3, 4}) BOOST_TEST(std::abs(lengths[j] - 1) < bound<T>(9));
    BOOST_TEST(lengths[2] == 0.0);
}

BOOST_AUTO_TEST_CASE(columns_are_gathered_in_the_order_asked_for) {
    const auto A = gaussian<double>(5, 4, 13);
    const std::vector<std::size_t> index{3, 0, 3};
    const Array<Cpu, double> B = gathered(A, index);
    BOOST_TEST(B.cols() == 3u);
    for (std::size_t k = 0; k < index.size(); ++k) {
        for (std::size_t i = 0; i < 5; ++i) BOOST_TEST(B(i, k) == A(i, index[k]));
    }
    BOOST_TEST(gathered(A, {}).cols() == 0u);
    const std::vector<std::size_t> outside{4};
    BOOST_CHECK_EXCEPTION(gathered(A, outside), assay::Error, [](const assay::Error& error) {
        return error.problem().find("column 4 of an array of 5 x 4") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(entrywise_primitives_are_their_formulas, T, Scalars) {
    const auto A = gaussian<T>(8, 4, 11);
    auto Z = A.copy(), V = gaussian<T>(8, 4, 12), S = V.copy();
    const auto before = V.copy();
    shrink_all(Shrinkage::soft, T(0.5), Z);
    keep_where_nonzero(Z, V);
    add_sign(T(2), Z, S);
    std::uint64_t nonzeros = 0;
    for (std::size_t i = 0; i < A.size(); ++i) {
        const T a = A.data()[i], z = std::copysign(std::max(std::abs(a) - T(0.5), T(0)), a);
        BOOST_TEST(Z.data()[i] == z);
        BOOST_TEST(V.data()[i] == (z != T(0) ? before.data()[i] : T(0)));
        BOOST_TEST(S.data()[i] == before.data()[i] + (z == T(0) ? T(0) : std::copysign(T(2), z)));
        nonzeros += z != T(0);
    }
    BOOST_TEST(count_nonzero(Z) == nonzeros);
}

BOOST_AUTO_TEST_CASE(adam_follows_its_recursion) {
    // The first step moves each entry by rate times the gradient's sign, up to epsilon, whatever the
    // gradient's size.
    Adam options;
    options.rate = 0.1;
    Array<Cpu, double> D(3, 1), first(3, 1), second(3, 1), g(3, 1);
    g(0, 0) = 1e-3, g(1, 0) = -50, g(2, 0) = 0;
    adam_step(options, 1, g, first, second, D);
    BOOST_TEST(D(0, 0) == -0.1, boost::test_tools::tolerance(2e-5));  // epsilon / |g| = 1e-5
    BOOST_TEST(D(1, 0) == 0.1, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(D(2, 0) == 0.0);
    adam_step(options, 2, g, first, second, D);
    BOOST_TEST(first(1, 0) == -50 * (1 - 0.81), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(second(1, 0) == 2500 * (1 - 0.999 * 0.999), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(D(1, 0) == 0.2, boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(cholesky_solves_and_refuses_indefinite_matrices, T, Scalars) {
    const auto A = gaussian<T>(20, 6, 13), B = gaussian<T>(6, 3, 14);
    auto S = gram(A);
    const auto X = solve_spd(S, B);
    auto R = B.copy();
    gemm(Op::none, Op::none, T(1), S, X, T(-1), R);
    BOOST_TEST(norm(R) <
               100 * bound<T>(20));  // the condition number of a 20 x 6 Gaussian Gram matrix is about 10
    S(3, 3) = T(-1);
    BOOST_CHECK_EXCEPTION(solve_spd(S, B), assay::Error, [](const assay::Error& error) {
        return error.problem().find("is not positive definite") != std::string::npos &&
               error.hint().find("raise the ridge") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_diagonal_alone_is_raised, T, Scalars) {
    const auto before = gaussian<T>(7, 7, 21);
    auto A = before.copy();
    add_to_diagonal(T(0.25), A);
    for (std::size_t j = 0; j < 7; ++j)
        for (std::size_t i = 0; i < 7; ++i) BOOST_TEST(A(i, j) == before(i, j) + (i == j ? T(0.25) : T(0)));
    auto wide = gaussian<T>(2, 3, 22);
    BOOST_CHECK_THROW(add_to_diagonal(T(1), wide), assay::Error);
}

BOOST_AUTO_TEST_CASE(equal_inputs_give_equal_bits) {
    const auto A = gaussian<float>(60, 90, 15), B = gaussian<float>(60, 70, 16);
    Array<Cpu, float> C(90, 70), again(90, 70);
    gemm(Op::transpose, Op::none, 1.0F, A, B, 0.0F, C);
    gemm(Op::transpose, Op::none, 1.0F, A, B, 0.0F, again);
    BOOST_TEST(C.to_host() == again.to_host(), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_fit_are_named) {
    const auto A = gaussian<double>(3, 4, 17), B = gaussian<double>(3, 4, 18);
    Array<Cpu, double> C(3, 4);
    BOOST_CHECK_EXCEPTION(gemm(Op::none, Op::none, 1.0, A, B, 0.0, C), assay::Error,
                          [](const assay::Error& error) {
                              return std::string(error.what()).find("3 x 4 times 3 x 4") != std::string::npos;
                          });
    BOOST_CHECK_THROW(distance(A, gaussian<double>(4, 3, 1)), assay::Error);
    BOOST_CHECK_THROW(A.columns(2, 3), assay::Error);
    const double two[] = {1, 2};
    BOOST_CHECK_THROW((Array<Cpu, double>::from_host(2, 2, two)), assay::Error);
}

BOOST_AUTO_TEST_CASE(memory_that_is_not_there_is_an_error_of_its_own) {
    BOOST_CHECK_EXCEPTION((Array<Cpu, double>(std::size_t{1} << 30, std::size_t{1} << 25)),
                          assay::OutOfMemory,
                          [](const assay::OutOfMemory& error) { return !error.hint().empty(); });
}

BOOST_AUTO_TEST_SUITE_END()
