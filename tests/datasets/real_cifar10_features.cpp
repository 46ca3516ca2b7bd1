#include "real_data.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(real_cifar10_features,
                      *boost::unit_test::precondition(OnThisMachine{"cifar10_resnet20_features"}))

BOOST_AUTO_TEST_CASE(is_what_its_description_says) {
    const auto set = real_features("cifar10_resnet20_features");
    BOOST_TEST(set.train.count() == 50000u);
    BOOST_TEST(set.test.count() == 9827u);
    for (const LabelledFeatures<float>* part : {&set.train, &set.test}) {
        BOOST_TEST(part->dimension == 64u);
        BOOST_TEST(part->classes == 10u);
        // Means of what a ReLU gives.
        BOOST_TEST(*std::min_element(part->values.begin(), part->values.end()) >= 0.0F);
    }
    for (const std::size_t size : class_sizes(set.train)) BOOST_TEST(size == 5000u);
    // Missing: 2 deer, 1 frog, 3 horses, 167 ships.
    BOOST_TEST(class_sizes(set.test) ==
                   (std::vector<std::size_t>{1000, 1000, 1000, 1000, 998, 1000, 999, 997, 833, 1000}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_nearest_class_mean_tells_most_test_images) {
    // Labels that belong to other rows would leave a tenth of them.
    const auto set = real_features("cifar10_resnet20_features");
    const std::size_t d = set.train.dimension;
    std::vector<double> means(10 * d);
    for (std::size_t j = 0; j < set.train.count(); ++j)
        for (std::size_t i = 0; i < d; ++i)
            means[set.train.labels[j] * d + i] += static_cast<double>(set.train.values[j * d + i]) / 5000;
    std::size_t right = 0;
    for (std::size_t j = 0; j < set.test.count(); ++j) {
        std::array<double, 10> distance{};
        for (std::size_t c = 0; c < 10; ++c)
            for (std::size_t i = 0; i < d; ++i)
                distance[c] +=
                    std::pow(means[c * d + i] - static_cast<double>(set.test.values[j * d + i]), 2);
        const auto nearest = std::min_element(distance.begin(), distance.end()) - distance.begin();
        right += nearest == static_cast<std::ptrdiff_t>(set.test.labels[j]) ? 1 : 0;
    }
    BOOST_TEST_MESSAGE("right: " << right << " of " << set.test.count());
    BOOST_TEST(static_cast<double>(right) > 0.85 * static_cast<double>(set.test.count()));
}

BOOST_AUTO_TEST_SUITE_END()
