#include <boost/test/unit_test.hpp>

#include "experiments/warp/classifier.hpp"
#include "solvers/device/random.hpp"
#include "tests/warp/small_warp.hpp"

using namespace assay;
using solvers::Array;
using solvers::Cpu;
using testing::values;

namespace {

/// Images of 16 x 16 that are bright on the left (class 0) or on the right (class 1), with noise.
struct Halves {
    Array<Cpu, float> images{256, 80};
    solvers::Labels labels;

    explicit Halves(std::uint64_t seed) {
        solvers::Random random(seed, "halves");
        for (std::size_t i = 0; i < images.cols(); ++i) {
            labels.push_back(static_cast<std::uint32_t>(random.below(2)));
            for (std::size_t e = 0; e < 256; ++e) {
                const bool right = e % 16 >= 8;
                images(e, i) =
                    static_cast<float>((right == (labels[i] == 1) ? 1.0 : -1.0) + 0.3 * random.normal());
            }
        }
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(recognition)

BOOST_AUTO_TEST_CASE(a_classifier_learns_what_can_be_told_apart) {
    const Halves train(1), test(2);
    const warp::ClassifierOptions options{
        .backbone = "lenet5", .epochs = 12, .batch = 16, .rate = 0.02, .augment = false};
    warp::Classifier<Cpu> classifier(options, {1, 16, 16}, 2, 5), again(options, {1, 16, 16}, 2, 5);
    classifier.train(train.images, train.labels);
    again.train(train.images, train.labels);
    const solvers::Labels guesses = classifier.predicted(test.images);
    BOOST_TEST(solvers::count_equal(guesses, test.labels) >= 76u);  // of 80
    BOOST_TEST((again.predicted(test.images) == guesses));
}

BOOST_AUTO_TEST_CASE(mirrored_and_moved_samples_are_learned_from_too) {
    const Halves train(1), test(2);
    warp::ClassifierOptions options{.backbone = "lenet5", .epochs = 12, .batch = 16, .rate = 0.02};
    warp::Classifier<Cpu> moved(options, {1, 16, 16}, 2, 5);
    moved.train(train.images, train.labels);
    options.augment = false;
    warp::Classifier<Cpu> still(options, {1, 16, 16}, 2, 5);
    still.train(train.images, train.labels);
    BOOST_TEST((moved.predicted(train.images) != still.predicted(train.images) ||
                moved.predicted(test.images) != still.predicted(test.images)));
}

BOOST_AUTO_TEST_CASE(codes_are_read_by_the_network_without_a_direct_arm) {
    const auto result = testing::finish("warp.recognition",
                                        testing::small_predictor({{"side", std::int64_t{32}},
                                                                  {"input", std::string("codes")},
                                                                  {"backbone", std::string("resnet20")},
                                                                  {"classifier_epochs", std::int64_t{1}},
                                                                  {"classifier_batch", std::int64_t{8}}}));
    BOOST_TEST(values(result, "warm_accuracy").size() == 16u);
    BOOST_TEST(!result.metrics.contains("direct_accuracy"));
}

BOOST_AUTO_TEST_CASE(accuracies_are_shares_of_the_test_images_at_every_noise_and_look) {
    const auto params = testing::small_predictor({{"side", std::int64_t{32}},
                                                  {"backbone", std::string("lenet5")},
                                                  {"classifier_epochs", std::int64_t{2}},
                                                  {"classifier_batch", std::int64_t{8}}});
    const auto result = testing::finish("warp.recognition", params);
    BOOST_TEST(values(result, "cold_accuracy").size() == 16u);
    for (const std::string metric : {"cold_accuracy", "warm_accuracy", "direct_accuracy", "train_accuracy"}) {
        for (const double share : values(result, metric)) {
            BOOST_TEST((share >= 0 && share <= 1));
            if (metric != "train_accuracy") BOOST_TEST(share * 5 == std::round(share * 5));  // of five images
        }
    }
    BOOST_TEST(testing::same_bits(result, testing::finish("warp.recognition", params)));
}

BOOST_AUTO_TEST_SUITE_END()
