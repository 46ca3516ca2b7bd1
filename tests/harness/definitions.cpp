#include "experiments/harness/claims/definitions.hpp"

#include <boost/test/unit_test.hpp>

#include "spec_fixture.hpp"
#include "tests/message_of.hpp"

BOOST_AUTO_TEST_SUITE(definitions)

using namespace spec_test;
using assay::testing::message_of;

const Definitions names = {{"e", "last(error)"}, {"gap", "e - loss[n=5]"}, {"ratio", "gap / -loss"},
                           {"five", "5"},        {"endless", "1 + more"},  {"more", "2 * endless"}};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string meant(const std::string& text) {
    return expanded(text, names);
}

BOOST_AUTO_TEST_CASE(a_name_stands_for_its_expression) {
    BOOST_TEST(meant("error + 1") == "error + 1");
    BOOST_TEST(meant("2 * e") == "2 * last(error)");
    BOOST_TEST(meant("2 * gap") == "2 * (last(error) - loss[n=5])");
    BOOST_TEST(meant("max2(e, five) - e") == "max2(last(error), 5) - last(error)");
    BOOST_TEST(meant("ratio") == "((last(error) - loss[n=5]) / -loss)");
    BOOST_TEST(expanded("e", {}) == "e");
}

BOOST_AUTO_TEST_CASE(its_picks_go_to_every_metric_behind_it) {
    BOOST_TEST(meant("e[t=5] / e [ t = 1..2, n=[3, 4] ]") ==
               "last(error[t=5]) / last(error[ t = 1..2, n=[3, 4] ])");
    BOOST_TEST(meant("ratio[m=*]") == "((last(error[m=*]) - loss[n=5, m=*]) / -loss[m=*])");
    BOOST_TEST(meant("e[kind=\"a]b\"] + five[t=1]") == "last(error[kind=\"a]b\"]) + 5");
    BOOST_TEST(meant("e[]") == "last(error)");
}

BOOST_AUTO_TEST_CASE(what_has_no_meaning_is_refused) {
    const auto complaint = [](const std::string& text) { return message_of([&] { meant(text); }); };
    BOOST_TEST(contains(complaint("endless"), "\"endless\" stands for itself"));
    BOOST_TEST(contains(complaint("gap[n=6]"), "\"n\" is picked twice"));
    BOOST_TEST(contains(complaint("1 +"), "ends where a value should stand"));
    Definitions doubling = {{"x0", "loss"}};
    for (int i = 1; i < 40; ++i)
        doubling["x" + std::to_string(i)] = "x" + std::to_string(i - 1) + " + x" + std::to_string(i - 1);
    BOOST_TEST(contains(message_of([&] { expanded("x39", doubling); }), "longer than the 2000 characters"));
    Definitions chain = {{"x0", "loss"}};
    for (int i = 1; i < 50'000; ++i) chain["x" + std::to_string(i)] = "x" + std::to_string(i - 1);
    BOOST_TEST(contains(message_of([&] { expanded("x49999", chain); }), "stand for one another too deeply"));
}

BOOST_AUTO_TEST_CASE(a_spec_defines_names_for_claims_figures_and_tables) {
    const std::string text = head + R"toml(
[sweep]
seeds = 2
grid = { m = [50, 100] }
[let]
fall = "final - last(error)"
[[claim]]
id = "a"
says = "x"
where = "y"
check = { of = "fall[m=50] / fall[m=100]", above = 1 }
[[figure]]
id = "f"
title = "t"
[[figure.panel]]
curve = [{ of = "fall[m=50] * error[m=50]" }]
[[table]]
id = "t"
title = "t"
rows = [{ key = "50" }]
columns = [{ key = "fall" }, { key = "final" }]
cell = "{column}[m={row}]"
)toml";
    const Folder folder;
    const Spec spec = folder.load(text);
    BOOST_TEST(spec.claims.at(0).check.of ==
               "(final[m=50] - last(error[m=50])) / (final[m=100] - last(error[m=100]))");
    BOOST_TEST(spec.claims.at(0).check.written == "fall[m=50] / fall[m=100]");
    BOOST_TEST(spec.figures.at(0).panels.at(0).curves.at(0).of ==
               "(final[m=50] - last(error[m=50])) * error[m=50]");
    BOOST_TEST(spec.tables.at(0).cells.at(0).at(0) == "(final[m=50] - last(error[m=50]))");
    BOOST_TEST(spec.tables.at(0).cells.at(0).at(1) == "final[m=50]");
    const Spec again = folder.load(resolved_text(spec));
    BOOST_TEST(again.claims.at(0).check.of == spec.claims.at(0).check.of);
    BOOST_TEST((again.tables.at(0).cells == spec.tables.at(0).cells));
    BOOST_TEST(resolved_text(again) == resolved_text(spec));
}

BOOST_AUTO_TEST_CASE(mistakes_in_definitions_are_told_where_they_stand) {
    const auto told = [](const std::string& let, const std::string& of = "final") {
        return Folder().mistakes(head + "[let]\n" + let +
                                 "\n[[claim]]\nid = \"a\"\nsays = \"x\"\nwhere = \"y\"\n"
                                 "check = { of = \"" +
                                 of + "\", above = 1 }\n");
    };
    const auto says = [&](const std::string& let, const std::string& part, const std::string& of = "final") {
        const std::vector<std::string> found = told(let, of);
        BOOST_TEST_INFO_SCOPE((found.empty() ? std::string("nothing") : found[0]));
        return found.size() == 1 && contains(found[0], part);
    };
    BOOST_TEST(told("fall = \"final\"", "fall").empty());
    BOOST_TEST(says("final = \"1\"", "5:1: let.final is the name of a metric or a function"));
    BOOST_TEST(says("last = \"1\"", "let.last is the name of a metric or a function"));
    BOOST_TEST(says("\"a b\" = \"1\"", "\"a b\" is no name"));
    BOOST_TEST(says("fall = \"1 +\"", "let.fall: ", "fall / fall"));
    BOOST_TEST(says("fall = \"finl\"", "did you mean \"final\"?"));
    BOOST_TEST(says("fall = 3", "let.fall must be a text"));
    // Told once, though a claim's page keeps the expression as written, too.
    const auto wrong = Folder().mistakes(head +
                                         "[[claim]]\nid = \"a\"\nsays = \"x\"\nwhere = \"y\"\n"
                                         "check = { of = 3, above = 1 }\n");
    BOOST_TEST(wrong.size() == 1u);
    BOOST_TEST(says("fall = \"final\"", "did you mean \"fall\"?", "fal"));
}

BOOST_AUTO_TEST_SUITE_END()
