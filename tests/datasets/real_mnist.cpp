#include "real_data.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(real_mnist, *boost::unit_test::precondition(OnThisMachine{"mnist"}))

BOOST_AUTO_TEST_CASE(is_what_the_literature_says) {
    const auto train = real_images("mnist", "train");
    BOOST_TEST(train.count() == 60000u);
    BOOST_TEST(train.dimension() == 784u);
    // Half a unit of the last digit of the mean that is printed everywhere for normalising.
    BOOST_TEST(std::abs(mean_grey(train) - 0.1307) < 5e-5);
    const std::array<std::uint8_t, 5> digits{0, 1, 2, 3, 4};
    BOOST_TEST(select<float>(train, digits).count() == 30596u);
    BOOST_TEST(real_images("mnist", "t10k").count() == 10000u);
}

BOOST_AUTO_TEST_SUITE_END()
