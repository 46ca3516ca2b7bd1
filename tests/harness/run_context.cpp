#include "experiments/harness/run_context.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <thread>

BOOST_AUTO_TEST_SUITE(run_context)

using namespace assay::harness;

const Experiment& probe() {
    static const Experiment experiment{.name = "probe.unit",
                                       .doc = "",
                                       .params = {{"m", std::int64_t{5}, ""},
                                                  {"rate", 0.5, ""},
                                                  {"on", true, ""},
                                                  {"kind", std::string("soft"), ""}},
                                       .metrics = {{"scalar", "dB", "one"},
                                                   {"curve", "", "a curve", {"t"}},
                                                   {"map", "", "two axes", {"t", "u"}}},
                                       .body = [](Run&) {},
                                       .data = [](const Params&) { return std::vector<std::string>{}; }};
    return experiment;
}

Run run_with(Params params = {}) {
    return {probe(), std::move(params), 3, "cpu"};
}

BOOST_AUTO_TEST_CASE(parameters_have_types_and_defaults) {
    const Run run = run_with({{"m", std::int64_t{7}}});
    BOOST_TEST(run.integer("m") == 7);
    BOOST_TEST(run.count("m") == 7U);
    BOOST_TEST(run.real("m") == 7.0);
    BOOST_TEST(run.real("rate") == 0.5);
    BOOST_TEST(run.flag("on"));
    BOOST_TEST(run.text("kind") == "soft");
    BOOST_TEST(run.seed() == 3U);
    BOOST_CHECK_THROW(run.integer("rate"), assay::Error);
    BOOST_CHECK_THROW(run.text("m"), assay::Error);
    BOOST_CHECK_THROW(run.real("absent"), assay::Error);
    BOOST_CHECK_THROW(run_with({{"unknown", true}}), assay::Error);
    BOOST_CHECK_THROW(run_with({{"m", std::int64_t{-1}}}).count("m"), assay::Error);
}

BOOST_AUTO_TEST_CASE(points_that_were_not_recorded_are_nan) {
    Run run = run_with();
    run.axis("t", {10, 20, 30});
    run.axis("u", {1, 2});
    run.record_at("map", {1, 1}, 4.0);
    const Metric& map = run.result().metrics.at("map");
    BOOST_REQUIRE(map.values.size() == 6U);
    BOOST_TEST(map.values[3] == 4.0);  // row-major, the first axis is the slowest
    BOOST_TEST(std::isnan(map.values[2]));
    run.record("scalar", 2.0);
    BOOST_TEST(run.result().metrics.at("scalar").unit == "dB");
}

BOOST_AUTO_TEST_CASE(mistakes_of_an_experiment_are_named) {
    Run run = run_with();
    BOOST_CHECK_THROW(run.record("curve", 1.0), assay::Error);  // before its axis
    run.axis("t", {1, 2, 3});
    const std::vector<double> two{1, 2};
    BOOST_CHECK_THROW(run.record("curve", two), assay::Error);
    BOOST_CHECK_THROW(run.record("absent", 1.0), assay::Error);
    BOOST_CHECK_THROW(run.record_at("curve", {3}, 1.0), assay::Error);
    BOOST_CHECK_THROW(run.record_at("curve", {0, 0}, 1.0), assay::Error);
    BOOST_CHECK_THROW(run.axis("v", {1}), assay::Error);
    BOOST_CHECK_THROW(run.axis("t", {1, 2}), assay::Error);
    BOOST_CHECK_NO_THROW(run.axis("t", {1, 2, 3}));
    BOOST_CHECK_THROW(run.data_file("mnist", "train"), assay::Error);  // not declared
}

BOOST_AUTO_TEST_CASE(divergence_keeps_what_came_before) {
    Run run = run_with();
    run.axis("t", {1, 2, 3});
    run.record_at("curve", {0}, 1.0);
    const auto third = [](const assay::Diverged& diverged) { return diverged.iteration() == 2; };
    BOOST_CHECK_EXCEPTION(run.record_at("curve", {2}, std::numeric_limits<double>::infinity()),
                          assay::Diverged, third);
    BOOST_TEST(run.result().metrics.at("curve").values[0] == 1.0);
    BOOST_TEST(std::isnan(run.result().metrics.at("curve").values[2]));

    run.axis("u", {1, 2});
    const std::vector<double> values{1, 2, 3, 4, std::nan(""), 6};
    BOOST_CHECK_EXCEPTION(run.record("map", values), assay::Diverged, third);
    BOOST_TEST(run.result().metrics.at("map").values[3] == 4.0);
    BOOST_TEST(std::isnan(run.result().metrics.at("map").values[5]));
}

