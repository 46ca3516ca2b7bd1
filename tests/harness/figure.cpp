#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "experiments/harness/report/drawing.hpp"
#include "experiments/harness/report/mosaic.hpp"
#include "experiments/harness/report/series.hpp"
#include "tests/harness/report_fixture.hpp"

BOOST_AUTO_TEST_SUITE(figure)

namespace {

using namespace assay::harness;
using namespace assay::harness::report;
using namespace assay::harness::testing;
namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// y[x] for x = 1, 2 with the given values per seed.
Evidence two_points(const std::vector<std::vector<double>>& seeds) {
    const Runs runs({{}}, seeds.size(), [&](Result& result) {
        record(result, "y", "x", {1, 2}, seeds[result.seed - 1]);
    });
    Evidence evidence;
    evidence.specs.emplace_back();
    evidence.runs.push_back(runs.planned);
    evidence.results = runs.results;
    return evidence;
}

Series series_of(const Evidence& evidence, bool y_log = false, const std::string& of = "y",
                 const std::string& x = "") {
    Curve curve;
    curve.of = of;
    curve.x = x;
    return evaluate_curve(curve, false, y_log, View(evidence, 0));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_band_is_the_range_of_two_and_the_interval_of_more_seeds) {
    const Series one = series_of(two_points({{1, 2}}));
    BOOST_TEST(one.points[0].low == one.points[0].high);
    const Series two = series_of(two_points({{1, 2}, {3, 6}}));
    BOOST_TEST_REQUIRE(two.points.size() == 2u);
    BOOST_TEST(two.points[1].x == 2);
    BOOST_TEST(two.points[1].mean == 4);
    BOOST_TEST(two.points[1].low == 2);
    BOOST_TEST(two.points[1].high == 6);
    const Series three = series_of(two_points({{1, 2}, {2, 2}, {3, 2}}));
    // Half-width of mean 2 and deviation 1 over three seeds: t_{0.975, 2} / sqrt(3).
    const double half = 0.95 * std::sqrt(2 / (4 * 0.975 * 0.025)) / std::sqrt(3.0);
    BOOST_TEST(three.points[0].high == 2 + half, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(three.points[1].high == 2);
    BOOST_TEST(band_text(1, false) == "one seed");
    BOOST_TEST(band_text(2, false) == "mean, range of 2 seeds");
    BOOST_TEST(band_text(3, true) == "geometric mean, 95 % t interval of 3 seeds");
}

BOOST_AUTO_TEST_CASE(a_logarithmic_axis_has_the_geometric_mean) {
    const Series series = series_of(two_points({{1, 1}, {100, 1}, {10, 0}}), true);
    BOOST_TEST(series.points[0].mean == 10, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(series.points[0].low > 0);
    BOOST_TEST(series.points[1].seeds == 2u);  // the zero is left out, and said
    BOOST_TEST_REQUIRE(series.notes.size() == 1u);
    BOOST_TEST(contains(series.notes[0], "1 of 6 values are left out"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_drawn_is_said) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Series broken_off = series_of(two_points({{1, nan}, {3, nan}}));
    BOOST_TEST(broken_off.points.size() == 1u);
    BOOST_TEST(contains(broken_off.notes.at(0), "2 of 4 values"));
    BOOST_TEST(contains(series_of(two_points({{1, 2}}), false, "z").notes.at(0), "recorded no metric \"z\""));
    BOOST_TEST(
        contains(series_of(two_points({{1, 2}}), false, "y[x=1]").notes.at(0), "a curve has one axis"));
    BOOST_TEST(
        contains(series_of(two_points({{1, 2}}), false, "y", "y[x=1]").notes.at(0), "different lengths"));
    Evidence partly = two_points({{1, 2}, {3, 4}});
    partly.results.erase(partly.runs[0][1].id);
    const Series half = series_of(partly);
    BOOST_TEST(half.points[0].mean == 1);
    BOOST_TEST(contains(half.notes.at(0), "1 of 2 seeds have no result: make reproduce-"));
}

BOOST_AUTO_TEST_CASE(seeds_that_stop_at_different_points_are_drawn_over_the_union) {
    const Runs runs({{}}, 3, [](Result& result) {
        std::vector<double> points, values;
        for (std::uint64_t t = 1; t <= result.seed; ++t) {
            points.push_back(static_cast<double>(t));
            values.push_back(static_cast<double>(10 * result.seed + t));
        }
        record(result, "y", "t", points, values);
        record(result, "seconds", "t", points, points);
    });
    Evidence evidence;
    evidence.specs.emplace_back();
    evidence.runs.push_back(runs.planned);
    evidence.results = runs.results;
    for (const std::string x : {"", "2 * seconds"}) {
        const Series series = series_of(evidence, false, "y", x);
        BOOST_TEST_REQUIRE(series.points.size() == 3u);
        BOOST_TEST(series.points[0].seeds == 3u);
        BOOST_TEST(series.points[0].mean == 21);
        BOOST_TEST(series.points[1].seeds == 2u);
        BOOST_TEST(series.points[1].mean == 27);
        BOOST_TEST(series.points[2].seeds == 1u);
        BOOST_TEST(series.points[2].mean == 33);
        BOOST_TEST(series.points[2].x == (x.empty() ? 3 : 6));
        BOOST_TEST_REQUIRE(series.notes.size() == 1u);
        BOOST_TEST(contains(series.notes[0], "the seeds have different points"));
    }
    evidence.results.begin()->second.metrics["y"].values[0] = std::nan("");  // measured, and not a number
    BOOST_TEST(contains(series_of(evidence).notes.at(1), "1 of 6 values are left out"));
}

BOOST_AUTO_TEST_CASE(printed_values_have_no_seeds) {
    const Series printed = series_of(two_points({{1, 2}, {3, 4}}), false, "[5, 6]", "[1, 2]");
    BOOST_TEST(printed.seeds == 0u);
    BOOST_TEST(printed.points[1].mean == 6);
}

BOOST_AUTO_TEST_CASE(a_short_logarithmic_axis_has_labels) {
    const Evidence evidence = two_points({{0.05, 0.4}});
    Figure figure;
    figure.id = "short";
    figure.panels.resize(1);
    figure.panels[0].y_log = true;
    figure.panels[0].curves.resize(1);
    figure.panels[0].curves[0].of = "y";
    const std::string source = figure_source(figure, View(evidence, 0)).gnuplot;
    BOOST_TEST(contains(source, "set ytics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)"));
    BOOST_TEST(contains(source, "set yrange [0.041"));
    BOOST_TEST(contains(source, "set xtics 1\n"));  // two points, and nothing between
    figure.panels[0].curves[0].x = "y * 10";
    BOOST_TEST(contains(figure_source(figure, View(evidence, 0)).gnuplot, "set xtics autofreq"));
}

BOOST_AUTO_TEST_CASE(abscissae_may_be_an_expression) {
    const Series series = series_of(two_points({{1, 2}, {3, 4}}), false, "y", "y * 10");
    BOOST_TEST(series.points[0].x == 20);
    BOOST_TEST(series.points[1].x == 30);
}

BOOST_AUTO_TEST_CASE(a_figure_is_drawn_once_and_again_when_its_data_change) {
    const Evidence evidence = sample_evidence(3);
    const FigureSource source = figure_source(error_figure(), View(evidence, 0));
    BOOST_TEST(!source.empty);
    BOOST_TEST(source.notes.empty());
    BOOST_TEST(contains(source.gnuplot, "set logscale y"));
    BOOST_TEST(contains(source.gnuplot, "title 'ae-ls ''dots''' noenhanced"));
    const Scratch scratch;
    BOOST_TEST(draw({source}, scratch.path) == "");
    BOOST_TEST(is_drawn(source, scratch.path));
    const std::string svg = content(scratch.path / (source.stem + ".svg"));
    BOOST_TEST(contains(svg, "g_ae-lasso"));
    BOOST_TEST(contains(svg, "geometric mean, 95 % t interval of 3 seeds"));
    BOOST_TEST(contains(svg, "m_1 = 50"));
    BOOST_TEST(content(scratch.path / (source.stem + ".pdf")).starts_with("%PDF"));
    BOOST_TEST(content(scratch.path / (source.stem + ".png")).starts_with("\x89PNG"));

    const auto drawn_at = fs::last_write_time(scratch.path / (source.stem + ".svg"));
    const auto start = std::chrono::steady_clock::now();
    BOOST_TEST(draw({source}, scratch.path) == "");
    // Starting gnuplot alone takes longer than this.
    BOOST_TEST(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 0.05);
    BOOST_TEST((fs::last_write_time(scratch.path / (source.stem + ".svg")) == drawn_at));

    const Evidence more = sample_evidence(4);
    const FigureSource changed = figure_source(error_figure(), View(more, 0));
    draw({changed}, scratch.path);
    BOOST_TEST(contains(content(scratch.path / (source.stem + ".svg")), "interval of 4 seeds"));
}

BOOST_AUTO_TEST_CASE(the_source_runs_by_itself) {
    const Evidence evidence = sample_evidence(3);
    const FigureSource source = figure_source(error_figure(), View(evidence, 0));
    const Scratch scratch;
    draw({source}, scratch.path);
    const fs::path svg = scratch.path / (source.stem + ".svg");
    const std::string first = content(svg);
    fs::remove(svg);
    const std::string command = "cd '" + scratch.path.string() + "' && gnuplot '" + source.stem + ".gp'";
    BOOST_TEST_REQUIRE(std::system(command.c_str()) == 0);
    BOOST_TEST((content(svg) == first));  // gnuplot's SVG has no dates: equal bytes
}

BOOST_AUTO_TEST_CASE(one_bad_source_does_not_take_the_others_with_it) {
    const Evidence evidence = sample_evidence(2);
    const FigureSource good = figure_source(error_figure(), View(evidence, 0));
    FigureSource bad = good, last = good;
    bad.stem = "bad";
    bad.gnuplot = "this is no gnuplot\n";
    last.stem = "last";
    last.gnuplot =
        std::string(
            "load 'style.gp'\ndo for [form in 'svg pdf png'] {\n eval assay_terminal(form, 200, 200)\n") +
        " set output 'last.'.form\n plot x\n}\nunset output\n";
    const Scratch scratch;
    const std::string message = draw({bad, good, last}, scratch.path);
    BOOST_TEST(contains(message, "gnuplot failed"));
    BOOST_TEST(!is_drawn(bad, scratch.path));
    BOOST_TEST(is_drawn(good, scratch.path));
    BOOST_TEST(is_drawn(last, scratch.path));
}

BOOST_AUTO_TEST_CASE(without_gnuplot_the_sources_are_still_written) {
    const Evidence evidence = sample_evidence(2);
    const FigureSource source = figure_source(error_figure(), View(evidence, 0));
    const Scratch scratch;
    const std::string path = std::getenv("PATH");
    setenv("PATH", scratch.path.c_str(), 1);
    const std::string message = draw({source}, scratch.path);
    setenv("PATH", path.c_str(), 1);
    BOOST_TEST(contains(message, "apt-get install gnuplot-nox"));
    BOOST_TEST(fs::exists(scratch.path / (source.stem + ".gp")));
    BOOST_TEST(fs::exists(scratch.path / (source.stem + ".csv")));
    BOOST_TEST(!is_drawn(source, scratch.path));
    BOOST_TEST(draw({source}, scratch.path) == "");  // with it, they are drawn
    BOOST_TEST(is_drawn(source, scratch.path));
}

BOOST_AUTO_TEST_CASE(tiles_are_scaled_each_to_its_own_range) {
    Quantity tiles;
    tiles.axis_names = {"atom", "row", "column"};
    tiles.axis_values = {{0, 1, 2}, {0, 1}, {0, 1}};
    const double nan = std::numeric_limits<double>::quiet_NaN();
    tiles.values = {0, 1, 2, 4, 10, 10, 10, 10, -1, nan, 0, 1};
    const Image image = mosaic(tiles, 2);
    // Tiles of 2 x 2 are enlarged 28 times to 56 pixels, two pixels apart: two across, two down.
    BOOST_TEST(image.width == 114u);
    BOOST_TEST(image.height == 114u);
    const auto at = [&](std::size_t y, std::size_t x) {
        return static_cast<int>(image.pixels[y * image.width + x]);
    };
    BOOST_TEST(at(0, 0) == 0);
    BOOST_TEST(at(27, 27) == 0);
    BOOST_TEST(at(0, 28) == 64);
    BOOST_TEST(at(28, 0) == 128);
    BOOST_TEST(at(55, 55) == 255);
    BOOST_TEST(at(10, 57) == 255);  // between the tiles
    BOOST_TEST(at(10, 60) == 128);  // a constant tile
    BOOST_TEST(at(58, 0) == 0);     // the third tile, second row
    BOOST_TEST(at(58, 30) == 255);  // NaN
    BOOST_TEST(at(86, 0) == 128);
    BOOST_TEST(at(60, 60) == 255);  // no fourth tile
    const Scratch scratch;
    write_png(image, scratch.path / "tiles.png");
    BOOST_TEST(content(scratch.path / "tiles.png").starts_with("\x89PNG"));
    BOOST_CHECK_THROW(write_png(image, scratch.path / "no" / "folder.png"), assay::Error);
    tiles.axis_names = {"t"};
    tiles.axis_values = {{0}};
    BOOST_CHECK_THROW(mosaic(tiles, 1), assay::Error);
}

BOOST_AUTO_TEST_CASE(a_colour_tile_has_one_range_for_its_channels) {
    Quantity tiles;
    tiles.axis_names = {"row", "column", "channel"};
    tiles.axis_values = {{0}, {0, 1}, {0, 1, 2}};
    tiles.values = {0, 1, 2, 4, 0, 0};
    const Image image = mosaic(tiles, 1, true);
    BOOST_TEST(image.channels == 3u);
    BOOST_TEST(image.width == 112u);
    BOOST_TEST(image.pixels.size() == 3u * 112 * 56);
    const std::vector<int> ends = {image.pixels[0], image.pixels[1], image.pixels[2], image.pixels[3 * 111]};
    BOOST_TEST(ends == (std::vector<int>{0, 64, 128, 255}));
    const Scratch scratch;
    write_png(image, scratch.path / "tiles.png");
    tiles.axis_values = {{0, 1, 2}, {0}, {0, 1}};
    BOOST_CHECK_THROW(mosaic(tiles, 1, true), assay::Error);  // two channels
    BOOST_CHECK_THROW(mosaic({{"row", "column"}, {{0}, {0}}, {1}}, 1, true), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
