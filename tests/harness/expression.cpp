#include "experiments/harness/claims/expression.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "solvers/device/random.hpp"
#include "tests/harness/evidence_fixture.hpp"

BOOST_AUTO_TEST_SUITE(expression)

namespace {

using namespace assay::harness;
using testing::record;
using testing::Runs;

/// error[t] = scale(gradient) * layers / t for t = 1, 2, 4, 8; loss = 10 * seed.
Runs sample_runs(std::size_t seeds = 2) {
    std::vector<Params> points;
    for (const char* gradient : {"dec", "ae-ls"})
        for (const std::int64_t layers : {10, 20, 40})
            points.push_back(
                {{"gradient", std::string(gradient)}, {"layers", layers}, {"step", 0.2}, {"fast", true}});
    return Runs(points, seeds, [](Result& result) {
        const double layers = static_cast<double>(std::get<std::int64_t>(result.params.at("layers")));
        const double scale = std::get<std::string>(result.params.at("gradient")) == "dec" ? 1 : 3;
        std::vector<double> values;
        for (const double t : {1.0, 2.0, 4.0, 8.0}) values.push_back(scale * layers / t);
        record(result, "error", "t", {1, 2, 4, 8}, values);
        record(result, "loss", 10.0 * static_cast<double>(result.seed));
        result.timing.solver_seconds = layers / 10;
        result.timing.peak_memory_bytes = 1000;
        if (layers == 40) result.timing.peak_device_bytes = 500;
    });
}

Quantity value(const std::string& text, std::uint64_t seed = 1) {
    static const Runs runs = sample_runs();
    return Expression(text).evaluate(runs.planned, seed, runs.lookup());
}

double number(const std::string& text, std::uint64_t seed = 1) {
    const Quantity quantity = value(text, seed);
    BOOST_TEST_REQUIRE(quantity.values.size() == 1u, text);
    return quantity.values[0];
}

/// Whether evaluating or parsing fails with a message that has all the parts.
bool fails(const std::string& text, const std::vector<std::string>& parts) {
    try {
        value(text);
    } catch (const assay::Error& error) {
        const std::string message = error.what();
        for (const std::string& part : parts) {
            if (message.find(part) != std::string::npos) continue;
            BOOST_TEST_MESSAGE(message);
            return false;
        }
        return true;
    }
    return false;
}

const auto tiny = boost::test_tools::tolerance(1e-12);  // a few roundings of doubles of order one

}  // namespace

BOOST_AUTO_TEST_CASE(arithmetic_follows_the_usual_precedence) {
    BOOST_TEST(number("1 + 2 * 3") == 7);
    BOOST_TEST(number("(1 + 2) * 3") == 9);
    BOOST_TEST(number("8 - 3 - 2") == 3);
    BOOST_TEST(number("16 / 4 / 2") == 2);
    BOOST_TEST(number("-2 ^ 2") == -4);
    BOOST_TEST(number("2 ^ 3 ^ 2") == 512);
    BOOST_TEST(number("2 ^ -1") == 0.5);
    BOOST_TEST(number("1_000 + .5e1") == 1005);
    BOOST_TEST(number("1 + 1 == 2") == 1);
    BOOST_TEST(number("3 <= 2") == 0);
    BOOST_TEST(number("(1 < 2) * (2 > 1)") == 1);
    BOOST_TEST(number("1--1") == 2);
}

BOOST_AUTO_TEST_CASE(a_pick_chooses_runs_and_points) {
    BOOST_TEST(number("error[gradient=dec, layers=20, t=4]") == 5);
    BOOST_TEST(number("error[gradient=ae-ls, layers=20, t=4.0000000001]") == 15);
    BOOST_TEST(number("loss[gradient=\"dec\", layers=10, step=0.2, fast=true]", 2) == 20);
    const Quantity curve = value("error[gradient=dec, layers=10]");
    BOOST_TEST(curve.axis_names == std::vector<std::string>{"t"}, boost::test_tools::per_element());
    BOOST_TEST(curve.axis_values[0] == (std::vector<double>{1, 2, 4, 8}), boost::test_tools::per_element());
    BOOST_TEST(value("error[gradient=dec, layers=10, t=2..8]").values == (std::vector<double>{5, 2.5, 1.25}),
               boost::test_tools::per_element());
    BOOST_TEST(value("error[gradient=dec, layers=10, t=[8, 1]]").values == (std::vector<double>{1.25, 10}),
               boost::test_tools::per_element());
    BOOST_TEST(value("error[gradient=dec, layers=10, t=*]").values.size() == 4u);
}