BOOST_AUTO_TEST_CASE(an_axis_of_at_most_so_many_points_ends_where_the_algorithm_stopped) {
    Run run = run_with();
    run.axis_at_most("t", {1, 2, 3, 4, 5});
    run.axis("u", {1, 2});
    for (std::size_t t = 0; t < 3; ++t) run.record_at("curve", {t}, 10.0 + static_cast<double>(t));
    run.record_at("map", {0, 1}, 1.0);
    run.record_at("map", {2, 0}, 2.0);
    BOOST_TEST(run.result().axes.at("t").values.size() == 5U);
    const Result& result = run.finish();
    BOOST_TEST(result.axes.at("t").values == (std::vector<double>{1, 2, 3}),
               boost::test_tools::per_element());
    BOOST_TEST(result.axes.at("u").values.size() == 2U);
    BOOST_TEST(result.metrics.at("curve").values == (std::vector<double>{10, 11, 12}),
               boost::test_tools::per_element());
    const std::vector<double>& map = result.metrics.at("map").values;
    BOOST_REQUIRE(map.size() == 6U);
    BOOST_TEST(map[1] == 1.0);
    BOOST_TEST(map[4] == 2.0);
    BOOST_TEST(std::isnan(map[3]));
}

BOOST_AUTO_TEST_CASE(any_axis_of_a_metric_can_be_cut_and_one_without_values_is_empty) {
    Run run = run_with();
    run.axis("t", {1, 2});
    run.axis_at_most("u", {1, 2, 3});
    for (std::size_t t = 0; t < 2; ++t)
        for (std::size_t u = 0; u < 2; ++u) run.record_at("map", {t, u}, static_cast<double>(10 * t + u));
    BOOST_TEST(run.finish().metrics.at("map").values == (std::vector<double>{0, 1, 10, 11}),
               boost::test_tools::per_element());

    Run idle = run_with();
    idle.axis_at_most("t", {1, 2});
    BOOST_TEST(idle.finish().axes.at("t").values.empty());
}

BOOST_AUTO_TEST_CASE(a_diverged_trace_ends_in_the_bad_point) {
    Run run = run_with();
    run.axis_at_most("t", {1, 2, 3, 4, 5});
    run.record_at("curve", {0}, 1.0);
    run.record_at("curve", {1}, 2.0);
    run.result().status = Status::diverged;
    const std::vector<double>& curve = run.finish().metrics.at("curve").values;
    BOOST_REQUIRE(curve.size() == 3U);
    BOOST_TEST(curve[1] == 2.0);
    BOOST_TEST(std::isnan(curve[2]));
    BOOST_TEST(run.result().axes.at("t").values.size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_clock_pauses) {
    Run run = run_with();
    BOOST_TEST(run.paused_seconds() == 0.0);
    {
        const auto paused = run.pause_clock();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    BOOST_TEST(run.paused_seconds() >= 0.02);
}

BOOST_AUTO_TEST_CASE(a_pause_within_a_pause_counts_once) {
    Run run = run_with();
    const auto start = std::chrono::steady_clock::now();
    {
        const auto paused = run.pause_clock();
        const int drawn = run.off_clock([] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            return 3;
        });
        BOOST_TEST(drawn == 3);
        BOOST_TEST(run.paused_seconds() == 0.0);  // the outer one counts, when it ends
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    BOOST_TEST(run.paused_seconds() >= 0.05);
    BOOST_TEST(run.paused_seconds() <= passed.count());
}

BOOST_AUTO_TEST_CASE(a_pause_waits_for_the_device) {
    // This program has no CUDA device, whose stand-in refuses every use: so a wait for it is seen.
    Run run(probe(), {}, 1, "cuda");
    BOOST_CHECK_EXCEPTION(run.pause_clock(), assay::Error, [](const assay::Error& error) {
        return error.problem() == "this program was built without CUDA";
    });
}

BOOST_AUTO_TEST_CASE(progress_is_a_fraction) {
    double seen = -1;
    Run run(probe(), {}, 1, "cpu", [&](double fraction, std::string_view) { seen = fraction; });
    run.progress(0.25);
    BOOST_TEST(seen == 0.25);
    run.progress(7);
    BOOST_TEST(seen == 1.0);
    run_with().progress(0.5);  // nobody watches
}

BOOST_AUTO_TEST_SUITE_END()
