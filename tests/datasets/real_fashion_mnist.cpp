#include "real_data.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(real_fashion_mnist, *boost::unit_test::precondition(OnThisMachine{"fashion_mnist"}))

BOOST_AUTO_TEST_CASE(is_what_the_literature_says) {
    const auto train = real_images("fashion_mnist", "train");
    BOOST_TEST(train.count() == 60000u);
    // Half a unit of the last digit of the mean that is printed everywhere for normalising.
    BOOST_TEST(std::abs(mean_grey(train) - 0.2860) < 5e-5);
    for (std::uint8_t kind = 0; kind < 10; ++kind) {
        BOOST_TEST(select<float>(train, std::span(&kind, 1)).count() == 6000u);
    }
    BOOST_TEST(real_images("fashion_mnist", "t10k").count() == 10000u);
}

BOOST_AUTO_TEST_SUITE_END()
