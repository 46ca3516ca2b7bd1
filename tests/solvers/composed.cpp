#include "solvers/device/composed.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "solvers/dictionary/synthetic.hpp"
#include "tests/message_of.hpp"

using assay::testing::message_of;
using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(composed)

namespace {
using Matrix = Array<Cpu, double>;

}  // namespace

BOOST_AUTO_TEST_CASE(a_transpose_moves_every_entry) {
    // Shapes on both sides of the tile's 32 rows.
    for (const auto& [rows, cols] :
         {std::pair{1UL, 1UL}, {3UL, 70UL}, {70UL, 3UL}, {32UL, 33UL}, {0UL, 5UL}}) {
        const Matrix A = random_dictionary<Cpu, double>(rows, cols, 1);
        const Matrix B = transposed(A);
        BOOST_TEST(B.rows() == cols);
        BOOST_TEST(B.cols() == rows);
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t j = 0; j < cols; ++j) BOOST_TEST(B(j, i) == A(i, j));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_sparse_product_is_the_dense_one) {
    const Matrix A = random_dictionary<Cpu, double>(9, 40, 2);
    const Matrix Z = sparse_codes<Cpu, double>({.nonzeros = 3}, 25, 0, 40, 2);
    Matrix C = random_dictionary<Cpu, double>(9, 25, 3), expected = C.copy();
    gemm(Op::none, Op::transpose, 1.0, A, Z, 1.0, expected);
    add_times_codes_transposed(A, Z, C);
    BOOST_TEST(distance(C, expected) < 1e-13);
}

BOOST_AUTO_TEST_CASE(columns_are_set_where_they_belong) {
    Matrix A(2, 5);
    const Matrix block = random_dictionary<Cpu, double>(2, 2, 4);
    A.set_columns(3, block);
    BOOST_TEST(distance(A.columns(3, 2), block) == 0.0);
    BOOST_TEST(norm(A.columns(0, 3)) == 0.0);
    BOOST_TEST(message_of([] {
                   Matrix B(2, 5);
                   B.set_columns(4, Matrix(2, 2));
               }) == "set_columns: a block of 2 x 2 does not fit at column 4 of an array of 2 x 5");
}

BOOST_AUTO_TEST_CASE(input_is_checked) {
    BOOST_TEST(message_of([] {
                   Matrix A(2, 2);
                   A(1, 1) = std::numeric_limits<double>::infinity();
                   require_finite("here", "A", A);
               }).starts_with("here: A holds NaN or Inf"));
    BOOST_TEST(message_of([] {
                   require_entries("here", "A", Matrix(0, 3));
               }).starts_with("here: A is empty (0 x 3)"));
    BOOST_TEST(message_of([] { require_finite("here", "A", Matrix(0, 3)); }).empty());
}

BOOST_AUTO_TEST_SUITE_END()
