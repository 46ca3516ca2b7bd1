#include "datasets/features.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(features)

const Origin origin{"f.h5: features", "f.h5: labels"};
const ClassRange from_one{1, 3};

LabelledFeatures<double> make(std::vector<double> values, std::vector<double> labels) {
    return labelled_features(std::move(values), 2, labels, from_one, origin);
}

std::string complaint(const std::vector<double>& values, const std::vector<double>& labels) {
    return message_of([&] { make(values, labels); });
}

BOOST_AUTO_TEST_CASE(labels_count_from_zero) {
    const auto set = make({1, 2, 3, 4, 5, 6}, {3, 1, 2});
    BOOST_TEST(set.dimension == 2u);
    BOOST_TEST(set.classes == 3u);
    BOOST_TEST(set.count() == 3u);
    BOOST_TEST(set.values == (std::vector<double>{1, 2, 3, 4, 5, 6}), boost::test_tools::per_element());
    BOOST_TEST(set.labels == (std::vector<std::uint32_t>{2, 0, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_value_that_is_not_finite_is_named_with_row_and_column) {
    const double nan = std::numeric_limits<double>::quiet_NaN(),
                 inf = std::numeric_limits<double>::infinity();
    BOOST_TEST(
        contains(complaint({1, 2, 3, nan, 5, 6}, {1, 1, 1}), "f.h5: features: row 1 of column 1 is nan"));
    BOOST_TEST(contains(complaint({1, 2, 3, 4, -inf, 6}, {1, 1, 1}), "row 0 of column 2 is -inf"));
}

BOOST_AUTO_TEST_CASE(each_bad_label_is_named) {
    const std::vector<double> values{1, 2, 3, 4};
    BOOST_TEST(contains(
        complaint(values, {1, 1.5}),
        "f.h5: labels: the label of sample 1 (counted from 0) is 1.5; expected a whole number from 1 to 3"));
    BOOST_TEST(contains(complaint(values, {0, 1}), "the label of sample 0 (counted from 0) is 0"));
    BOOST_TEST(contains(complaint(values, {1, 4}), "is 4;"));
    BOOST_TEST(contains(complaint(values, {1, std::nan("")}), "is nan;"));
}

BOOST_AUTO_TEST_CASE(counts_that_do_not_fit_are_named) {
    BOOST_TEST(contains(complaint({1, 2, 3, 4}, {1}),
                        "f.h5: labels: has 1 labels, but f.h5: features has 2 samples"));
    BOOST_TEST(contains(complaint({}, {}), "f.h5: features: is empty: 2 features of 0 samples"));
    BOOST_TEST(
        contains(message_of([] { feature_entries(0, 7, origin); }), "is empty: 0 features of 7 samples"));
    BOOST_TEST(
        contains(message_of([] { feature_entries(std::size_t{1} << 40, std::size_t{1} << 40, origin); }),
                 "expected less than 64 GiB"));
    BOOST_TEST(feature_entries(768, 60000, origin) == 768u * 60000u);
}

BOOST_AUTO_TEST_CASE(labels_show_their_range) {
    const std::vector<double> zero{0, 2, 1}, one{2, 1, 1}, constant{0, 0};
    BOOST_TEST(range_of(zero, origin).first == 0);
    BOOST_TEST(range_of(zero, origin).classes == 3u);
    BOOST_TEST(range_of(one, origin).first == 1);
    BOOST_TEST(range_of(one, origin).classes == 2u);
    BOOST_TEST(range_of(constant, origin).classes == 1u);
    const auto refused = [](std::vector<double> labels) {
        return message_of([&] { range_of(labels, origin); });
    };
    BOOST_TEST(contains(refused({}), "there are no labels"));
    BOOST_TEST(contains(refused({2, 3}),
                        "the smallest label is 2; expected classes that are counted from 0 or from 1"));
    BOOST_TEST(contains(refused({-1, 0}), "the smallest label is -1"));
    BOOST_TEST(
        contains(refused({0, 0.5}), "the label of sample 1 (counted from 0) is 0.5; expected whole numbers"));
    BOOST_TEST(contains(refused({0, 1e300}), "the largest label is 1e+300 for 2 samples"));
}

/// 30 samples of one feature that is the sample's number; classes 0, 1, 2 in turn.
LabelledFeatures<float> numbered() {
    LabelledFeatures<float> all{1, 3, {}, {}};
    for (std::uint32_t j = 0; j < 30; ++j) {
        all.values.push_back(static_cast<float>(j));
        all.labels.push_back(j % 3);
    }
    return all;
}

BOOST_AUTO_TEST_CASE(a_split_takes_as_many_of_each_class_and_loses_none) {
    const auto split = split_by_class(numbered(), 7, 5);
    std::set<float> seen;
    for (const LabelledFeatures<float>* part : {&split.train, &split.test}) {
        BOOST_TEST(part->dimension == 1u);
        BOOST_TEST(part->classes == 3u);
        BOOST_TEST(part->values.size() == part->count());
        BOOST_TEST(std::is_sorted(part->values.begin(), part->values.end()));
        for (std::size_t j = 0; j < part->count(); ++j) {
            seen.insert(part->values[j]);
            BOOST_TEST(part->labels[j] == static_cast<std::uint32_t>(part->values[j]) % 3);
        }
    }
    BOOST_TEST(seen.size() == 30u);
    for (std::uint32_t c = 0; c < 3; ++c)
        BOOST_TEST(std::count(split.train.labels.begin(), split.train.labels.end(), c) == 7);
}

BOOST_AUTO_TEST_CASE(a_split_depends_on_the_seed_alone) {
    const auto first = split_by_class(numbered(), 7, 5);
    BOOST_TEST(split_by_class(numbered(), 7, 5).train.values == first.train.values,
               boost::test_tools::per_element());
    BOOST_TEST((split_by_class(numbered(), 7, 6).train.values != first.train.values));
    // Every sample can come to either part: 40 draws of 7 of 10 miss a given one with probability 0.3^40.
    std::set<float> trained, tested;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const auto split = split_by_class(numbered(), 7, seed);
        trained.insert(split.train.values.begin(), split.train.values.end());
        tested.insert(split.test.values.begin(), split.test.values.end());
    }
    BOOST_TEST(trained.size() == 30u);
    BOOST_TEST(tested.size() == 30u);
    BOOST_TEST(contains(message_of([] { split_by_class(numbered(), 10, 1); }),
                        "class 0 has 10 samples; 10 are asked for training"));
}

BOOST_AUTO_TEST_SUITE_END()
