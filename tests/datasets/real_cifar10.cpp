#include "real_data.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(real_cifar10, *boost::unit_test::precondition(OnThisMachine{"cifar10"}))

/// Unpacked once, which takes longer than all else here.
const FeatureSplit<float>& images() {
    static const FeatureSplit<float> set = real_features("cifar10");
    return set;
}

BOOST_AUTO_TEST_CASE(is_what_the_literature_says) {
    const auto& set = images();
    BOOST_TEST(set.train.count() == 50000u);
    BOOST_TEST(set.test.count() == 9827u);
    for (const std::size_t size : class_sizes(set.train)) BOOST_TEST(size == 5000u);
    BOOST_TEST(class_sizes(set.test) ==
                   (std::vector<std::size_t>{1000, 1000, 1000, 1000, 998, 1000, 999, 997, 833, 1000}),
               boost::test_tools::per_element());
    // Half a unit of the last digit of the means of red, green and blue that are printed everywhere.
    const std::array<double, 3> printed{0.4914, 0.4822, 0.4465};
    for (std::size_t plane = 0; plane < 3; ++plane) {
        double sum = 0;
        for (std::size_t j = 0; j < set.train.count(); ++j)
            for (std::size_t i = 0; i < 1024; ++i)
                sum += static_cast<double>(set.train.values[j * 3072 + plane * 1024 + i]);
        BOOST_TEST(std::abs(sum / (50000.0 * 1024) - printed[plane]) < 5e-5);
    }
}

BOOST_AUTO_TEST_CASE(the_features_of_a_network_belong_to_these_images,
                     *boost::unit_test::precondition(OnThisMachine{"cifar10_resnet20_features"})) {
    const auto features = real_features("cifar10_resnet20_features");
    BOOST_TEST((images().train.labels == features.train.labels));
    BOOST_TEST((images().test.labels == features.test.labels));
}

BOOST_AUTO_TEST_SUITE_END()
