#include "experiments/palm/data.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <set>

#include "datasets/registry.hpp"
#include "support/files.hpp"
#include "tests/message_of.hpp"
#include "tests/small_runs.hpp"

using namespace assay;
using testing::complete;

namespace {

palm::Split<double> loaded(harness::Params params, std::uint64_t seed = 1) {
    params["data"] = std::string("synthetic");
    harness::Run run(testing::experiment_named("palm.classification"),
                     complete("palm.classification", params), seed, "cpu");
    return palm::load<double>(run);
}

const harness::Params small{{"samples", std::int64_t{40}},
                            {"test_samples", std::int64_t{30}},
                            {"dimension", std::int64_t{9}},
                            {"classes", std::int64_t{3}},
                            {"rank", std::int64_t{2}}};

}  // namespace

BOOST_AUTO_TEST_SUITE(data)

BOOST_AUTO_TEST_CASE(samples_have_unit_length_and_the_training_mean_is_taken_off) {
    const auto split = loaded(small);
    BOOST_TEST(split.classes == 3u);
    BOOST_TEST(split.train.count() == 40u);
    BOOST_TEST(split.test.count() == 30u);
    BOOST_TEST(split.bayes.size() == 30u);
    for (const auto* set : {&split.train, &split.test}) {
        for (std::size_t n = 0; n < set->count(); ++n) {
            double square = 0;
            for (std::size_t i = 0; i < 9; ++i) square += std::pow(set->samples[n * 9 + i], 2);
            BOOST_TEST(std::abs(square - 1.0) < 1e-14);
        }
    }
    harness::Params as_drawn = small;
    as_drawn["centre"] = false;
    BOOST_TEST(loaded(as_drawn).train.samples != split.train.samples);
}

BOOST_AUTO_TEST_CASE(products_of_lifted_samples_approach_the_gaussian_kernel) {
    harness::Params params = small;
    params["centre"] = false;
    const auto plain = loaded(params);
    params["lift"] = std::int64_t{20000};
    params["bandwidth"] = 0.7;
    const auto lifted = loaded(params);
    BOOST_TEST(lifted.train.dimension == 20000u);
    for (const std::size_t n : {1, 2, 3}) {  // against sample 0
        double product = 0, square = 0;
        for (std::size_t i = 0; i < 20000; ++i)
            product += lifted.train.samples[i] * lifted.train.samples[n * 20000 + i];
        for (std::size_t i = 0; i < 9; ++i)
            square += std::pow(plain.train.samples[i] - plain.train.samples[n * 9 + i], 2);
        // Each of the 20000 terms has a deviation below one: five of 1 / sqrt(20000).
        BOOST_TEST(std::abs(product - std::exp(-square / (2 * 0.49))) < 0.036);
    }
}

BOOST_AUTO_TEST_CASE(a_seed_names_the_data) {
    BOOST_TEST(loaded(small, 4).train.samples == loaded(small, 4).train.samples);
    BOOST_TEST(loaded(small, 4).train.samples != loaded(small, 5).train.samples);
}

BOOST_AUTO_TEST_CASE(the_test_samples_move_no_training_sample) {
    harness::Params more = small;
    more["test_samples"] = std::int64_t{300};
    BOOST_TEST(loaded(more).train.samples == loaded(small).train.samples);
}

BOOST_AUTO_TEST_CASE(one_matrix_with_rows_of_unit_length_projects_both_parts) {
    // The unit vectors, in other orders: what they are mapped to are the columns of the matrix.
    const auto unit_vectors = [] {
        palm::Split<double> split{3, {4, {}, {0, 1, 2, 0}}, {4, {}, {0, 1, 2, 0}}, {}};
        for (std::size_t n = 0; n < 4; ++n) {
            for (std::size_t i = 0; i < 4; ++i) {
                split.train.samples.push_back(i == n ? 1.0 : 0.0);
                split.test.samples.push_back(i + n == 3 ? 1.0 : 0.0);
            }
        }
        return split;
    };
    auto split = unit_vectors(), again = unit_vectors(), other = unit_vectors();
    palm::project(3, 5, split);
    palm::project(3, 5, again);
    palm::project(3, 6, other);
    BOOST_TEST(split.train.dimension == 3u);
    BOOST_TEST(split.test.count() == 4u);
    for (std::size_t r = 0; r < 3; ++r) {
        double square = 0;
        for (std::size_t n = 0; n < 4; ++n) {
            square += std::pow(split.train.samples[n * 3 + r], 2);
            BOOST_TEST(split.train.samples[n * 3 + r] == split.test.samples[(3 - n) * 3 + r]);
        }
        BOOST_TEST(std::abs(square - 1.0) < 1e-14);
    }
    BOOST_TEST(split.train.samples == again.train.samples);
    BOOST_TEST(split.train.samples != other.train.samples);
    const std::string message = testing::message_of([&] { palm::project(5, 5, other); });
    BOOST_TEST(message.find("5 rows of samples with 3") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(atoms_start_at_samples_of_their_class) {
    std::vector<std::uint32_t> labels;
    for (std::uint32_t n = 0; n < 60; ++n) labels.push_back(n % 3);
    const std::vector<std::size_t> atoms{4, 3, 3}, chosen = palm::class_samples(labels, atoms, 7);
    BOOST_TEST(chosen.size() == 10u);
    BOOST_TEST(std::set<std::size_t>(chosen.begin(), chosen.end()).size() == 10u);
    for (std::size_t k = 0; k < 10; ++k) BOOST_TEST(labels[chosen[k]] == (k < 4 ? 0u : k < 7 ? 1u : 2u));
    BOOST_TEST(chosen != palm::class_samples(labels, atoms, 8));
    BOOST_TEST(testing::message_of([&] {
                   palm::class_samples(labels, {4, 21, 3}, 7);
               }).find("class 1 has 20 samples for 21 atoms") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(data_that_cannot_be_are_refused_before_anything_runs) {
    const auto messages = [](harness::Params params) {
        params["data"] = std::string("synthetic");
        return palm::check_data(complete("palm.classification", params));
    };
    BOOST_TEST(messages(small).empty());
    BOOST_TEST(messages({{"classes", std::int64_t{80}}}).size() == 1u);
    BOOST_TEST(messages({{"rank", std::int64_t{80}}}).at(0).find("rank = 80") != std::string::npos);
    BOOST_TEST(messages({{"samples", std::int64_t{5}}}).at(0).find("samples = 5") != std::string::npos);
    BOOST_TEST(messages({{"projection", std::int64_t{8}}}).at(0).find("Bayes") != std::string::npos);
}

// `assay data get all` computes them all: one that nothing uses would cost its time for nothing.
BOOST_AUTO_TEST_CASE(every_set_of_features_that_is_computed_is_swept_by_a_spec) {
    std::string specs;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/palm"))
        if (entry.path().extension() == ".toml") specs += read_bytes(entry.path());
    std::size_t computed = 0;
    for (const datasets::Dataset& dataset : datasets::catalogue()) {
        if (!dataset.recipe) continue;
        ++computed;
        BOOST_TEST((specs.find('"' + dataset.name + '"') != std::string::npos), dataset.name);
        const auto classes = palm::class_count({{"data", dataset.name}});
        BOOST_TEST(classes.value_or(0) == (dataset.recipe->images == "cifar10" ? 10u : 200u), dataset.name);
    }
    BOOST_TEST(computed > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
