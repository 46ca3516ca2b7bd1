#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "experiments/harness/plan/expand.hpp"
#include "experiments/harness/plan/plan.hpp"
#include "spec_fixture.hpp"

BOOST_AUTO_TEST_SUITE(sweep)

using namespace spec_test;

/// The points of a spec as "m/s/method" texts.
std::vector<std::string> points(const std::string& sweep) {
    std::vector<std::string> found;
    for (const Params& point : expand(Folder().load(head + sweep)))
        found.push_back(canonical(point.at("m")) + "/" + canonical(point.at("s")) + "/" +
                        std::get<std::string>(point.at("method")));
    return found;
}

void expect(const std::string& sweep, const std::vector<std::string>& wanted) {
    const std::vector<std::string> found = points(sweep);
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
}

BOOST_AUTO_TEST_CASE(no_sweep_is_one_point) {
    expect("", {"50/5/dec"});
    expect("[sweep]\nseeds = 3\n", {"50/5/dec"});
}

BOOST_AUTO_TEST_CASE(a_grid_is_crossed_by_name_the_last_fastest) {
    expect("[sweep.grid]\ns = [3, 1]\nm = [20, 10]\n", {"20/3/dec", "20/1/dec", "10/3/dec", "10/1/dec"});
}

BOOST_AUTO_TEST_CASE(a_zip_is_walked_together_and_crossed_with_the_rest) {
    expect("[sweep.grid]\nmethod = [\"dec\", \"ae-ls\"]\n[[sweep.zip]]\nm = [10, 20]\ns = [1, 2]\n",
           {"10/1/dec", "20/2/dec", "10/1/ae-ls", "20/2/ae-ls"});
}

BOOST_AUTO_TEST_CASE(cases_exclude_and_added_blocks) {
    expect(
        "[[sweep]]\n[sweep.grid]\nm = [10, 20]\n[[sweep.case]]\ns = 1\n[[sweep.case]]\nmethod = \"ae-ls\"\n"
        "[[sweep.exclude]]\nm = 20\ns = 1\n[[sweep]]\n[[sweep.case]]\nm = 10\ns = 1\n[[sweep.case]]\nm = "
        "30\n",
        {"10/1/dec", "10/5/ae-ls", "20/5/ae-ls", "30/5/dec"});
}

BOOST_AUTO_TEST_CASE(duplicates_are_merged) {
    expect("[sweep.grid]\nm = [10, 20, 10]\n", {"10/5/dec", "20/5/dec"});
}

Sweep drawn(const std::string& method, std::size_t count, std::uint64_t seed) {
    Sweep sweep;
    sweep.draws = {{"m", {"integer", 1, 8}}, {"step", {"log", 1e-4, 1}}, {"z", {"linear", -2, 2}}};
    sweep.draw_count = count;
    sweep.draw_method = method;
    sweep.draw_seed = seed;
    return sweep;
}

BOOST_AUTO_TEST_CASE(draws_lie_in_range_and_repeat) {
    for (const char* method : {"random", "sobol"}) {
        const std::vector<Params> first = draw_points(drawn(method, 512, 3));
        BOOST_TEST(first.size() == 512u);
        BOOST_TEST((first == draw_points(drawn(method, 512, 3))));
        BOOST_TEST((first != draw_points(drawn(method, 512, 4))));
        double logs = 0;
        std::set<std::int64_t> integers;
        for (const Params& point : first) {
            const double step = std::get<double>(point.at("step")), z = std::get<double>(point.at("z"));
            BOOST_TEST((step >= 1e-4 && step <= 1));
            BOOST_TEST((z >= -2 && z <= 2));
            integers.insert(std::get<std::int64_t>(point.at("m")));
            logs += std::log10(step) / 512;
        }
        BOOST_TEST((integers == std::set<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8}));
        // The mean of 512 uniform draws on [-4, 0] has the standard deviation 4 / sqrt(12 * 512) = 0.051.
        BOOST_TEST(std::abs(logs + 2) < 0.2);
        // More draws leave the first ones alone.
        const std::vector<Params> more = draw_points(drawn(method, 600, 3));
        BOOST_TEST(std::equal(first.begin(), first.end(), more.begin()));
    }
    // With random draws one more parameter leaves the others' values alone.
    Sweep fewer = drawn("random", 5, 3);
    fewer.draws.erase("m");
    const std::vector<Params> with = draw_points(drawn("random", 5, 3)), without = draw_points(fewer);
    for (std::size_t i = 0; i < 5; ++i) BOOST_TEST((with[i].at("step") == without[i].at("step")));
}

/// The first 2^k points of a Sobol sequence put one point in each interval of length 2^-k, in every
/// dimension: 16 here, and a digital shift keeps that. The sequence as generated starts after the origin,
/// hence the block [16, 32) - 1.
BOOST_AUTO_TEST_CASE(sobol_points_are_stratified) {
    for (const std::uint64_t seed : {0u, 5u}) {
        Sweep sweep;
        for (const char* name :
             {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"})
            sweep.draws[name] = {"linear", 0, 1};
        sweep.draw_count = 31;
        sweep.draw_method = "sobol";
        sweep.draw_seed = seed;
        const std::vector<Params> drawn = draw_points(sweep);
        for (const auto& [name, draw] : sweep.draws) {
            std::set<int> cells;
            for (std::size_t i = 15; i < 31; ++i)
                cells.insert(static_cast<int>(std::get<double>(drawn[i].at(name)) * 16));
            BOOST_TEST(cells.size() == 16u, name << " with seed " << seed);
        }
    }
}

BOOST_AUTO_TEST_CASE(drawn_reals_are_short) {
    for (const Params& point : draw_points(drawn("random", 50, 1)))
        BOOST_TEST(canonical(point.at("step")).size() <= 18u);
}

BOOST_AUTO_TEST_SUITE_END()
