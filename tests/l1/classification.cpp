#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/l1/features.hpp"
#include "experiments/l1/filters.hpp"
#include "experiments/l1/trainer.hpp"
#include "solvers/device/random.hpp"
#include "solvers/network/models.hpp"
#include "tests/l1/small_l1.hpp"
#include "tests/message_of.hpp"

using namespace assay;
using namespace assay::solvers;
using testing::message_of;
using testing::small_classification;
using testing::values;

namespace {

const std::string name = "l1.classification";

harness::Run run_of(const harness::Params& more) {
    return {testing::experiment_named(name), testing::complete(name, small_classification(more)), 1, "cpu"};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(classification)

BOOST_AUTO_TEST_CASE(a_network_learns_directions_and_says_how) {
    const auto result = testing::finish(name, small_classification({{"epochs", std::int64_t{12}}}));
    BOOST_TEST(values(result, "test_accuracy").size() == 12u);
    BOOST_TEST(values(result, "test_accuracy").back() > 0.6);  // of four classes
    BOOST_TEST(values(result, "train_loss").back() < 0.6 * values(result, "train_loss").front());
    BOOST_TEST(values(result, "density").size() == 12u * 4u);
    BOOST_TEST(values(result, "coherence").size() == 12u * 2u);
    for (const double penalty : values(result, "train_penalty")) BOOST_TEST(penalty == 0.0);
    for (const std::string metric : {"density", "negligible", "hoyer", "coherence", "filter_coherence"})
        for (const double share : values(result, metric)) BOOST_TEST((share >= 0 && share <= 1 + 1e-6));
}

// A seed has one start and one order for every gamma, so only the penalty tells them apart.
BOOST_AUTO_TEST_CASE(the_penalty_shrinks_the_maps_that_it_is_on) {
    const auto free = testing::finish(name, small_classification());
    const auto weak = testing::finish(name, small_classification({{"gamma", 1e-3}}));
    const auto strong = testing::finish(name, small_classification({{"gamma", 1e-2}}));
    const auto last = [](const harness::Result& result, std::size_t layer) {
        return values(result, "magnitude")[3 * 4 + layer];
    };
    BOOST_TEST(last(weak, 0) < last(free, 0));
    BOOST_TEST(last(strong, 0) < last(weak, 0));
    BOOST_TEST(values(strong, "train_penalty")[0] > values(weak, "train_penalty")[0]);
    const auto deep =
        testing::finish(name, small_classification({{"gamma", 1e-1}, {"penalised", std::string("last")}}));
    BOOST_TEST(last(deep, 3) < last(free, 3));
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_ends_in_the_same_bits) {
    const auto params = testing::complete(name, small_classification({{"gamma", 1e-4}}));
    testing::expect_equal_bits_after_a_break(name, params, 0.6, 0.5);  // in the third of four epochs
}

BOOST_AUTO_TEST_CASE(a_state_of_another_training_is_refused) {
    auto run = run_of({});
    const l1::LabelledImages images = l1::labelled_images(run);
    const auto trainer = [&](std::uint64_t seed, std::size_t classes) {
        return l1::Trainer<Cpu>(l1::training_options(run), lenet5(images.train.shape, classes), images.train,
                                {}, seed);
    };
    const Bytes state = trainer(1, 4).state();
    BOOST_TEST(message_of([&] { trainer(2, 4).restore(state); }).find("seed 1") != std::string::npos);
    BOOST_TEST(!message_of([&] { trainer(1, 5).restore(state); }).empty());
    trainer(1, 4).restore(state);
}

BOOST_AUTO_TEST_CASE(trainings_that_make_no_sense_are_refused) {
    auto run = run_of({});
    const l1::LabelledImages images = l1::labelled_images(run);
    const auto trainer = [&](std::size_t batch, std::size_t epochs) {
        return l1::Trainer<Cpu>({.epochs = epochs, .batch = batch},
                                lenet5(images.train.shape, images.train.classes), images.train, {}, 1);
    };
    BOOST_TEST(message_of([&] { trainer(200, 1); }).find("a batch of 200 of 128") != std::string::npos);
    BOOST_TEST(message_of([&] { trainer(16, 0).epoch(); }).find("all epochs are done") != std::string::npos);
    const auto& check = testing::experiment_named(name).check;
    const auto adam = [&](double decay) {
        return check(testing::complete(
            name, small_classification({{"optimiser", std::string("adam")}, {"weight_decay", decay}})));
    };
    const auto batch_of = [&](std::int64_t batch) {
        return check(testing::complete(name, small_classification({{"batch", batch}})));
    };
    BOOST_TEST(batch_of(128).empty());
    BOOST_TEST(batch_of(129) == std::vector<std::string>{"batch is 129, and there are 128 training images"},
               boost::test_tools::per_element());
    BOOST_TEST(
        check(testing::complete(name, small_classification({{"network", std::string("vgg11")}}))).size() ==
        1u);
    BOOST_TEST(adam(5e-4).size() == 1u);
    BOOST_TEST(adam(0.0).empty());
}

BOOST_AUTO_TEST_CASE(without_images_kept_back_there_is_no_accuracy_on_them) {
    const auto result = testing::finish(
        name, small_classification({{"validation_images", std::int64_t{0}}, {"epochs", std::int64_t{1}}}));
    BOOST_TEST(!result.metrics.contains("validation_accuracy"));
    BOOST_TEST(result.metrics.contains("test_accuracy"));
}

/// A mirrored stripe of 45 degrees is one of 135: were both classes, half of their labels would be wrong.
BOOST_AUTO_TEST_CASE(a_mirrored_stripe_is_of_no_other_class) {
    const auto accuracy_of = [](bool mirror) {
        return values(testing::finish(name, small_classification({{"mirror", mirror},
                                                                  {"training_images", std::int64_t{512}},
                                                                  {"epochs", std::int64_t{8}}})),
                      "test_accuracy")
            .back();
    };
    const double plain = accuracy_of(false), mirrored = accuracy_of(true);
    BOOST_TEST(plain > 0.9);
    BOOST_TEST(mirrored > 0.9);
}

BOOST_AUTO_TEST_CASE(more_images_than_there_are_is_a_mistake) {
    const auto& check = testing::experiment_named(name).check;
    auto params = testing::complete(name, {{"training_images", std::int64_t{46'000}}});
    BOOST_TEST(check(params).size() == 1u);
    params["validation_images"] = std::int64_t{4000};
    BOOST_TEST(check(params).empty());
}

BOOST_AUTO_TEST_CASE(a_penalty_that_is_far_too_strong_is_a_finding_or_finite) {
    const auto result = testing::finish(name, small_classification({{"gamma", 1.0}}));
    for (const double loss : values(result, "train_loss")) BOOST_TEST(std::isfinite(loss));
}

BOOST_AUTO_TEST_CASE(sparsities_have_closed_forms) {
    const std::vector<float> one = {0, -2, 0, 0}, equal = {3, 3, -3, 3}, mixed = {1, 0, -1e-7F, 1e-5F};
    const l1::Sparsity of_one = l1::sparsity_of(one), of_equal = l1::sparsity_of(equal);
    BOOST_TEST(of_one.hoyer == 1.0);
    BOOST_TEST(of_one.magnitude == 0.5);
    BOOST_TEST(of_one.density == 0.25);
    BOOST_TEST(of_one.negligible == 0.75);
    BOOST_TEST(std::abs(of_equal.hoyer) < 1e-15);
    BOOST_TEST(of_equal.density == 1.0);
    BOOST_TEST(l1::sparsity_of(mixed).density == 0.5);
    BOOST_TEST(l1::sparsity_of(mixed).negligible == 0.75);
    BOOST_TEST(l1::sparsity_of(std::vector<float>(4)).hoyer == 1.0);
    l1::SparsityMean mean;
    BOOST_TEST(mean.mean().density == 0.0);
    mean.add(of_one);
    mean.add(of_equal);
    BOOST_TEST(mean.mean().density == 0.625);
    BOOST_TEST(mean.mean().magnitude == 1.75);
}

BOOST_AUTO_TEST_CASE(ranks_agree_whatever_the_scale) {
    const std::vector<double> x = {1, 2, 3, 4}, up = {1, 10, 11, 1000}, down = {3, 2, 1, 0};
    BOOST_TEST(l1::rank_correlation(x, up) == 1.0);
    BOOST_TEST(l1::rank_correlation(x, down) == -1.0);
    const std::vector<double> tied = {1, 1, 2, 2};  // ranks .5 .5 2.5 2.5 against 0 1 2 3
    BOOST_TEST(l1::rank_correlation(x, tied) == 4.0 / std::sqrt(5.0 * 4.0),
               boost::test_tools::tolerance(1e-15));
    BOOST_TEST(l1::rank_correlation(x, std::vector<double>(4, 2.0)) == 0.0);
    BOOST_TEST(message_of([&] {
                   l1::rank_correlation(x, {x.data(), 3});
               }).find("4 values and 3") != std::string::npos);
}

/// mu of the matrix of all shifts, by its definition: every pair of filters at every shift.
l1::FilterCoherence plain_coherence(const l1::FilterShape& s, const std::vector<float>& w) {
    l1::FilterCoherence found;
    const auto k = static_cast<int>(s.kernel);
    const auto product = [&](std::size_t o, std::size_t q, int dy, int dx) {
        double sum = 0.0;
        for (std::size_t c = 0; c < s.channels; ++c)
            for (int y = 0; y < k; ++y)
                for (int x = 0; x < k; ++x) {
                    if (y + dy < 0 || y + dy >= k || x + dx < 0 || x + dx >= k) continue;
                    const auto at = [&](std::size_t f, int row, int column) {
                        return static_cast<double>(
                            w[((f * s.channels + c) * s.kernel + static_cast<std::size_t>(row)) * s.kernel +
                              static_cast<std::size_t>(column)]);
                    };
                    sum += at(o, y, x) * at(q, y + dy, x + dx);
                }
        return sum;
    };
    for (std::size_t o = 0; o < s.filters; ++o)
        for (std::size_t q = 0; q < s.filters; ++q)
            for (int dy = 1 - k; dy < k; ++dy)
                for (int dx = 1 - k; dx < k; ++dx) {
                    if (o == q && dy == 0 && dx == 0) continue;
                    const double cosine = std::abs(product(o, q, dy, dx)) /
                                          std::sqrt(product(o, o, 0, 0) * product(q, q, 0, 0));
                    found.shifted = std::max(found.shifted, cosine);
                    if (dy == 0 && dx == 0) found.filters = std::max(found.filters, cosine);
                }
    return found;
}

BOOST_AUTO_TEST_CASE(coherence_is_that_of_the_definition) {
    Random random(3, "filters");
    for (const l1::FilterShape shape : {l1::FilterShape{5, 2, 3}, {4, 3, 2}, {3, 1, 5}, {6, 7, 1}}) {
        std::vector<float> weights(shape.size());
        for (float& w : weights) w = static_cast<float>(random.normal());
        const l1::FilterCoherence found = l1::filter_coherence(shape, weights);
        const l1::FilterCoherence wanted = plain_coherence(shape, weights);
        BOOST_TEST(std::abs(found.filters - wanted.filters) < 1e-5);  // sums of up to 18 terms in float
        BOOST_TEST(std::abs(found.shifted - wanted.shifted) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(shifts_of_smooth_filters_are_coherent) {
    const l1::FilterShape shape{2, 1, 2};
    const auto flat = l1::filter_coherence(shape, std::vector<float>{1, 1, 1, 1, 1, -1, 1, -1});
    BOOST_TEST(flat.filters == 0.0);
    BOOST_TEST(flat.shifted == 0.5, boost::test_tools::tolerance(1e-6));  // two of four entries meet
    const auto zero = l1::filter_coherence(shape, std::vector<float>(8));
    BOOST_TEST(zero.shifted == 0.0);
    BOOST_TEST(message_of([&] { l1::filter_coherence(shape, std::vector<float>(7)); }).find("7 weights") !=
               std::string::npos);
    BOOST_TEST(!message_of([] { l1::filter_coherence({1, 1, 1}, std::vector<float>(1)); }).empty());
}

BOOST_AUTO_TEST_SUITE_END()
