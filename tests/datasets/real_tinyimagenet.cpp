#include "datasets/image_sets.hpp"
#include "real_data.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(real_tinyimagenet,
                      *boost::unit_test::precondition(OnThisMachine{"tinyimagenet_subset"}))

BOOST_AUTO_TEST_CASE(every_class_has_its_ten_and_five) {
    const Dataset& dataset = find("tinyimagenet_subset");
    const PictureSplit split = read_tiny_imagenet(locate(dataset, dataset.files[0]).value());
    BOOST_TEST(split.train.images.size() == 2000u);
    BOOST_TEST(split.test.images.size() == 1000u);
    for (const auto& [part, each] : {std::pair{&split.train, 10u}, std::pair{&split.test, 5u}}) {
        std::vector<std::size_t> sizes(part->classes);
        for (const std::uint32_t label : part->labels) ++sizes[label];
        for (const std::size_t size : sizes) BOOST_TEST(size == each);
        for (const Image& image : part->images) BOOST_TEST(image.channels == 3u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
