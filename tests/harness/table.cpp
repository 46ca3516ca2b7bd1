#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/harness/report/tables.hpp"
#include "tests/harness/report_fixture.hpp"

BOOST_AUTO_TEST_SUITE(table)

namespace {

using namespace assay::harness;
using namespace assay::harness::report;
using namespace assay::harness::testing;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// acc(method, n) = n + seed for method "a_1", twice that for "b".
Evidence accuracies(std::size_t seeds) {
    std::vector<Params> points;
    for (const char* method : {"a_1", "b"})
        for (const std::int64_t n : {10, 20}) points.push_back({{"method", std::string(method)}, {"n", n}});
    const Runs runs(points, seeds, [](Result& result) {
        const double n = static_cast<double>(std::get<std::int64_t>(result.params.at("n")));
        const double factor = std::get<std::string>(result.params.at("method")) == "b" ? 2 : 1;
        record(result, "acc", factor * (n + static_cast<double>(result.seed)));
    });
    Evidence evidence;
    evidence.specs.emplace_back();
    evidence.specs[0].study = "palm";
    evidence.specs[0].name = "table";
    Table made;
    made.id = "acc";
    made.rows = {{"a_1", "A_1 & co"}, {"b", "B"}};
    made.columns = {{"10", "n = 10"}, {"20", "n = 20"}};
    made.cells = {{"acc[method=a_1, n=10]", "acc[method=a_1, n=20]"},
                  {"acc[method=b, n=10]", "acc[method=b, n=20]"}};
    made.paper_values = {11.5, std::nan(""), 23, 44};
    made.digits = 4;
    evidence.specs[0].tables = {made};
    evidence.runs.push_back(runs.planned);
    evidence.results = runs.results;
    return evidence;
}

TableData evaluated(const Evidence& evidence) {
    return evaluate_table(evidence.specs[0].tables[0], View(evidence, 0));
}

}  // namespace

BOOST_AUTO_TEST_CASE(cells_are_means_over_seeds_beside_the_papers_values) {
    const Evidence evidence = accuracies(3);
    const TableData data = evaluated(evidence);
    BOOST_TEST(data.cells[0][0].mean == 12);
    BOOST_TEST(data.cells[1][1].mean == 44);
    BOOST_TEST(data.cells[1][1].seeds == 3u);
    // Values 2 apart: deviation 2, so half-width 2 t_{0.975, 2} / sqrt(3).
    const double t = 0.95 * std::sqrt(2 / (4 * 0.975 * 0.025));
    BOOST_TEST(data.cells[1][1].half_width == 2 * t / std::sqrt(3.0), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(data.cells[0][0].runs.size() == 3u);
    BOOST_TEST(!data.cells[0][1].paper.has_value());
    BOOST_TEST(cell_text(data.cells[0][0], 4) == "12 ± 2.5 (11.5)");
    BOOST_TEST(cell_text(data.cells[0][1], 4) == "22 ± 2.5");
    BOOST_TEST(data.notes.empty());
    const TableData one = evaluated(accuracies(1));
    BOOST_TEST(cell_text(one.cells[0][0], 4) == "11 (11.5)");
}

BOOST_AUTO_TEST_CASE(all_formats_hold_the_same_numbers) {
    const Evidence evidence = accuracies(3);
    const TableData data = evaluated(evidence);
    const std::string md = table_markdown(data), tex = table_latex(data), csv = table_csv(data);
    BOOST_TEST(md ==
               "|  | n = 10 | n = 20 |\n|---|---:|---:|\n| A\\_1 & co | 12 ± 2.5 (11.5) | 22 ± 2.5 |\n"
               "| B | 24 ± 5 (23) | 44 ± 5 (44) |\n");
    BOOST_TEST(contains(tex, "\\begin{tabular}{lrr}\n\\toprule\n & n = 10 & n = 20 \\\\\n\\midrule\n"));
    BOOST_TEST(contains(tex, "A\\_1 \\& co & $12$ $\\pm$ $2.5$ ($11.5$) & $22$ $\\pm$ $2.5$ \\\\\n"));
    BOOST_TEST(contains(tex, "\\bottomrule\n\\end{tabular}\n"));
    BOOST_TEST(csv.starts_with("row,column,mean,low,high,seeds,paper\nA_1 & co,n = 10,12,"));
    BOOST_TEST(contains(csv, ",3,11.5\n"));
    BOOST_TEST(contains(csv, ",3,\n"));
}

BOOST_AUTO_TEST_CASE(missing_cells_are_dashes_with_a_note) {
    Evidence evidence = accuracies(2);
    evidence.results.erase(evidence.runs[0][0].id);
    evidence.results.erase(evidence.runs[0][1].id);
    evidence.specs[0].tables[0].rows.push_back({"c", "C"});
    evidence.specs[0].tables[0].cells.push_back({"acc[method=c, n=10]", "acc[method=c, n=20]"});
    const TableData data = evaluated(evidence);
    BOOST_TEST(data.cells[0][0].seeds == 0u);
    BOOST_TEST(cell_text(data.cells[0][0], 4) == "– (11.5)");
    BOOST_TEST(data.cells[0][1].mean == 21.5);
    BOOST_TEST_REQUIRE(data.notes.size() == 3u);  // two columns of "c" that the sweep has not
    BOOST_TEST(contains(data.notes[0], "2 of 2 seeds have no result: make reproduce-palm"));
    BOOST_TEST(contains(data.notes[1], "no run has method=c"));
}

BOOST_AUTO_TEST_SUITE_END()
