#include "solvers/device/sparse_codes.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <tuple>

#include "solvers/device/composed.hpp"
#include "solvers/device/random.hpp"

using namespace assay::solvers;
using Scalars = std::tuple<double, float>;

namespace {

template <class T>
Array<Cpu, T> gaussian(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    Random random(seed, "sparse codes");
    Array<Cpu, T> A(rows, cols);
    for (std::size_t i = 0; i < A.size(); ++i) A.data()[i] = static_cast<T>(random.normal());
    return A;
}

constexpr std::size_t rows = 37, cols = 23, height = 19;

/// Codes with a full, an empty and a short column, and a zero between the non-zeros.
template <class T>
SparseCodes<Cpu, T> codes(std::size_t width, std::uint64_t seed) {
    Array<Cpu, T> A = gaussian<T>(rows, cols, seed);
    for (std::size_t i = 0; i < rows; ++i) A(i, 4) = T(0);
    for (std::size_t i = 2; i < rows; ++i) A(i, 7) = T(0);
    SparseCodes<Cpu, T> Z = largest_entries(width, A);
    Z.value(1, 9) = T(0);
    return Z;
}

/// Rounding of sums of at most `cols` products of normals, with room.
template <class T>
constexpr double bound = 100 * cols* static_cast<double>(std::numeric_limits<T>::epsilon());

}  // namespace

BOOST_AUTO_TEST_SUITE(sparse_codes)

BOOST_AUTO_TEST_CASE_TEMPLATE(products_are_those_of_the_dense_form, T, Scalars) {
    const auto V = codes<T>(6, 1), Z = codes<T>(9, 2);
    const auto v = to_dense(V), z = to_dense(Z);
    BOOST_TEST(count_nonzero(z) == 9 * 21 + 2 - 1u);

    const auto A = gaussian<T>(height, rows, 3);
    Array<Cpu, T> product(height, cols);
    gemm(Op::none, Op::none, T(1), A, z, T(0), product);
    BOOST_TEST(distance(multiply_codes(A, Z), product) < bound<T>);

    const auto Y = gaussian<T>(height, cols, 4);
    auto sparse = gaussian<T>(height, rows, 5), dense = sparse.copy();
    add_times_transposed(T(-0.5), Y, Z, sparse);
    gemm(Op::none, Op::transpose, T(-0.5), Y, z, T(1), dense);
    BOOST_TEST(distance(sparse, dense) < bound<T>);

    auto outer = gaussian<T>(rows, rows, 6), dense_outer = outer.copy();
    add_outer(T(2), V, Z, outer);
    gemm(Op::none, Op::transpose, T(2), v, z, T(1), dense_outer);
    BOOST_TEST(distance(outer, dense_outer) < bound<T>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_asked_on_a_support_is_the_dense_result_there, T, Scalars) {
    const auto V = codes<T>(6, 1), Z = codes<T>(9, 2);
    const auto A = gaussian<T>(rows, rows, 3);
    Array<Cpu, T> product(rows, cols);
    gemm(Op::transpose, Op::none, T(1), A, to_dense(V), T(0), product);
    auto picked = product.copy();
    keep_where_nonzero(to_dense(Z), picked);
    BOOST_TEST(norm(picked) > 1.0);
    BOOST_TEST(distance(to_dense(multiply_on_support(A, V, Z)), picked) < bound<T>);
    BOOST_TEST(distance(to_dense(on_support(product, Z)), picked) == 0.0);
}

BOOST_AUTO_TEST_CASE(memory_is_linear_in_the_width) {
    for (const std::size_t width : {10, 20, 100})
        BOOST_TEST((SparseCodes<Cpu, float>(520, width, 1000).bytes()) == width * 8000);
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_fit_are_named) {
    const auto Z = codes<double>(6, 1);
    Array<Cpu, double> A(height, rows + 1), B(rows, cols), C(rows, rows - 1);
    const auto names = [](const assay::Error& error) {
        return error.problem().find("37 x 23 codes") != std::string::npos;
    };
    BOOST_CHECK_EXCEPTION(multiply_codes(A, Z), assay::Error, names);
    BOOST_CHECK_EXCEPTION(add_times_transposed(1.0, B, Z, C), assay::Error, names);
    BOOST_CHECK_EXCEPTION(add_outer(1.0, Z, Z, C), assay::Error, names);
    BOOST_CHECK_EXCEPTION(multiply_on_support(C, Z, Z), assay::Error, names);
    BOOST_CHECK_EXCEPTION(on_support(C, Z), assay::Error, names);
}

BOOST_AUTO_TEST_SUITE_END()
