#include "solvers/deep/circular_dictionary.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/primitives.hpp"
#include "tests/deep/sample.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::gaussian;
using assay::testing::message_of;

namespace {

/// 3 inputs, 2 atoms, length 5, with a tap that comes twice.
CircularDictionary small() {
    return {5, 3, {{{0, 1, 2.0}, {2, 4, -1.0}, {0, 1, 0.5}}, {{1, 0, 1.5}, {2, 3, 0.25}, {0, 2, -3.0}}}};
}
CircularDictionary following() {
    return {5, 2, {{{0, 3, 1.0}, {1, 1, -2.0}}, {{1, 4, 0.5}}, {{0, 0, -1.0}, {1, 0, 1.0}}}};
}

std::vector<double> multiplied(const Array<Cpu, double>& A, const std::vector<double>& x, Op op) {
    Array<Cpu, double> y(op == Op::none ? A.rows() : A.cols(), 1);
    gemm(op, Op::none, 1.0, A, Array<Cpu, double>::from_host(x.size(), 1, x), 0.0, y);
    return y.to_host();
}

void require_equal(const std::vector<double>& a, const std::vector<double>& b) {
    BOOST_TEST_REQUIRE(a.size() == b.size());
    // Sums of a few products of entries of order 1.
    for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(std::abs(a[i] - b[i]) < 1e-13);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(circular_dictionary)

BOOST_AUTO_TEST_CASE(a_column_is_an_atom_moved) {
    const auto A = dense(small());
    BOOST_TEST(A.rows() == 15u);
    BOOST_TEST(A.cols() == 10u);
    BOOST_TEST(A(1, 0) == 2.5);
    BOOST_TEST(A(2 * 5 + 4, 0) == -1.0);
    BOOST_TEST(A(2 * 5 + 1, 2) == -1.0);  // from 4, by 2, around the end
    BOOST_TEST(A(3, 5 + 1) == -3.0);
}

BOOST_AUTO_TEST_CASE(products_are_those_of_the_matrix) {
    const CircularDictionary D = small();
    const auto A = dense(D);
    const std::vector<double> x = gaussian(D.cols(), 1.0, 3), v = gaussian(D.rows(), 1.0, 4);
    require_equal(D.times(x), multiplied(A, x, Op::none));
    require_equal(D.transposed_times(v), multiplied(A, v, Op::transpose));
}

BOOST_AUTO_TEST_CASE(a_product_of_dictionaries_is_the_product_of_matrices) {
    const CircularDictionary A = small(), B = following(), AB = product(A, B);
    const std::vector<double> x = gaussian(B.cols(), 1.0, 5);
    require_equal(AB.times(x), A.times(B.times(x)));
    require_equal(dense(AB).to_host(), dense(circular(5,
                                                      [&] {
                                                          Array<Cpu, double> base(15, 3);
                                                          const auto C = dense(AB);
                                                          for (std::size_t b = 0; b < 3; ++b)
                                                              for (std::size_t i = 0; i < 15; ++i)
                                                                  base(i, b) = C(i, 5 * b);
                                                          return base;
                                                      }()))
                                           .to_host());
}

BOOST_AUTO_TEST_CASE(gram_columns_are_those_of_the_matrix) {
    const CircularDictionary A = small(), B = following();
    const auto check = [](const ShiftGram& M, const Array<Cpu, double>& G) {
        for (std::size_t b = 0; b < M.channels(); ++b)
            for (std::size_t i = 0; i < M.size(); ++i)
                BOOST_TEST(std::abs(M.column(b)[i] - G(i, b * M.length())) < 1e-13);
    };
    check(gram(A), gram(dense(A)));
    check(gram_of_product(gram(A), B), gram(dense(product(A, B))));
    const std::vector<double> factors{0.5, -2.0};
    const CircularDictionary W = scaled(A, factors);
    Array<Cpu, double> M(10, 10);
    gemm(Op::transpose, Op::none, 1.0, dense(W), dense(A), 0.0, M);
    check(gram(W, A), M);
}

BOOST_AUTO_TEST_CASE(a_support_has_its_rows_and_columns) {
    const CircularDictionary A = small();
    const auto G = gram(dense(A));
    const std::vector<std::size_t> support{1, 4, 7, 9};  // of both channels
    const auto part = on_support(gram(A), support);
    BOOST_TEST_REQUIRE(part.rows() == 4u);
    for (std::size_t c = 0; c < 4; ++c)
        for (std::size_t r = 0; r < 4; ++r)
            BOOST_TEST(std::abs(part(r, c) - G(support[r], support[c])) < 1e-13);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
    BOOST_TEST(message_of([] {
                   CircularDictionary(0, 1, {{{0, 0, 1.0}}});
               }).find("empty") != std::string::npos);
    BOOST_TEST(message_of([] { CircularDictionary(3, 1, {}); }).find("0 atoms") != std::string::npos);
    BOOST_TEST(message_of([] {
                   CircularDictionary(3, 1, {{{0, 3, 1.0}}});
               }).find("outside 1 x 3") != std::string::npos);
    BOOST_TEST(message_of([] {
                   CircularDictionary(3, 1, {{{1, 0, 1.0}}});
               }).find("outside") != std::string::npos);
    BOOST_TEST(message_of([] {
                   CircularDictionary(3, 1, {{{0, 0, NAN}}});
               }).find("not finite") != std::string::npos);
    BOOST_TEST(message_of([] {
                   CircularDictionary(3, 1, {{{0, 0, 1.0}}, {{0, 1, 1.0}, {0, 1, -1.0}}});
               }).find("atom 1 is zero") != std::string::npos);
    const std::vector<double> x(4);
    BOOST_TEST(message_of([&] { small().times(x); }).find("D x: a vector of 4") != std::string::npos);
    BOOST_TEST(message_of([&] { small().transposed_times(x); }).find("D^T v") != std::string::npos);
    BOOST_TEST(message_of([] { product(small(), small()); }).find("cannot be followed") != std::string::npos);
    BOOST_TEST(message_of([] { gram(small(), following()); }).find("another shape") != std::string::npos);
    BOOST_TEST(message_of([] { circular(4, Array<Cpu, double>(10, 1)); }).find("of length 4") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
