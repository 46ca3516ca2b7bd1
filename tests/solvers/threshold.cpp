#include "solvers/proximal/threshold.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <tuple>
#include <vector>

#include "solvers/device/random.hpp"
#include "solvers/sparse/unrolled.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(threshold)

namespace {
using Scalars = std::tuple<double, float>;

/// Entries around the threshold and around zero, and Gaussian ones; more than one vector, with a rest.
template <class T>
std::vector<T> entries(T b) {
    const T tiny = std::numeric_limits<T>::denorm_min(), largest = std::numeric_limits<T>::max(), none(0);
    std::vector<T> values{none, -none, tiny, -tiny, b, -b, largest, -largest};
    for (const T edge : {b, -b}) {
        values.push_back(std::nextafter(edge, largest));
        values.push_back(std::nextafter(edge, -largest));
    }
    Random random(1, "threshold");
    while (values.size() < 53) values.push_back(static_cast<T>(random.normal()));
    return values;
}

template <class T>
bool equal_bits(T a, T b) {
    return std::memcmp(&a, &b, sizeof(T)) == 0;
}
}  // namespace

// With a Gram matrix of zeros and the step 1, the first layer's pre-activation is b itself. The encoder's
// kernels write the formulas of threshold.hpp once more, for whole vectors.
BOOST_AUTO_TEST_CASE_TEMPLATE(the_encoders_kernels_have_the_bits_of_the_formula, T, Scalars) {
    for (const Shrinkage shrinkage : {Shrinkage::soft, Shrinkage::soft_one_sided, Shrinkage::hard}) {
        for (const double b : {0.0, 0.1, 0.75}) {
            const std::vector<T> values = entries(static_cast<T>(b));
            const Encoder encoder{.layers = 1, .alpha = 1.0, .lambda = b, .bias = b, .shrinkage = shrinkage};
            const std::size_t p = values.size();
            const std::vector<T> codes =
                encode(encoder, Array<Cpu, T>(p, p), Array<Cpu, T>::from_host(p, 1, values)).to_host();
            for (std::size_t j = 0; j < p; ++j) {
                BOOST_TEST(equal_bits(codes[j], shrink(shrinkage, values[j], static_cast<T>(b))),
                           "entry " << values[j] << " with the threshold " << b);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
