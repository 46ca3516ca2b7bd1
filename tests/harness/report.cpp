#include "experiments/harness/report/report.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "experiments/harness/report/counts.hpp"
#include "experiments/harness/report/text.hpp"
#include "experiments/harness/report/verdict_files.hpp"
#include "tests/harness/report_fixture.hpp"

BOOST_AUTO_TEST_SUITE(report)

namespace {

using namespace assay::harness;
using namespace assay::harness::testing;
namespace fs = std::filesystem;

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// All values of an attribute in a page.
std::set<std::string> attributes(const std::string& page, const std::string& name) {
    std::set<std::string> found;
    const std::regex pattern(" " + name + "=\"([^\"]*)\"");
    for (std::sregex_iterator at(page.begin(), page.end(), pattern), end; at != end; ++at)
        found.insert((*at)[1]);
    return found;
}

/// A site of the sample evidence, written once for all tests that only read it.
struct Site {
    Scratch scratch;
    Evidence evidence = sample_evidence();
    std::vector<Judgement> judgements = judge(evidence);
    fs::path folder;
    Site() {
        const Store store(scratch.path);
        write_report(evidence, judgements, store);
        folder = store.report_folder();
    }
    std::string page(const std::string& name) const { return content(folder / name); }
};

const Site& site() {
    static const Site made;
    return made;
}

}  // namespace

BOOST_AUTO_TEST_CASE(statements_of_the_project_are_counted_and_shown_apart_from_the_papers) {
    Evidence evidence = sample_evidence();
    Claim& moved = evidence.specs[0].claims[0];
    moved.role = Role::own;
    const std::vector<Judgement> judgements = judge(evidence);
    const std::string text = assay::harness::report::summary(judgements);
    BOOST_TEST(text.starts_with("5 claims: "), text);
    BOOST_TEST(contains(text, "apart from these 1 statement of this project: "), text);
    BOOST_TEST(contains(text, "; and 1 implementation check: "), text);
    BOOST_TEST(contains(terminal_table(judgements), "-- gradient_error, statements of this project --"));
    Scratch scratch;
    const Store store(scratch.path);
    write_report(evidence, judgements, store);
    const std::string index = content(store.report_folder() / "index.html");
    const std::size_t heading = index.find("Statements of this project");
    BOOST_TEST(heading < index.find("#claim-" + moved.id));
    BOOST_TEST(heading < index.find("Implementation checks: no evidence"));
    BOOST_TEST(contains(content(store.report_folder() / "pudle-gradient_error.html"),
                        "not in the paper; calibrated: the plateau"));
}

BOOST_AUTO_TEST_CASE(every_link_leads_somewhere) {
    const fs::path folder = site().folder;
    std::size_t links = 0;
    for (const char* name : {"index.html", "pudle-gradient_error.html", "runs.html"}) {
        const std::string page = site().page(name);
        std::set<std::string> targets = attributes(page, "href");
        targets.merge(attributes(page, "src"));
        for (const std::string& target : targets) {
            if (target.ends_with(".h5")) continue;  // hand-made results have no files
            ++links;
            const std::size_t hash = target.find('#');
            const std::string file = hash == 0 ? name : target.substr(0, hash);
            BOOST_TEST(fs::exists(folder / file), name << " -> " << target);
            if (hash == std::string::npos) continue;
            BOOST_TEST(attributes(content(folder / file), "id").contains(target.substr(hash + 1)),
                       name << " -> " << target);
        }
    }
    BOOST_TEST(links > 30u);
}

