#include <set>

#include "experiments/warp/images.hpp"
#include "tests/datasets/real_data.hpp"
#include "tests/message_of.hpp"
#include "tests/small_runs.hpp"

using namespace assay;
using solvers::Cpu;

namespace {

harness::Run run_of(std::uint64_t seed = 1) {
    return {testing::experiment_named("warp.dictionary"), testing::complete("warp.dictionary", {}), seed,
            "cpu"};
}

std::vector<float> column(const warp::ImageSet<Cpu>& set, std::size_t image) {
    const auto values = set.pixels.data.column(image);
    return {values.begin(), values.end()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(real_pictures, *boost::unit_test::precondition(OnThisMachine{"cifar10"}))

BOOST_AUTO_TEST_CASE(training_images_are_drawn_without_replacement_from_as_few_files_as_hold_them) {
    harness::Run run = run_of();
    const auto set = warp::training_images<Cpu>(run, 300);
    std::set<std::vector<float>> different;
    for (std::size_t i = 0; i < set.count(); ++i) different.insert(column(set, i));
    BOOST_TEST(different.size() == 300u);
    BOOST_TEST(run.result().provenance.count("data.cifar10.data_batch_1.bin.xz") == 1u);
    BOOST_TEST(run.result().provenance.count("data.cifar10.data_batch_2.bin.xz") == 0u);
}

BOOST_AUTO_TEST_CASE(test_images_are_of_the_test_part_and_no_more_than_there_are) {
    harness::Run run = run_of();
    const auto set = warp::test_images<Cpu>(run, 20);
    BOOST_TEST(set.count() == 20u);
    BOOST_TEST((set.pixels.shape == solvers::ImageShape{3, 32, 32}));
    BOOST_TEST(testing::message_of([&] { warp::test_images<Cpu>(run, 9828); }) ==
               "warp: 9828 test images are asked for, there are 9827\n  hint: lower the number of images");
}

BOOST_AUTO_TEST_SUITE_END()
