#include <boost/test/unit_test.hpp>
#include <tuple>

#include "solvers/device/primitives.hpp"
#include "tests/cuda/parity.hpp"

using namespace assay::solvers;
using Scalars = std::tuple<double, float>;

BOOST_AUTO_TEST_SUITE(cuda_random)

// Philox is integer arithmetic and one exact scaling: equal bits, also where the stream number fills both
// words.
BOOST_AUTO_TEST_CASE_TEMPLATE(uniform_numbers_have_equal_bits, T, Scalars) {
    for (const std::uint64_t stream : {std::uint64_t{0}, stream_of("samples"), ~std::uint64_t{0}}) {
        for (const std::size_t count : {1, 31, 33, 1027, 300001}) {
            parity::Pair<T> X(count, 1, 1);
            fill_uniform(0x0123456789abcdefu, stream, X.cpu);
            fill_uniform(0x0123456789abcdefu, stream, X.gpu);
            BOOST_TEST(X.equal_bits());
        }
    }
}

BOOST_AUTO_TEST_CASE(another_stream_gives_other_numbers) {
    Array<Cuda, double> X(257, 1), Y(257, 1);
    fill_uniform(1, 1, X);
    fill_uniform(1, 2, Y);
    BOOST_TEST(X.to_host() != Y.to_host());
}

BOOST_AUTO_TEST_SUITE_END()
