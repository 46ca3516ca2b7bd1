#include "datasets/backbones.hpp"

#include <boost/test/unit_test.hpp>

#include "datasets/registry.hpp"
#include "image_files.hpp"
#include "scratch.hpp"

using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(backbones)

BOOST_AUTO_TEST_CASE(each_has_a_data_set_of_weights_and_a_node_of_features) {
    for (const Backbone& backbone : assay::datasets::backbones()) {
        BOOST_TEST(find(backbone.weights).files.size() == 2u);
        const auto graph = backbone.graph({3, 64, 64});
        BOOST_TEST(graph.shape(graph.find("features")).pixels() == 1u);
    }
    BOOST_TEST(contains(message_of([] { find_backbone("resnet19"); }),
                        "known: resnet18, mobilenet_v1, squeezenet, resnet20_cifar10"));
}

BOOST_AUTO_TEST_CASE(images_are_enlarged_between_the_centres_of_their_pixels) {
    const Image image{1, 1, 2, {0, 100}};
    BOOST_TEST((enlarged(image, 1, 4) == std::vector<float>{0, 25, 75, 100}));
    BOOST_TEST((enlarged(image, 2, 2) == std::vector<float>{0, 100, 0, 100}));
    const Image ramp = image_files::ramp(3, 5, 7);
    const std::vector<float> same = enlarged(ramp, 5, 7);  // planes instead of pixels
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < 35; ++i)
            BOOST_TEST(same[c * 35 + i] == static_cast<float>(ramp.pixels[c + 3 * i]));
    BOOST_TEST(contains(message_of([&] { enlarged(image, 1, 1); }), "1 x 2 cannot be enlarged to 1 x 1"));
}

BOOST_AUTO_TEST_CASE(channels_are_ordered_and_scaled_as_the_network_saw_them) {
    const std::vector<Image> images(2, Image{3, 1, 1, {10, 20, 30}});
    const Preprocessing rgb{.mean = {1, 2, 3}, .deviation = {1, 2, 3}};
    BOOST_TEST((preprocessed(rgb, images, 1).to_host() == std::vector<float>{9, 9, 9, 9, 9, 9}));
    const Preprocessing bgr{.order = Preprocessing::Order::bgr, .mean = {1, 2, 3}};
    BOOST_TEST((preprocessed(bgr, images, 1).to_host() == std::vector<float>{29, 18, 7, 29, 18, 7}));
    const std::vector<Image> grey(1, Image{1, 1, 1, {10}});
    BOOST_TEST(contains(message_of([&] { preprocessed(rgb, grey, 1); }), "image 0 of a batch has 1 channel"));
    BOOST_TEST(preprocessing_text(find_backbone("squeezenet"), 64) ==
               "BGR from 0 to 255, minus (104, 117, 123), over (1, 1, 1), 64 x 64 bilinear");
}

BOOST_AUTO_TEST_SUITE_END()
