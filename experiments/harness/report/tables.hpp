#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/harness/report/view.hpp"

namespace assay::harness::report {

/// A table's numbers over seeds.
struct TableData {
    struct Cell {
        double mean = 0;
        double half_width = 0;  ///< of the 95 % t interval; NaN with one seed
        std::size_t seeds = 0;  ///< 0: no value
        std::optional<double> paper;
        std::vector<std::string> runs;
        std::string problem;
    };
    const Table* table = nullptr;
    std::string stem;
    std::vector<std::vector<Cell>> cells;  ///< [row][column]
    std::vector<std::string> notes;        ///< distinct problems
};

TableData evaluate_table(const Table& table, const View& view);

/// "0.875 ± 0.003 (0.88)": ours, its interval's half-width, the paper's value.
std::string cell_text(const TableData::Cell& cell, int digits);

std::string table_markdown(const TableData& data);
std::string table_latex(const TableData& data);  ///< booktabs
/// One line a cell: row, column, mean, low, high, seeds, paper.
std::string table_csv(const TableData& data);

}  // namespace assay::harness::report
