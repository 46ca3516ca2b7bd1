#include <algorithm>
#include <set>

#include "experiments/palm/data.hpp"
#include "tests/datasets/real_data.hpp"
#include "tests/small_runs.hpp"

using namespace assay;

namespace {

palm::Split<float> faces(harness::Params params, std::uint64_t seed = 1) {
    params.merge(harness::Params{{"data", std::string("yaleb")}, {"centre", false}});
    harness::Run run(testing::experiment_named("palm.lc_ksvd"), testing::complete("palm.lc_ksvd", params),
                     seed, "cpu");
    return palm::load<float>(run);
}

std::vector<std::size_t> of_each_class(const palm::LabelledSet<float>& set) {
    std::vector<std::size_t> counts(38, 0);
    for (const std::uint32_t label : set.labels) ++counts.at(label);
    return counts;
}

/// All faces differ, so a face names itself.
std::set<std::vector<float>> columns(const palm::LabelledSet<float>& set) {
    std::set<std::vector<float>> result;
    for (std::size_t n = 0; n < set.count(); ++n) {
        const float* first = set.samples.data() + n * set.dimension;
        result.emplace(first, first + set.dimension);
    }
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(real_faces, *boost::unit_test::precondition(OnThisMachine{"yaleb"}))

BOOST_AUTO_TEST_CASE(half_of_each_persons_faces_train_and_the_others_test) {
    const auto split = faces({});
    BOOST_TEST(split.train.dimension == 1024u);
    for (const std::size_t count : of_each_class(split.train)) BOOST_TEST(count == 32u);
    BOOST_TEST(split.train.count() == 1216u);
    BOOST_TEST(split.test.count() == 1198u);
    std::set<std::vector<float>> all = columns(split.train);
    all.merge(columns(split.test));
    BOOST_TEST(all.size() == 2414u);
}

BOOST_AUTO_TEST_CASE(fewer_are_balanced_too) {
    const auto split = faces({{"samples", std::int64_t{399}}, {"test_samples", std::int64_t{100}}});
    for (const std::size_t count : of_each_class(split.train)) BOOST_TEST(count == 10u);
    BOOST_TEST(split.test.count() == 100u);
}

BOOST_AUTO_TEST_CASE(a_seed_names_the_split_and_the_projection) {
    const harness::Params random_faces{{"projection", std::int64_t{50}}};
    const auto a = faces(random_faces, 3), b = faces(random_faces, 3), c = faces(random_faces, 4);
    BOOST_TEST(a.train.dimension == 50u);
    BOOST_TEST(a.train.samples == b.train.samples);
    BOOST_TEST(a.test.samples == b.test.samples);
    BOOST_TEST(a.train.samples != c.train.samples);
    // The split does not depend on the projection.
    BOOST_TEST(faces({}, 3).train.labels == a.train.labels);
    BOOST_TEST(faces({}, 3).train.samples != faces({}, 4).train.samples);
}

BOOST_AUTO_TEST_SUITE_END()
