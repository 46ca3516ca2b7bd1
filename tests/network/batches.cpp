#include "solvers/network/batches.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/message_of.hpp"
#include "tests/network/reference.hpp"

using namespace assay::solvers;
using assay::testing::message_of;
using reference::draw;

BOOST_AUTO_TEST_SUITE(batches)

BOOST_AUTO_TEST_CASE(samples_are_taken_in_order) {
    const auto X = draw(5, 7, 1);
    const std::vector<std::size_t> chosen = {6, 0, 6};
    const auto batch = take(X, chosen);
    for (std::size_t j = 0; j < 3; ++j)
        BOOST_TEST((batch.columns(j, 1).to_host() == X.columns(chosen[j], 1).to_host()));
    BOOST_TEST((take(Labels{9, 8, 7, 6, 5, 4, 3}, chosen) == Labels{3, 9, 3}));
    BOOST_TEST(message_of([&] { take(X, std::vector<std::size_t>{7}); }).find("sample 7 of a set of 7") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_middle_place_is_the_image_and_two_mirrors_are_none) {
    const MapShape shape{2, 3, 4};
    const auto X = draw(24, 3, 1);
    BOOST_TEST((placed(X, shape, 2, std::vector<Placement>(3, {2, 2, false})).to_host() == X.to_host()));
    const std::vector<Placement> mirrored(3, {2, 2, true});
    const auto once = placed(X, shape, 2, mirrored);
    BOOST_TEST((once.to_host() != X.to_host()));
    BOOST_TEST((placed(once, shape, 2, mirrored).to_host() == X.to_host()));
}

BOOST_AUTO_TEST_CASE(a_cut_shows_the_padding) {
    const MapShape shape{1, 2, 3};
    const auto X = Array<Cpu, float>::from_host(6, 1, std::vector<float>{1, 2, 3, 4, 5, 6});
    const auto cut = [&](Placement p) { return placed(X, shape, 1, std::vector<Placement>{p}).to_host(); };
    BOOST_TEST(cut({0, 0, false}) == (std::vector<float>{0, 0, 0, 0, 1, 2}));
    BOOST_TEST(cut({2, 2, false}) == (std::vector<float>{5, 6, 0, 0, 0, 0}));
    BOOST_TEST(cut({1, 0, true}) == (std::vector<float>{0, 3, 2, 0, 6, 5}));
}

BOOST_AUTO_TEST_CASE(placements_depend_on_the_sample_s_position_alone) {
    const auto all = draw_placements(4000, 4, true, 5, 0);
    const auto some = draw_placements(10, 4, true, 5, 100);
    std::vector<std::size_t> tops(9);
    std::size_t mirrored = 0;
    for (std::size_t j = 0; j < 10; ++j) {
        BOOST_TEST(some[j].top == all[100 + j].top);
        BOOST_TEST(some[j].left == all[100 + j].left);
        BOOST_TEST(some[j].mirrored == all[100 + j].mirrored);
    }
    for (const Placement& placement : all) {
        ++tops[placement.top];
        BOOST_TEST_REQUIRE(placement.left <= 8u);
        mirrored += placement.mirrored ? 1u : 0u;
    }
    // Five standard deviations of a binomial count.
    for (const std::size_t count : tops) BOOST_TEST(std::abs(static_cast<double>(count) - 444.4) < 5 * 19.9);
    BOOST_TEST(std::abs(static_cast<double>(mirrored) - 2000) < 5 * 31.7);
    for (const Placement& placement : draw_placements(50, 4, false, 5, 0)) BOOST_TEST(!placement.mirrored);
    for (const Placement& placement : draw_placements(50, 0, true, 5, 0)) BOOST_TEST(placement.top == 0u);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const auto X = draw(24, 3, 1);
    const auto says = [&](const MapShape& shape, const std::vector<Placement>& placements, const char* text) {
        const std::string message = message_of([&] { placed(X, shape, 2, placements); });
        BOOST_TEST(message.find(text) != std::string::npos, message << " lacks " << text);
    };
    says({2, 3, 4}, std::vector<Placement>(2), "2 placements");
    says({2, 3, 3}, std::vector<Placement>(3), "2 x 3 x 3");
    says({2, 3, 4}, std::vector<Placement>(3, {5, 0, false}), "beyond the padding");
}

BOOST_AUTO_TEST_SUITE_END()
