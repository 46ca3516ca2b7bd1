#include <numeric>

#include "datasets/image_sets.hpp"
#include "real_data.hpp"

using namespace assay::datasets;

/// All images of one of these sets.
std::vector<Image> photographs(const std::string& name, Colours colours = Colours::as_stored) {
    const Dataset& dataset = find(name);
    return read_images(
        name,
        [&](const std::string& file) {
            for (const File& entry : dataset.files)
                if (entry.name == file) return locate(dataset, entry).value();
            throw assay::Error("the data set has no such file", file);
        },
        colours);
}

BOOST_AUTO_TEST_SUITE(real_bsd, *boost::unit_test::precondition(OnThisMachine{"bsd68"}) *
                                    boost::unit_test::precondition(OnThisMachine{"cbsd432"}) *
                                    boost::unit_test::precondition(OnThisMachine{"set12"}))

bool is_photograph(const Image& image) {
    return (image.height == 321 && image.width == 481) || (image.height == 481 && image.width == 321);
}

BOOST_AUTO_TEST_CASE(bsd68_is_what_the_literature_says) {
    const auto images = photographs("bsd68");
    BOOST_TEST(images.size() == 68u);
    std::size_t landscape = 0;
    for (const Image& image : images) {
        BOOST_TEST(image.channels == 1u);
        BOOST_TEST(is_photograph(image));
        landscape += image.width > image.height;
    }
    BOOST_TEST(landscape == 53u);
}

BOOST_AUTO_TEST_CASE(cbsd432_is_in_colour_and_set12_is_grey) {
    const auto images = photographs("cbsd432");
    BOOST_TEST(images.size() == 432u);
    for (const Image& image : images) BOOST_TEST((image.channels == 3 && is_photograph(image)));
    const auto small = photographs("set12");
    BOOST_TEST(small.size() == 12u);
    for (const Image& image : small)
        BOOST_TEST((image.channels == 1 && image.height == image.width && image.height % 256 == 0));
}

BOOST_AUTO_TEST_SUITE_END()
