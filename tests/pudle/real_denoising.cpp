#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <iostream>

#include "datasets/registry.hpp"
#include "tests/small_runs.hpp"

using namespace assay;

namespace {

/// Precondition: the data set is on this machine. What it prints makes CTest report the entry as skipped.
struct OnThisMachine {
    std::string name;
    boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const {
        const bool there = datasets::available(name);
        if (!there)
            std::cout << "SKIPPED: the data set is not on this machine; assay data get " << name << std::endl;
        return there;
    }
};

/// Few filters, layers and small parts; a rate at which so few updates already show.
harness::Result small(const std::string& method, const harness::Params& more = {}) {
    harness::Params params = {{"method", method},
                              {"atoms", std::int64_t{16}},
                              {"layers", std::int64_t{4}},
                              {"crop", std::int64_t{65}},
                              {"train_images", std::int64_t{20}},
                              {"test_images", std::int64_t{2}},
                              {"epochs", std::int64_t{3}},
                              {"rate", 1e-2}};
    for (const auto& [name, value] : more) params[name] = value;
    return testing::finish("pudle.denoising", params);
}

const std::vector<double>& psnr_of(const harness::Result& result) {
    return result.metrics.at("psnr").values;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(real_denoising, *boost::unit_test::precondition(OnThisMachine{"cbsd432"}) *
                                          boost::unit_test::precondition(OnThisMachine{"bsd68"}))

BOOST_AUTO_TEST_CASE(training_restores_better_than_the_random_start) {
    for (const char* method : {"dec", "ae-ls", "ht"}) {
        BOOST_TEST_CONTEXT(method) {
            const harness::Result result = small(method);
            BOOST_REQUIRE(psnr_of(result).size() == 4u);
            BOOST_TEST(psnr_of(result).back() > psnr_of(result).front() + 0.5);
            // 20 log10(peak / sigma) with sigma = 25 / 255 and peaks of at most 1, less what clipping takes
            // off.
            const double noisy = result.metrics.at("noisy_psnr").values[0];
            BOOST_TEST((noisy > 19.0 && noisy < 20.8));
            for (const double density : result.metrics.at("density").values)
                BOOST_TEST((density > 0.0 && density < 1.0));
        }
    }
}

BOOST_AUTO_TEST_CASE(equal_seeds_give_equal_bits_and_the_start_is_every_methods) {
    const harness::Result one = small("ae-ls"), two = small("ae-ls"), other = small("dec");
    BOOST_TEST((one.metrics.at("filters").values == two.metrics.at("filters").values));
    BOOST_TEST(psnr_of(one) == psnr_of(two), boost::test_tools::per_element());
    BOOST_TEST(psnr_of(one)[0] == psnr_of(other)[0]);
    BOOST_TEST(psnr_of(one)[1] != psnr_of(other)[1]);
}

BOOST_AUTO_TEST_CASE(the_l1_term_over_positions_is_the_heavier_one) {
    // Of a crop of 65 x 65 there are 15 x 15 positions: before an update the l1 part is 65^2 / 15^2 times as
    // large, the data part the same.
    const harness::Params once = {{"epochs", std::int64_t{1}}, {"train_images", std::int64_t{1}}};
    const auto loss = [&](const std::string& method, const std::string& over) {
        harness::Params params = once;
        params["l1_over"] = over;
        return small(method, params).metrics.at("train_loss").values[0];
    };
    const double fit = loss("ae-ls", "pixels");
    const double heavy = loss("ae-lasso", "positions") - fit, light = loss("ae-lasso", "pixels") - fit;
    BOOST_TEST(light > 0.0);
    // Float sums of a thousand terms.
    BOOST_TEST(std::abs(heavy / light - 65.0 * 65.0 / (15.0 * 15.0)) < 0.01);
}

BOOST_AUTO_TEST_CASE(tests_are_made_as_often_as_asked_and_at_the_end) {
    const harness::Result result = small("dec", {{"test_every", std::int64_t{2}}});
    BOOST_TEST(result.axes.at("epoch").values == (std::vector<double>{0, 2, 3}),
               boost::test_tools::per_element());
    BOOST_TEST(result.metrics.at("train_loss").values.size() == 3u);
    BOOST_TEST(result.metrics.at("examples").values.size() == 2u * 129u * 393u);
    for (const double grey : result.metrics.at("examples").values)
        BOOST_REQUIRE((grey >= 0.0 && grey <= 1.0));
    BOOST_TEST(result.metrics.at("filters").values.size() == 16u * 81u);
}

BOOST_AUTO_TEST_SUITE_END()
