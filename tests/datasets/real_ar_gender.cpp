#include "real_data.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(real_ar_gender, *boost::unit_test::precondition(OnThisMachine{"ar_gender"}))

BOOST_AUTO_TEST_CASE(is_what_its_description_says) {
    const auto set = real_features("ar_gender");
    for (const LabelledFeatures<float>* part : {&set.train, &set.test}) {
        BOOST_TEST(part->count() == 700u);
        BOOST_TEST(part->dimension == 300u);
        BOOST_TEST(class_sizes(*part) == (std::vector<std::size_t>{350, 350}),
                   boost::test_tools::per_element());
        for (std::size_t j = 0; j < part->count(); ++j) {
            double square = 0;
            for (std::size_t i = 0; i < 300; ++i)
                square += std::pow(static_cast<double>(part->values[j * 300 + i]), 2);
            // Unit length, with the rounding of 300 floats.
            BOOST_TEST(std::abs(square - 1) < 1e-5);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
