#include "datasets/image_pairs.hpp"
#include "real_data.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(real_duts, *boost::unit_test::precondition(OnThisMachine{"duts_tr_images"}) *
                                     boost::unit_test::precondition(OnThisMachine{"duts_tr_masks"}))

BOOST_AUTO_TEST_CASE(every_photograph_has_a_mask_with_something_in_it) {
    const auto files = [](const std::string& name) {
        std::vector<std::filesystem::path> all;
        for (const File& file : find(name).files) all.push_back(locate(find(name), file).value());
        return all;
    };
    const auto pairs = read_pairs(files("duts_tr_images"), files("duts_tr_masks"));
    BOOST_TEST(pairs.size() == 264u);
    for (const ImagePair& pair : pairs) {
        BOOST_TEST(pair.image.channels == 3u);
        BOOST_TEST(std::ranges::count(pair.mask.pixels, 255) > 0);
        BOOST_TEST(std::max(pair.image.height, pair.image.width) == 400u);
    }
}

BOOST_AUTO_TEST_SUITE_END()