BOOST_AUTO_TEST_CASE(the_first_page_shows_every_verdict_in_words) {
    const std::string page = site().page("index.html");
    BOOST_TEST(contains(
        page,
        "6 claims: 1 reproduced at reduced scale (1 after Holm&apos;s correction), 2 inconclusive, 1 "
        "contradicted at reduced scale (1 after Holm&apos;s correction), 1 not run, 1 failed; 1 of the "
        "reproduced uses a "
        "setting calibrated on the published numbers; apart from these 1 implementation check: 1 reproduced "
        "(1 exact)"));
    BOOST_TEST(contains(page, "calibrated: the plateau"));
    BOOST_TEST(contains(page, "5 of 5 seeds hold"));
    // The checks of the implementation come last, under a heading of their own.
    const std::size_t heading = page.find("Implementation checks: no evidence"),
                      check = page.find("#claim-positive");
    BOOST_TEST(heading != std::string::npos);
    BOOST_TEST(heading < check);
    BOOST_TEST(page.find("#claim-broken") < heading);
    BOOST_TEST(contains(page, "make reproduce-pudle PROFILE=paper"));
    BOOST_TEST(contains(page, "scaled down"));
    BOOST_TEST(contains(page, "Theorem 4.9, Figure 3"));
    BOOST_TEST(contains(page, "width=device-width"));
    BOOST_TEST(!contains(page, "<script"));
    BOOST_TEST(!contains(page, "{{"));
}

BOOST_AUTO_TEST_CASE(texts_are_escaped) {
    const std::string page = site().page("pudle-gradient_error.html");
    BOOST_TEST(contains(page, "gradient &amp; stays &lt;above&gt; 0.01"));
    BOOST_TEST(contains(page, "A second &lt;paragraph&gt;."));
    BOOST_TEST(!contains(page, "<above>"));
    BOOST_TEST(!contains(page, "<paragraph>"));
    BOOST_TEST(contains(site().page("runs.html"), "Test CPU &lt;1&gt;"));
    BOOST_TEST(assay::harness::report::latex("50 % of a_b & {x} ^ ~ \\") ==
               "50 \\% of a\\_b \\& \\{x\\} \\textasciicircum{} \\textasciitilde{} \\textbackslash{}");
    BOOST_TEST(assay::harness::report::markdown("a|b *c*\nd") == "a\\|b \\*c\\* d");
    BOOST_TEST(assay::harness::report::csv_field("say \"a, b\"") == "\"say \"\"a, b\"\"\"");
    BOOST_TEST(assay::harness::report::csv_field("plain") == "plain");
    BOOST_TEST(assay::harness::report::gnuplot_string("it's\n`x`") == "'it''s `x`'");
    BOOST_TEST(assay::harness::report::file_stem("../a b") == ".._a_b");
}

BOOST_AUTO_TEST_CASE(the_spec_page_shows_what_was_scaled_and_deviated) {
    const std::string page = site().page("pudle-gradient_error.html");
    BOOST_TEST(contains(page, "The profile quick changes 1 parameter"));
    BOOST_TEST(contains(
        page,
        "<td class=\"num\">2000</td><td class=\"num\">10000 <span class=\"scaled\">scaled down</span>"));
    BOOST_TEST(contains(page, "one common random sign per sample"));
    BOOST_TEST(contains(page, "final[gradient=ae-ls]"));
    BOOST_TEST(contains(page, "worst of 41: t="));
    BOOST_TEST(count(page, "class=\"claim\"") == 7u);
    BOOST_TEST(contains(page, "<b>calibrated: the plateau</b>"));
    BOOST_TEST(contains(page, "<b>implementation check</b>"));
    BOOST_TEST(contains(page, "figures/pudle-gradient_error-atoms.png"));
    BOOST_TEST(contains(page, "least used"));
}

BOOST_AUTO_TEST_CASE(names_are_shown_with_what_they_stand_for) {
    const std::string page = site().page("pudle-gradient_error.html");
    BOOST_TEST(contains(page,
                        "<code>plateau[gradient=ae-ls]</code><br><span class=\"kind\">that is "
                        "<code>error[gradient=ae-ls, t=100]</code></span>"));
    BOOST_TEST(contains(page, "<code>error[gradient=dec, t=100]</code></dd>"));
    BOOST_TEST(page.find("that is <code>") == page.rfind("that is <code>"));
}

