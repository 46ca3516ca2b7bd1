#include "experiments/harness/report/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "experiments/harness/claims/statistics.hpp"
#include "experiments/harness/report/text.hpp"

namespace assay::harness::report {

namespace {

constexpr double level = 0.95;

TableData::Cell evaluate_cell(const std::string& expression, const View& view) {
    TableData::Cell cell;
    cell.mean = cell.half_width = std::numeric_limits<double>::quiet_NaN();
    PerSeed value = evaluate_seeds(expression, view);
    cell.runs = std::move(value.runs);
    cell.problem = value.problem;
    std::vector<double> seeds;
    for (const Quantity& quantity : value.values) {
        if (quantity.values.size() != 1) {
            cell.problem = expression + " is not a single number";
            return cell;
        }
        if (std::isfinite(quantity.values[0]))
            seeds.push_back(quantity.values[0]);
        else
            cell.problem = expression + " is not finite for some seeds, which are left out";
    }
    if (seeds.empty()) return cell;
    const Inference sample(seeds, "t", "");
    cell.seeds = seeds.size();
    cell.mean = sample.mean();
    if (seeds.size() > 1) cell.half_width = sample.interval(level).high - sample.mean();
    return cell;
}

}  // namespace

TableData evaluate_table(const Table& table, const View& view) {
    TableData data;
    data.table = &table;
    data.stem = file_stem(view.spec.study + "-" + view.spec.name + "-" + table.id);
    std::size_t flat = 0;
    for (const std::vector<std::string>& row : table.cells) {
        data.cells.emplace_back();
        for (const std::string& expression : row) {
            TableData::Cell cell = evaluate_cell(expression, view);
            if (flat < table.paper_values.size() && !std::isnan(table.paper_values[flat]))
                cell.paper = table.paper_values[flat];
            ++flat;
            if (!cell.problem.empty() &&
                std::find(data.notes.begin(), data.notes.end(), cell.problem) == data.notes.end())
                data.notes.push_back(cell.problem);
            data.cells.back().push_back(std::move(cell));
        }
    }
    return data;
}

std::string cell_text(const TableData::Cell& cell, int digits) {
    std::string text = std::isnan(cell.half_width)
                           ? number(cell.mean, digits)
                           : number(cell.mean, digits) + " \u00B1 " + number(cell.half_width, 2);
    if (cell.paper) text += " (" + number(*cell.paper, digits) + ")";
    return text;
}

std::string table_markdown(const TableData& data) {
    std::string out = "|  |";
    std::string rule = "|---|";
    for (const Table::Header& column : data.table->columns) {
        out += " " + markdown(column.label) + " |";
        rule += "---:|";
    }
    out += "\n" + rule + "\n";
    for (std::size_t i = 0; i < data.cells.size(); ++i) {
        out += "| " + markdown(data.table->rows[i].label) + " |";
        for (const TableData::Cell& cell : data.cells[i])
            out += " " + cell_text(cell, data.table->digits) + " |";
        out += "\n";
    }
    return out;
}

std::string table_latex(const TableData& data) {
    const int digits = data.table->digits;
    std::string out = "% needs \\usepackage{booktabs}\n\\begin{tabular}{l" +
                      std::string(data.table->columns.size(), 'r') + "}\n\\toprule\n";
    for (const Table::Header& column : data.table->columns) out += " & " + latex(column.label);
    out += " \\\\\n\\midrule\n";
    for (std::size_t i = 0; i < data.cells.size(); ++i) {
        out += latex(data.table->rows[i].label);
        for (const TableData::Cell& cell : data.cells[i]) {
            out += " & " + latex_number(cell.mean, digits);
            if (!std::isnan(cell.half_width)) out += " $\\pm$ " + latex_number(cell.half_width, 2);
            if (cell.paper) out += " (" + latex_number(*cell.paper, digits) + ")";
        }
        out += " \\\\\n";
    }
    return out + "\\bottomrule\n\\end{tabular}\n";
}

std::string table_csv(const TableData& data) {
    std::string out = "row,column,mean,low,high,seeds,paper\n";
    for (std::size_t i = 0; i < data.cells.size(); ++i) {
        for (std::size_t j = 0; j < data.cells[i].size(); ++j) {
            const TableData::Cell& cell = data.cells[i][j];
            const auto plain = [](double value) {
                return std::isnan(value) ? std::string() : fmt::format("{:.12g}", value);
            };
            out += fmt::format("{},{},{},{},{},{},{}\n", csv_field(data.table->rows[i].label),
                               csv_field(data.table->columns[j].label), plain(cell.mean),
                               plain(cell.mean - cell.half_width), plain(cell.mean + cell.half_width),
                               cell.seeds, cell.paper ? plain(*cell.paper) : "");
        }
    }
    return out;
}

}  // namespace assay::harness::report
