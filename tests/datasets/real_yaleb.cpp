#include "real_data.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(real_yaleb, *boost::unit_test::precondition(OnThisMachine{"yaleb"}))

BOOST_AUTO_TEST_CASE(is_what_the_literature_says) {
    const auto set = real_features("yaleb");
    BOOST_TEST(set.train.count() == 2414u);
    BOOST_TEST(set.train.dimension == 1024u);
    BOOST_TEST(set.train.classes == 38u);
    BOOST_TEST(set.test.count() == 0u);
    for (const std::size_t faces : class_sizes(set.train)) BOOST_TEST((faces >= 59 && faces <= 64));
    const auto [low, high] = std::minmax_element(set.train.values.begin(), set.train.values.end());
    BOOST_TEST(*low == 0.0F);
    BOOST_TEST(*high == 1.0F);
    const auto split = split_by_class(set.train, 32, 1);
    BOOST_TEST(split.train.count() == 38u * 32u);
    BOOST_TEST(split.test.count() == 2414u - 38u * 32u);
}

BOOST_AUTO_TEST_CASE(neighbouring_rows_of_a_column_are_neighbouring_pixels) {
    // A face is smooth: along a column of the picture grey values change half as much as from one picture to
    // the next. Rows taken for columns would turn that round.
    const auto set = real_features("yaleb").train;
    double along = 0, across = 0;
    for (std::size_t j = 0; j + 1 < set.count(); ++j) {
        for (std::size_t i = 0; i + 1 < set.dimension; ++i) {
            const auto at = static_cast<double>(set.values[j * set.dimension + i]);
            along += std::abs(at - static_cast<double>(set.values[j * set.dimension + i + 1]));
            across += std::abs(at - static_cast<double>(set.values[(j + 1) * set.dimension + i]));
        }
    }
    BOOST_TEST(along < 0.75 * across);
}

BOOST_AUTO_TEST_SUITE_END()
