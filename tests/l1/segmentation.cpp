#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/l1/confusion.hpp"
#include "experiments/l1/saliency.hpp"
#include "tests/l1/small_l1.hpp"
#include "tests/message_of.hpp"

using namespace assay;
using solvers::Labels;
using testing::message_of;
using testing::values;

namespace {

const std::string name = "l1.segmentation";

harness::Params small_segmentation(const harness::Params& more = {}) {
    harness::Params all = {{"side", std::int64_t{32}},
                           {"training_images", std::int64_t{32}},
                           {"test_images", std::int64_t{12}},
                           {"epochs", std::int64_t{3}},
                           {"batch", std::int64_t{8}},
                           {"width", std::int64_t{4}},
                           {"rate", 0.01}};
    for (const auto& [key, value] : more) all[key] = value;
    return testing::complete(name, all);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(segmentation)

BOOST_AUTO_TEST_CASE(measures_are_those_of_a_confusion_by_hand) {
    l1::Confusion confusion(2);
    confusion.add({0, 0, 0, 0, 1, 1}, {0, 0, 0, 1, 1, 0});
    confusion.add({1, 1}, {1, 1});
    BOOST_TEST(confusion.count(0, 1) == 1.0);
    BOOST_TEST(confusion.pixel_accuracy() == 6.0 / 8.0);
    BOOST_TEST(confusion.mean_pixel_accuracy() == 0.5 * (3.0 / 4.0 + 3.0 / 4.0));
    BOOST_TEST(confusion.mean_iou() == 0.5 * (3.0 / 5.0 + 3.0 / 5.0));
    l1::Confusion uneven(3);  // class 2 is nowhere, and nowhere found
    uneven.add({0, 0, 0, 1}, {0, 0, 1, 1});
    BOOST_TEST(uneven.pixel_accuracy() == 0.75);
    BOOST_TEST(uneven.mean_pixel_accuracy() == 0.5 * (2.0 / 3.0 + 1.0));
    BOOST_TEST(uneven.mean_iou() == 0.5 * (2.0 / 3.0 + 1.0 / 2.0));
    uneven.add({0}, {2});  // now it was found: its intersection is empty
    BOOST_TEST(uneven.mean_iou() == (2.0 / 4.0 + 1.0 / 2.0 + 0.0) / 3.0);
    BOOST_TEST(message_of([&] { uneven.add({0, 3}, {0, 0}); }).find("pixel 1") != std::string::npos);
    BOOST_TEST(message_of([&] { uneven.add({0}, {0, 0}); }).find("2 classes for 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(made_images_depend_on_seed_part_and_number_alone) {
    const auto make = [](std::size_t count, std::uint64_t seed, const char* part,
                         l1::Textures textures = l1::Textures::usual) {
        return l1::made_saliency(count, 16, textures, seed, part);
    };
    const l1::Samples many = make(5, 1, "test"), few = make(3, 1, "test");
    BOOST_TEST((many.images.columns(0, 3).to_host() == few.images.to_host()));
    BOOST_TEST((many.columns(0, 3).labels == few.labels));
    BOOST_TEST((make(3, 2, "test").images.to_host() != few.images.to_host()));
    BOOST_TEST((make(3, 1, "training").images.to_host() != few.images.to_host()));
    BOOST_TEST((make(3, 1, "test", l1::Textures::shifted).images.to_host() != few.images.to_host()));
}

BOOST_AUTO_TEST_CASE(objects_take_a_part_of_each_image_and_differ_from_what_is_behind) {
    const l1::Samples samples = l1::made_saliency(200, 32, l1::Textures::usual, 1, "test");
    BOOST_TEST(samples.places() == 32u * 32u);
    double share = 0.0;
    for (std::size_t i = 0; i < 200; ++i) {
        const Labels labels = samples.columns(i, 1).labels;
        const auto objects = std::ranges::count(labels, 1u);
        BOOST_TEST((objects > 5 && objects < 1000));
        share += static_cast<double>(objects) / (1024.0 * 200.0);
    }
    BOOST_TEST((share > 0.1 && share < 0.4));
}

BOOST_AUTO_TEST_CASE(a_network_learns_masks_and_says_how) {
    const auto result = testing::finish(name, small_segmentation({{"epochs", std::int64_t{8}}}));
    BOOST_TEST(values(result, "train_loss").back() < 0.7 * values(result, "train_loss").front());
    for (const std::string metric : {"pa", "mpa", "miou", "shifted_pa", "shifted_mpa", "shifted_miou"}) {
        BOOST_TEST(values(result, metric).size() == 8u);
        for (const double share : values(result, metric)) BOOST_TEST((share >= 0 && share <= 1));
    }
    BOOST_TEST(values(result, "pictures").size() == 6u * 3u * 32u * 32u);
    BOOST_TEST(values(result, "feature_maps").size() == 4u * 32u * 32u);
    BOOST_TEST(values(result, "magnitude").size() == 8u * 5u);
}

// Of four channels all are kept, and of one test image the mean over them is the metric.
BOOST_AUTO_TEST_CASE(the_maps_that_are_kept_are_those_of_the_test_image) {
    const auto result = testing::finish(name, small_segmentation({{"test_images", std::int64_t{1}}}));
    const std::vector<double>& maps = values(result, "feature_maps");
    double sum = 0.0;
    for (const double value : maps) {
        BOOST_TEST(value >= 0.0);
        sum += value;
    }
    BOOST_TEST(sum / static_cast<double>(maps.size()) == values(result, "magnitude")[2 * 5],
               boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(the_penalty_shrinks_the_first_maps) {
    const auto free = testing::finish(name, small_segmentation());
    const auto held = testing::finish(name, small_segmentation({{"gamma", 1e-3}}));
    BOOST_TEST(values(held, "magnitude")[2 * 5] < values(free, "magnitude")[2 * 5]);
    BOOST_TEST(values(free, "train_penalty")[0] == 0.0);
    BOOST_TEST(values(held, "train_penalty")[0] > 0.0);
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_ends_in_the_same_bits) {
    const auto params = small_segmentation({{"gamma", 1e-5}});
    testing::expect_equal_bits_after_a_break(name, params, 0.8, 0.66);  // in the last of three epochs
}

BOOST_AUTO_TEST_CASE(a_side_that_cannot_be_halved_four_times_is_a_mistake) {
    const auto& check = testing::experiment_named(name).check;
    BOOST_TEST(check(small_segmentation({{"side", std::int64_t{40}}})).size() == 1u);
    BOOST_TEST(check(small_segmentation()).empty());
    // Photographs are as many as there are, whatever training_images says.
    const auto photographs = [&](std::int64_t batch) {
        return check(small_segmentation({{"data", std::string("duts")}, {"batch", batch}}));
    };
    BOOST_TEST(photographs(198).empty());
    BOOST_TEST(
        photographs(199) == std::vector<std::string>{"batch is 199, and there are 198 training images"},
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