BOOST_AUTO_TEST_CASE(runs_are_listed_with_their_files_and_failures) {
    Evidence evidence = sample_evidence(2);
    const std::string crashed = evidence.runs[0][0].id, absent = evidence.runs[0][1].id,
                      diverged = evidence.runs[0][2].id;
    evidence.results.erase(crashed);
    evidence.results.erase(absent);
    evidence.failures[crashed] = {Status::crashed, "signal 11 <core>"};
    evidence.results[diverged].status = Status::diverged;
    evidence.results[diverged].message = "loss is not finite";
    const Scratch scratch;
    const Store store(scratch.path);
    write_report(evidence, judge(evidence), store);
    const std::string page = content(store.report_folder() / "runs.html");
    BOOST_TEST(contains(page, "6 runs: 3 completed, 1 crashed, 1 diverged, 1 not run"));
    BOOST_TEST(contains(page, "signal 11 &lt;core&gt;"));
    BOOST_TEST(contains(page, "loss is not finite"));
    BOOST_TEST(count(page, ".h5</a>") == 4u);
    const std::string file = fs::relative(store.run_file(diverged), store.report_folder()).generic_string();
    BOOST_TEST(contains(page, "href=\"" + file + "\""));
}

BOOST_AUTO_TEST_CASE(verdicts_json_holds_the_whole_claim) {
    const auto json = nlohmann::json::parse(site().page("verdicts.json"));
    BOOST_TEST(json.at("schema") == 1);
    BOOST_TEST_REQUIRE(json.at("claims").size() == 7u);
    BOOST_TEST(json.at("counts").at("claims") == 6);
    BOOST_TEST(json.at("counts").at("calibrated") == 1);
    const auto& reduced = json.at("counts").at("verdicts").at("reproduced at reduced scale");
    BOOST_TEST(reduced.at("claims") == 1);
    BOOST_TEST(reduced.at("after_holm") == 1);
    BOOST_TEST(reduced.at("exact") == 0);
    BOOST_TEST(reduced.at("calibrated") == 1);
    BOOST_TEST(json.at("implementation_checks").at("verdicts").at("reproduced").at("exact") == 1);
    BOOST_TEST(json.at("claims")[6].at("role") == "identity");
    BOOST_TEST(json.at("claims")[0].at("role") == "claim");
    BOOST_TEST(json.at("claims")[0].at("calibrated") == "the plateau");
    BOOST_TEST(json.at("claims")[1].at("calibrated").is_null());
    BOOST_TEST(json.at("claims")[0].at("seeds_holding") == 5);
    BOOST_TEST(json.at("claims")[5].at("seeds_holding").is_null());
    const auto& first = json.at("claims")[0];
    BOOST_TEST(first.at("study") == "pudle");
    BOOST_TEST(first.at("spec") == "gradient_error");
    BOOST_TEST(first.at("id") == "ls-plateau");
    BOOST_TEST(first.at("verdict") == "reproduced at reduced scale");
    BOOST_TEST(first.at("paper") == "0.03");
    BOOST_TEST(first.at("level") == 0.95);
    BOOST_TEST(first.at("profile") == "quick");
    BOOST_TEST(first.at("where") == "Theorem 4.9, Figure 3");
    BOOST_TEST(first.at("runs").size() == 5u);
    BOOST_TEST(first.at("per_seed").size() == 5u);
    BOOST_TEST(first.at("seeds") == (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
    const double low = first.at("interval")[0], estimate = first.at("estimate"),
                 high = first.at("interval")[1];
    BOOST_TEST(low < estimate);
    BOOST_TEST(estimate < high);
    BOOST_TEST(estimate == site().judgements[0].estimate);
    BOOST_TEST(json.at("claims")[5].at("estimate").is_null());
    BOOST_TEST(json.at("claims")[5].at("interval")[0].is_null());
    BOOST_TEST(contains(site().page("verdicts.md"), "| pudle | gradient\\_error/ls-plateau |"));
    BOOST_TEST(contains(site().page("verdicts.tex"), "\\toprule"));
    BOOST_TEST(
        contains(site().page("verdicts.tex"), "gradient \\& stays \\textless{}above\\textgreater{} 0.01"));
    BOOST_TEST(count(site().page("verdicts.csv"), "\n") == 8u);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_do_not_stop_the_report) {
    Evidence evidence = sample_evidence(2);
    evidence.specs[0].figures.clear();
    const std::string id = evidence.runs[0][0].id;
    evidence.results.erase(id);
    evidence.failures[id] = {Status::failed, "bad \xff\xfe byte"};
    const Scratch scratch;
    BOOST_CHECK_NO_THROW(write_report(evidence, judge(evidence), Store(scratch.path)));
}

BOOST_AUTO_TEST_CASE(nothing_to_report_is_a_report) {
    const Evidence evidence;
    const Scratch scratch;
    const Store store(scratch.path);
    write_report(evidence, {}, store);
    BOOST_TEST(contains(content(store.report_folder() / "index.html"), "nothing to judge"));
    BOOST_TEST(terminal_table({}) == "0 claims\n");
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_named) {
    const Scratch scratch;
    const fs::path file = scratch.path / "file";
    assay::harness::report::write_file(file, "in the way");
    try {
        write_report(Evidence{}, {}, Store(file));
        BOOST_ERROR("no error");
    } catch (const assay::Error& error) {
        BOOST_TEST(contains(error.what(), file.string()));
    }
}

BOOST_AUTO_TEST_CASE(the_terminal_table_fits) {
    const std::string table = terminal_table(site().judgements);
    std::size_t widest = 0, start = 0;
    for (std::size_t end = table.find('\n'); end != std::string::npos; end = table.find('\n', start)) {
        widest = std::max(widest, assay::harness::report::width(table.substr(start, end - start)));
        start = end + 1;
    }
    BOOST_TEST(widest <= 100u);
    BOOST_TEST(widest > 90u);
    BOOST_TEST(contains(table, "✓ reproduced at "));
    BOOST_TEST(contains(table, "✗ contradicted"));
    BOOST_TEST(contains(table, "seeds would decide"));
    BOOST_TEST(contains(table, "6 claims: "));
    BOOST_TEST(contains(table, "(calibrated: the plateau)"));
    BOOST_TEST(contains(table, "5 of 5 seeds hold"));
    BOOST_TEST(table.find("-- gradient_error, implementation checks --") < table.find("positive"));
}

BOOST_AUTO_TEST_CASE(lines_are_wrapped_by_characters) {
    using assay::harness::report::wrap;
    BOOST_TEST(wrap("one two three", 7) == (std::vector<std::string>{"one two", "three"}),
               boost::test_tools::per_element());
    BOOST_TEST(wrap("abcdefgh", 3) == (std::vector<std::string>{"abc", "def", "gh"}),
               boost::test_tools::per_element());
    BOOST_TEST(wrap("äöü äöü", 3) == (std::vector<std::string>{"äöü", "äöü"}),
               boost::test_tools::per_element());
    BOOST_TEST(wrap("äöüäö", 3) == (std::vector<std::string>{"äöü", "äö"}), boost::test_tools::per_element());
    BOOST_TEST(wrap("", 3) == std::vector<std::string>{""}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(numbers_are_short) {
    using namespace assay::harness::report;
    BOOST_TEST(number(0.123456) == "0.1235");
    BOOST_TEST(number(1.5e-7) == "1.5e-7");
    BOOST_TEST(number(-2e20, 2) == "-2e20");
    BOOST_TEST(number(std::nan("")) == "–");
    BOOST_TEST(latex_number(1.5e-7) == "$1.5 \\times 10^{-7}$");
    BOOST_TEST(interval(1, 2) == "[1, 2]");
    BOOST_TEST(interval(1, std::nan("")) == "–");
}

BOOST_AUTO_TEST_SUITE_END()
