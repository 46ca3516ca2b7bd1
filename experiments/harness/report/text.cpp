#include "experiments/harness/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "solvers/error.hpp"

namespace assay::harness::report {

namespace {

bool continues(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Mantissa and exponent of "%.{digits}g", or only the first when there is no exponent.
std::pair<std::string, std::string> scientific(double value, int digits) {
    const std::string text = fmt::format("{:.{}g}", value, digits);
    const std::size_t e = text.find('e');
    if (e == std::string::npos) return {text, ""};
    std::string exponent = text.substr(e + 1);
    const bool negative = exponent[0] == '-';
    exponent.erase(0, exponent.find_first_not_of("+-0"));
    return {text.substr(0, e), (negative ? "-" : "") + exponent};
}

}  // namespace

std::string latex(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '\\':
                out += "\\textbackslash{}";
                break;
            case '~':
                out += "\\textasciitilde{}";
                break;
            case '^':
                out += "\\textasciicircum{}";
                break;
            case '<':
                out += "\\textless{}";
                break;
            case '>':
                out += "\\textgreater{}";
                break;
            case '|':
                out += "\\textbar{}";
                break;
            case '"':
                out += "\\textquotedbl{}";
                break;
            case '{':
            case '}':
            case '$':
            case '&':
            case '#':
            case '_':
            case '%':
                out += '\\';
                out += c;
                break;
            case '\n':
            case '\r':
                out += ' ';
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string markdown(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n' || c == '\r') {
            out += ' ';
            continue;
        }
        if (std::string_view("\\`*_[]<>|#~").find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::string gnuplot_string(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') out += '\'';
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return out + "'";
}

std::string number(double value, int digits) {
    if (std::isnan(value)) return "\u2013";
    const auto [mantissa, exponent] = scientific(value, digits);
    return exponent.empty() ? mantissa : mantissa + "e" + exponent;
}

std::string latex_number(double value, int digits) {
    if (std::isnan(value)) return "--";
    if (std::isinf(value)) return value > 0 ? "$\\infty$" : "$-\\infty$";
    const auto [mantissa, exponent] = scientific(value, digits);
    return exponent.empty() ? "$" + mantissa + "$" : "$" + mantissa + " \\times 10^{" + exponent + "}$";
}

std::string value_text(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
    return std::get<std::string>(value);
}

std::string count_text(std::size_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string interval(double low, double high, int digits) {
    if (std::isnan(low) || std::isnan(high)) return "\u2013";
    return "[" + number(low, digits) + ", " + number(high, digits) + "]";
}

std::string interval_kind(const Judgement& judgement) {
    if (judgement.method.empty() || std::isnan(judgement.low)) return "";
    if (judgement.method == "exact") return "range of all seeds";
    return fmt::format("{:g} % {}{}", 100 * judgement.claim->level, judgement.method,
                       judgement.claim->check.log_scale ? ", log" : "");
}

const char* symbol(Verdict verdict) {
    switch (verdict) {
        case Verdict::reproduced:
            return "\u2713";
        case Verdict::reproduced_at_reduced_scale:
            return "\u2713";
        case Verdict::inconclusive:
            return "?";
        case Verdict::contradicted:
            return "\u2717";
        case Verdict::contradicted_at_reduced_scale:
            return "\u2717";
        case Verdict::not_run:
            return "\u2013";
        case Verdict::failed:
            return "!";
    }
    return "";
}

const char* style_class(Verdict verdict) {
    switch (verdict) {
        case Verdict::reproduced:
            return "reproduced";
        case Verdict::reproduced_at_reduced_scale:
            return "reproduced reduced-scale";
        case Verdict::inconclusive:
            return "inconclusive";
        case Verdict::contradicted:
            return "contradicted";
        case Verdict::contradicted_at_reduced_scale:
            return "contradicted reduced-scale";
        case Verdict::not_run:
            return "not-run";
        case Verdict::failed:
            return "failed";
    }
    return "";
}

std::string file_stem(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '.' || c == '-';
        out += plain ? c : '_';
    }
    return out;
}

std::size_t width(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text) count += continues(c) ? 0 : 1;
    return count;
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    std::string line;
    const auto flush = [&] {
        lines.push_back(line);
        line.clear();
    };
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t start = text.find_first_not_of(" \n\t\r", at);
        if (start == std::string_view::npos) break;
        at = std::min(text.find_first_of(" \n\t\r", start), text.size());
        std::string word(text.substr(start, at - start));
        if (!line.empty() && width(line) + 1 + width(word) > columns) flush();
        // A word longer than the line is cut between characters.
        while (width(word) > columns) {
            std::size_t cut = 0, taken = 0;
            while (taken < columns || continues(word[cut])) taken += continues(word[cut++]) ? 0 : 1;
            line = word.substr(0, cut);
            word.erase(0, cut);
            flush();
        }
        if (!line.empty()) line += ' ';
        line += word;
    }
    if (!line.empty() || lines.empty()) flush();
    return lines;
}

void write_file(const std::filesystem::path& file, std::string_view content) {
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored) && read_file(file) == content) return;
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out)
        throw Error("cannot write the report", file.string(), "is the disk full, or the folder not yours?");
}

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace assay::harness::report
