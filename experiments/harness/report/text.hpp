#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/harness/claims/verdict.hpp"

/// Small texts that all parts of the report share. HTML is escaped by the templates themselves.
namespace assay::harness::report {

std::string latex(std::string_view text);
std::string markdown(std::string_view text);
std::string csv_field(std::string_view text);
/// A single-quoted gnuplot string on one line.
std::string gnuplot_string(std::string_view text);

/// A number with so many significant digits, "1.5e-7" style exponents; a dash for NaN.
std::string number(double value, int digits = 4);
/// The same for LaTeX: $1.5 \times 10^{-7}$.
std::string latex_number(double value, int digits = 4);
/// A parameter's value as a reader writes it.
std::string value_text(const Value& value);
/// "1 run", "3 runs".
std::string count_text(std::size_t count, std::string_view what);
/// "[0.91, 0.93]", or a dash.
std::string interval(double low, double high, int digits = 4);

/// "95 % t", "exact, all seeds", ...: what an interval is.
std::string interval_kind(const Judgement& judgement);
/// A mark that reads without colour.
const char* symbol(Verdict verdict);
/// "reduced-scale": for file names and style classes.
const char* style_class(Verdict verdict);

/// Letters, digits, dots and dashes of a name; everything else becomes "_".
std::string file_stem(std::string_view text);

/// Number of characters (not bytes) of UTF-8.
std::size_t width(std::string_view text);
/// Lines of at most `columns` characters, broken at spaces where there are any.
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

/// Writes the file unless it already holds just this. Throws Error.
void write_file(const std::filesystem::path& file, std::string_view content);
/// The content, or "" when there is no such file.
std::string read_file(const std::filesystem::path& file);

}  // namespace assay::harness::report
