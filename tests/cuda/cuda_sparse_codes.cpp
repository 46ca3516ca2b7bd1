#include <boost/test/unit_test.hpp>
#include <cmath>
#include <tuple>

#include "solvers/device/keep_largest.hpp"
#include "solvers/device/sparse_codes.hpp"
#include "tests/cuda/parity.hpp"

using namespace assay::solvers;
using parity::Pair;
using Scalars = std::tuple<double, float>;

BOOST_AUTO_TEST_SUITE(cuda_sparse_codes)

// No arithmetic: equal bits, with zeros and with ties (every entry of the second matrix is -1 or 1).
BOOST_AUTO_TEST_CASE_TEMPLATE(the_largest_entries_are_the_same, T, Scalars) {
    for (const std::size_t rows : {1, 31, 257, 900}) {
        for (const std::size_t count : {0, 1, 50, 256, 1000}) {
            Pair<T> A(rows, 13, 1, 5);
            std::vector<T> signs = A.cpu.to_host();
            for (T& sign : signs) sign = sign > T(0) ? T(1) : T(-1);
            {
                const auto cpu = largest_entries(count, A.cpu);
                const auto gpu = largest_entries(count, A.gpu);
                BOOST_TEST((gpu.index.to_host() == cpu.index.to_host()));
                BOOST_TEST((gpu.value.to_host() == cpu.value.to_host()));
            }
            Pair<T> ties(rows, 13, signs);
            keep_largest(count, A.cpu);
            keep_largest(count, A.gpu);
            keep_largest(count, ties.cpu);
            keep_largest(count, ties.gpu);
            BOOST_TEST(A.equal_bits());
            BOOST_TEST(ties.equal_bits());
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_is_an_error_there_too, T, Scalars) {
    std::vector<T> values(40, T(1));
    values[21] = std::nan("");
    Array<Cuda, T> A = Array<Cuda, T>::from_host(20, 2, values);
    BOOST_CHECK_THROW(keep_largest(3, A), assay::Error);
    BOOST_CHECK_THROW(largest_entries(3, A), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
