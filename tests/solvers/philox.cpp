#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "solvers/device/random.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(philox)

BOOST_AUTO_TEST_CASE(philox_gives_the_published_known_answers) {
    // The known-answer vectors that come with Random123 for philox4x32-10.
    const auto check = [](const Philox& philox, std::vector<std::uint32_t> expected) {
        const Philox::Block block = philox();
        BOOST_TEST(std::vector<std::uint32_t>(block.word, block.word + 4) == expected,
                   boost::test_tools::per_element());
    };
    check({{0, 0, 0, 0}, {0, 0}}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    const std::uint32_t ones = 0xffffffff;
    check({{ones, ones, ones, ones}, {ones, ones}}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    check({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}},
          {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

BOOST_AUTO_TEST_CASE(a_draw_depends_on_its_position_alone) {
    Random first(7, "a"), second(7, "a");
    first.normal();
    second.uniform();
    second.uniform();
    BOOST_TEST(first.uniform() == second.uniform());
    BOOST_TEST(Random(7, "a").uniform() != Random(7, "b").uniform());
    BOOST_TEST(Random(7, "a").uniform() != Random(8, "a").uniform());
}

BOOST_AUTO_TEST_CASE(moments_are_those_of_the_laws) {
    // 200 000 draws: the standard error of each mean is below 0.0023 (unit variance), of the fourth moment
    // 0.022; the bounds are five of them.
    constexpr int n = 200000;
    Random random(1, "moments");
    double uniform = 0, uniform2 = 0, normal = 0, normal2 = 0, normal4 = 0, signs = 0;
    for (int i = 0; i < n; ++i) {
        const double u = random.uniform(), x = random.normal();
        BOOST_REQUIRE(u >= 0 && u < 1);
        uniform += u / n;
        uniform2 += u * u / n;
        normal += x / n;
        normal2 += x * x / n;
        normal4 += x * x * x * x / n;
        signs += random.sign() / n;
    }
    BOOST_TEST(std::abs(uniform - 0.5) < 0.0033);
    BOOST_TEST(std::abs(uniform2 - 1.0 / 3) < 0.0034);
    BOOST_TEST(std::abs(normal) < 0.0112);
    BOOST_TEST(std::abs(normal2 - 1) < 0.016);
    BOOST_TEST(std::abs(normal4 - 3) < 0.11);
    BOOST_TEST(std::abs(signs) < 0.0112);
}

BOOST_AUTO_TEST_CASE(below_reaches_every_value_about_equally) {
    Random random(3, "below");
    std::vector<int> count(7);
    for (int i = 0; i < 70000; ++i) ++count[random.below(7)];
    for (const int c : count) BOOST_TEST(std::abs(c - 10000) < 470);  // five standard deviations of 92.6
}

BOOST_AUTO_TEST_CASE(a_shuffled_pass_holds_every_number_once_and_differs_from_pass_to_pass) {
    const std::vector<std::size_t> first = shuffled(50, 0, 7);
    std::vector<std::size_t> sorted = first;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < 50; ++i) BOOST_TEST(sorted[i] == i);
    BOOST_TEST((shuffled(50, 0, 7) == first));
    BOOST_TEST((shuffled(50, 1, 7) != first));
    BOOST_TEST((shuffled(50, 0, 8) != first));
}

BOOST_AUTO_TEST_SUITE_END()