BOOST_AUTO_TEST_CASE(a_list_over_a_parameter_makes_an_axis) {
    const Quantity sorted = value("loss[gradient=dec, layers=[40, 10]]");
    BOOST_TEST(sorted.axis_names[0] == "layers");
    BOOST_TEST(sorted.axis_values[0] == (std::vector<double>{10, 40}), boost::test_tools::per_element());
    const Quantity texts = value("error[gradient=[dec, ae-ls], layers=10, t=1]");
    BOOST_TEST(texts.axis_values[0] == (std::vector<double>{0, 1}), boost::test_tools::per_element());
    BOOST_TEST(texts.values == (std::vector<double>{10, 30}), boost::test_tools::per_element());
    const Quantity all_texts = value("error[gradient=*, layers=10, t=1]");  // sorted: ae-ls, dec
    BOOST_TEST(all_texts.values == (std::vector<double>{30, 10}), boost::test_tools::per_element());
    BOOST_TEST(all_texts.labels.at("gradient").at(1) == "dec");
    BOOST_TEST(fails("error[gradient=*, layers=10] - error[gradient=[dec, ae-ls], layers=10]",
                     {"the two sides list \"gradient\" differently"}));
    const Quantity grid = value("error[gradient=[dec, ae-ls], layers=15..40, t=1..2]");
    BOOST_TEST(grid.axis_names == (std::vector<std::string>{"gradient", "layers", "t"}),
               boost::test_tools::per_element());
    BOOST_TEST(grid.values == (std::vector<double>{20, 10, 40, 20, 60, 30, 120, 60}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_parameter_that_another_one_fixes_needs_no_pick) {
    const Runs zipped({{{"n", std::int64_t{1}}, {"m", std::int64_t{10}}},
                       {{"n", std::int64_t{2}}, {"m", std::int64_t{20}}}},
                      1, [](Result& result) {
                          record(result, "x",
                                 static_cast<double>(std::get<std::int64_t>(result.params.at("m"))));
                      });
    const Quantity quantity = Expression("x[n=*]").evaluate(zipped.planned, 1, zipped.lookup());
    BOOST_TEST(quantity.values == (std::vector<double>{10, 20}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(operands_meet_by_axis_name) {
    const Quantity ratio = value("error[gradient=*, layers=10] / error[gradient=dec, layers=[10, 20]]");
    BOOST_TEST(ratio.axis_names == (std::vector<std::string>{"gradient", "t", "layers"}),
               boost::test_tools::per_element());
    // ae-ls over dec at equal t: 30/t over 10/t and 20/t, then dec over dec.
    BOOST_TEST(
        ratio.values == (std::vector<double>{3, 1.5, 3, 1.5, 3, 1.5, 3, 1.5, 1, .5, 1, .5, 1, .5, 1, .5}),
        boost::test_tools::per_element());
    BOOST_TEST(value("error[gradient=dec, layers=10] - [10, 5, 2.5, 1.25]").values ==
                   (std::vector<double>{0, 0, 0, 0}),
               boost::test_tools::per_element());
    BOOST_TEST(number("max(abs([1, 2, 3] - [1, 2, 5]))") == 2);
    BOOST_TEST(fails("error[gradient=dec, layers=10] - [1, 2]", {"2 entries", "none of the axes t"}));
    BOOST_TEST(fails("error[gradient=dec, layers=10, t=1..2] - error[gradient=dec, layers=10]",
                     {"different points on axis \"t\""}));
}

BOOST_AUTO_TEST_CASE(functions_have_their_closed_forms) {
    const std::string curve = "error[gradient=dec, layers=10]";  // 10 / t on 1, 2, 4, 8
    BOOST_TEST(number("first(" + curve + ")") == 10);
    BOOST_TEST(number("last(" + curve + ")") == 1.25);
    BOOST_TEST(number("min(" + curve + ")") == 1.25);
    BOOST_TEST(number("max(" + curve + ")") == 10);
    BOOST_TEST(number("sum(" + curve + ")") == 18.75);
    BOOST_TEST(number("mean(" + curve + ")") == 18.75 / 4);
    BOOST_TEST(number("median(" + curve + ")") == 3.75);
    BOOST_TEST(number("quantile(" + curve + ", 0.25)") == 0.75 * 2.5 + 0.25 * 1.25, tiny);  // position 0.75
    BOOST_TEST(number("argmin(" + curve + ")") == 8);
    BOOST_TEST(number("argmax(-" + curve + ")") == 8);
    BOOST_TEST(number("all(" + curve + " > 1)") == 1);
    BOOST_TEST(number("any(" + curve + " > 10)") == 0);
    BOOST_TEST(number("exponent(" + curve + ")") == -1, tiny);
    BOOST_TEST(number("exponentr2(" + curve + ")") == 1, tiny);
    BOOST_TEST(number("exponent(loss[gradient=dec, layers=*] * [1, 4, 16])") == 2, tiny);
    BOOST_TEST(number("slope(1 / " + curve + ")") == 0.1, tiny);
    BOOST_TEST(number("logslope(exp([3, 5, 7]))") == 2, tiny);
    BOOST_TEST(number("logr2(exp([3, 5, 7]))") == 1, tiny);
    BOOST_TEST(number("r2([1, 2, 1])") == 0, tiny);
    BOOST_TEST(number("at(" + curve + ", t=4)") == 2.5);
    BOOST_TEST(number("min2(3, 2) + max2(3, 2)") == 5);
    BOOST_TEST(number("log10(1000) + sqrt(16) + log(exp(1)) + abs(-2)") == 10, tiny);
    const Quantity steps = value("diff(" + curve + ")");
    BOOST_TEST(steps.values == (std::vector<double>{-5, -2.5, -1.25}), boost::test_tools::per_element());
    BOOST_TEST(steps.axis_values[0] == (std::vector<double>{2, 4, 8}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(reductions_go_along_one_axis_or_over_all) {
    const std::string grid = "error[gradient=dec, layers=[10, 40]]";
    BOOST_TEST(number("max(" + grid + ")") == 40);
    const Quantity ends = value("last(" + grid + ", along=t)");
    BOOST_TEST(ends.axis_names == std::vector<std::string>{"layers"}, boost::test_tools::per_element());
    BOOST_TEST(ends.values == (std::vector<double>{1.25, 5}), boost::test_tools::per_element());
    BOOST_TEST(value("slope(" + grid + ", along=layers)").values == (std::vector<double>{1, .5, .25, .125}),
               boost::test_tools::per_element());
    BOOST_TEST(fails("slope(" + grid + ")", {"layers, t", "along=axis"}));
    BOOST_TEST(fails("last(" + grid + ")", {"the end of which axis is meant: layers, t", "say along=axis"}));
    BOOST_TEST(fails("max(" + grid + ", along=q)", {"no axis \"q\"", "layers, t"}));
}

BOOST_AUTO_TEST_CASE(crossing_interpolates_and_may_never_happen) {
    const std::string curve = "error[gradient=dec, layers=10]";
    BOOST_TEST(number("crossing(" + curve + ", 3.75)") == 3,
               tiny);                                             // half-way between 5 at t=2 and 2.5 at t=4
    BOOST_TEST(number("crossing(" + curve + ", 5)") == 2, tiny);  // touches at t=2, is below at t=4
    BOOST_TEST(std::isnan(number("crossing(" + curve + ", 20)")));  // was never above
    BOOST_TEST(std::isinf(number("crossing(" + curve + ", 1)")));   // has not fallen below
    BOOST_TEST(std::isinf(number("crossing([2, 1, 2], 1)")));       // only touches
}

BOOST_AUTO_TEST_CASE(what_was_not_measured_does_not_hide) {
    const Runs runs({{}}, 1, [](Result& result) {
        record(result, "e", "t", {1, 2, 3}, {1, 2, std::numeric_limits<double>::quiet_NaN()});
    });
    for (const char* text : {"min(e)", "max(e)", "median(e)", "all(e > 0)", "any(e > 0)", "argmin(e)",
                             "last(e)", "e[t=3] < 1", "max2(1, e[t=3])", "slope(e)", "quantile(e, 0)"})
        BOOST_TEST(std::isnan(Expression(text).evaluate(runs.planned, 1, runs.lookup()).values[0]), text);
    BOOST_TEST(Expression("first(e)").evaluate(runs.planned, 1, runs.lookup()).values[0] == 1);
    BOOST_TEST(Expression("max(e[t=1..2])").evaluate(runs.planned, 1, runs.lookup()).values[0] == 2);
}

BOOST_AUTO_TEST_CASE(an_expression_needs_only_the_runs_it_names) {
    const Runs runs = sample_runs();
    const Expression ratio("error[gradient=ae-ls, layers=10, t=8] / error[gradient=dec, layers=10, t=8]");
    const std::vector<std::string> ids = ratio.runs(runs.planned);
    BOOST_TEST(ids.size() == 4u);  // two parameter points, two seeds
    std::set<std::string> asked;
    ratio.evaluate(runs.planned, 2, [&](const std::string& id) -> const Result& {
        asked.insert(id);
        return runs.results.at(id);
    });
    BOOST_TEST(asked.size() == 2u);
    for (const std::string& id : asked) BOOST_TEST((std::find(ids.begin(), ids.end(), id) != ids.end()));
    BOOST_TEST(Expression("1 + 1").runs(runs.planned).empty());
}

BOOST_AUTO_TEST_CASE(picks_that_leave_no_run_or_several_say_what_to_do) {
    BOOST_TEST(fails("error[gradient=dec]", {"column 1", "leaves 3 runs", "pick also layers (10, 20, 40)"}));
    BOOST_TEST(
        fails("1 + error[gradient=dec, layers=11]", {"column 5", "no run has layers=11", "10, 20, 40"}));
    BOOST_TEST(fails("error[gradient=dec, layers=[10, 11]]", {"no run has layers=11"}));
    BOOST_TEST(fails("error[gradient=dec, layers=1..5]", {"no run has \"layers\" in that range"}));
    BOOST_TEST(fails("error[gradient=dec, layers=10, t=3]", {"axis \"t\" has no point 3"}));
    BOOST_TEST(fails("at(error[gradient=dec, layers=10], t=3)", {"axis \"t\" has no point 3", "from"}));
    BOOST_TEST(fails("error[gradient=dec, layers=10, q=3]", {"no axis \"q\""}));
    BOOST_TEST(fails("nothing[gradient=dec, layers=10]", {"recorded no metric \"nothing\""}));
}

BOOST_AUTO_TEST_CASE(a_mistake_is_reported_with_its_column) {
    BOOST_TEST(fails("1 + ", {"column 5", "ends where a value should stand"}));
    BOOST_TEST(fails("1 + * 2", {"column 5"}));
    BOOST_TEST(fails("(1", {"column 3", "expected ')'"}));
    BOOST_TEST(fails("1 2", {"column 3", "unexpected '2'"}));
    BOOST_TEST(fails("slop([1, 2])", {"column 1", "no function \"slop\"", "did you mean \"slope\"?"}));
    BOOST_TEST(fails("slope()", {"slope needs slope(x)"}));
    BOOST_TEST(fails("abs(1, 2)", {"wrong arguments", "write abs(x)"}));
    BOOST_TEST(fails("at([1, 2])", {"write at(x, axis=value)"}));
    BOOST_TEST(fails("abs(1, along=t)", {"unexpected along="}));
    BOOST_TEST(fails("error[t]", {"expected '=' after \"t\""}));
    BOOST_TEST(fails("error[t=1, t=2]", {"picked twice"}));
    BOOST_TEST(fails("error[t=5..2]", {"first end is the larger"}));
    BOOST_TEST(fails("error[t=a..b]", {"a range needs two numbers"}));
    BOOST_TEST(fails("error[t=\"x]", {"not closed"}));
    BOOST_TEST(fails("1 < 2 < 3", {"cannot be chained"}));
    BOOST_TEST(fails("1 = 1", {"equality is written =="}));
    BOOST_TEST(fails("1.2.3", {"not a number: 1.2.3"}));
    BOOST_TEST(fails("1e999", {"not a number"}));
    BOOST_TEST(fails("", {"column 1"}));
    BOOST_TEST(fails("\xC3\xA4\xC3\xA4", {"column 1"}));
}

BOOST_AUTO_TEST_CASE(names_are_checked_against_the_experiment) {
    if (!experiments().contains("test.expression"))
        register_experiment(
            {.name = "test.expression",
             .doc = "for tests",
             .params = {{"gradient", std::string("dec"), "a kind", -1, 1, {"dec", "ae-lasso", "ae-ls"}},
                        {"layers", std::int64_t{1}, "a count"},
                        {"fast", false, "a switch"}},
             .metrics = {{"error", "", "an error", {"t"}}, {"loss", "", "a loss"}},
             .body = [](Run&) {}});
    Spec spec;
    spec.experiment = "test.expression";
    const auto messages = [&](const std::string& text) { return Expression(text).check(spec); };
    BOOST_TEST(messages("max(error[gradient=ae-ls, layers=*, fast=true, t=1..2], along=t) / loss").empty());
    const auto says = [&](const std::string& text, const std::string& part) {
        const std::vector<std::string> found = messages(text);
        return found.size() == 1 && found[0].find(part) != std::string::npos;
    };
    BOOST_TEST(messages("solver_seconds[layers=1] + peak_memory_bytes / peak_device_bytes").empty());
    BOOST_TEST(says("solver_second", "did you mean \"solver_seconds\"?"));
    BOOST_TEST(says("solver_seconds[t=1]", "neither a parameter nor an axis of solver_seconds"));
    BOOST_TEST(says("eror", "measures no \"eror\"; did you mean \"error\"?"));
    BOOST_TEST(says("zzzzzz", "it measures error, loss"));
    BOOST_TEST(says("error[layer=3]", "did you mean \"layers\"?"));
    BOOST_TEST(says("loss[t=3]", "neither a parameter nor an axis of loss"));
    BOOST_TEST(says("error[gradient=ae-l]", "did you mean \"ae-ls\"?"));
    BOOST_TEST(says("error[layers=many]", "is a number"));
    BOOST_TEST(says("error[fast=1]", "true or false"));
    BOOST_TEST(says("error[t=x]", "has numbers"));
    BOOST_TEST(says("error[seed=1]", "seeds are not picked"));
    BOOST_TEST(says("max(error, along=s)", "no axis \"s\" in max"));
    BOOST_TEST(messages("eror + lss").size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_a_run_costs_is_read_like_a_metric) {
    BOOST_TEST(number("solver_seconds[gradient=dec, layers=40] / solver_seconds[gradient=dec, layers=10]") ==
               4);
    BOOST_TEST(number("max(solver_seconds[gradient=dec, layers=*])") == 4);
    BOOST_TEST(number("peak_memory_bytes[gradient=dec, layers=10]") == 1000);
    BOOST_TEST(number("peak_device_bytes[gradient=dec, layers=40]") == 500);
    BOOST_TEST(fails("peak_device_bytes[gradient=dec, layers=10]",
                     {"recorded no peak_device_bytes, being a run on cpu"}));
    BOOST_TEST(fails("solver_seconds[gradient=dec, layers=10, t=1]", {"there is no axis \"t\""}));
}

BOOST_AUTO_TEST_CASE(no_text_breaks_the_parser) {
    const auto survives = [](const std::string& text) {
        try {
            Expression parsed(text);
        } catch (const assay::Error&) {
        }
    };
    for (const char* piece : {"(", "-", "[", "abs(", "1^", "1+", "a[b=", "a[b=[", "1<", "\"", "at(1,a="}) {
        std::string text;
        for (int i = 0; i < 200'000; ++i) text += piece;
        survives(text);
        survives(text + "1");
    }
    std::string nested = "1";
    for (int i = 0; i < 90; ++i) nested = "(" + nested + ")";
    BOOST_TEST(number(nested) == 1);
    const std::string alphabet = "ab1.e-+*/^()[]=<>,\" _..*along=minat\xC3\x00";
    assay::solvers::Random random(1, "expression fuzz");
    std::size_t parsed = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (std::uint64_t i = random.below(24); i > 0; --i) text += alphabet[random.below(alphabet.size())];
        try {
            Expression expression(text);
            ++parsed;
        } catch (const assay::Error& error) {
            BOOST_TEST(std::string(error.where()).starts_with("column "));
        }
    }
    BOOST_TEST(parsed > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
