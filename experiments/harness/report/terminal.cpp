#include <fmt/format.h>

#include <algorithm>

#include "experiments/harness/report/counts.hpp"
#include "experiments/harness/report/report.hpp"
#include "experiments/harness/report/text.hpp"

namespace assay::harness {

namespace {

using namespace report;

/// Widths of the columns, which with the blanks between them make 100: verdict, claim, estimate, interval,
/// paper.
constexpr std::size_t widths[] = {15, 43, 10, 20, 8};

std::string padded(const std::string& text, std::size_t columns) {
    const std::size_t used = width(text);
    return used < columns ? text + std::string(columns - used, ' ') : text;
}

/// "✗ contradicted", "at reduced", "scale".
std::vector<std::string> verdict_lines(Verdict verdict) {
    return wrap(fmt::format("{} {}", symbol(verdict), to_string(verdict)), widths[0]);
}

/// What stands under the statement: why there is no answer, or what would bring one.
std::string remark(const Judgement& judgement) {
    if (judgement.verdict == Verdict::inconclusive && judgement.seeds_to_decide > 0) {
        const std::string seeds = fmt::format("about {} seeds would decide", judgement.seeds_to_decide);
        return judgement.reason.empty() ? seeds : judgement.reason + "; " + seeds;
    }
    return judgement.reason;
}

std::vector<std::string> claim_lines(const Judgement& judgement) {
    std::vector<std::string> lines = wrap(judgement.claim->id, widths[1]);
    if (!judgement.claim->says.empty())
        for (const std::string& line : wrap(judgement.claim->says, widths[1])) lines.push_back(line);
    if (const std::string mark = qualification(*judgement.claim);
        !mark.empty() && judgement.claim->role == Role::claim)
        for (const std::string& line : wrap("(" + mark + ")", widths[1])) lines.push_back(line);
    if (!remark(judgement).empty())
        for (const std::string& line : wrap("\u2192 " + remark(judgement), widths[1])) lines.push_back(line);
    return lines;
}

std::vector<std::string> interval_lines(const Judgement& judgement) {
    std::vector<std::string> lines = wrap(interval(judgement.low, judgement.high, 3), widths[3]);
    for (const std::string& line : {interval_kind(judgement), seeds_text(judgement)})
        if (!line.empty()) lines.push_back(line);
    return lines;
}

std::string joined(const std::vector<std::vector<std::string>>& columns) {
    std::size_t height = 0;
    for (const auto& column : columns) height = std::max(height, column.size());
    std::string out;
    for (std::size_t i = 0; i < height; ++i) {
        std::string line;
        for (std::size_t k = 0; k < columns.size(); ++k)
            line += padded(i < columns[k].size() ? columns[k][i] : "", widths[k]) +
                    (k + 1 < columns.size() ? " " : "");
        out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return out;
}

std::string full_row(const Judgement& judgement) {
    const bool known = !judgement.method.empty();
    return joined({verdict_lines(judgement.verdict),
                   claim_lines(judgement),
                   {known ? number(judgement.estimate, 3) : ""},
                   known ? interval_lines(judgement) : std::vector<std::string>{},
                   wrap(judgement.claim->paper, widths[4])});
}

/// Claims of one spec that were not run for one reason share a row; the report has each.
std::string shared_row(const Judgement& first, std::size_t count) {
    std::vector<std::string> lines = {fmt::format("{} claims", count)};
    for (const std::string& line : wrap("\u2192 " + first.reason, widths[1])) lines.push_back(line);
    return joined({verdict_lines(first.verdict), lines});
}

}  // namespace

std::string terminal_table(const std::vector<Judgement>& judgements) {
    std::string out;
    const Spec* spec = nullptr;
    Role role = Role::claim;
    const auto same_absence = [](const Judgement& a, const Judgement& b) {
        return a.verdict == Verdict::not_run && b.verdict == Verdict::not_run && a.spec == b.spec &&
               a.claim->role == b.claim->role && a.reason == b.reason;
    };
    const std::vector<const Judgement*> rows = grouped(judgements);
    for (std::size_t i = 0; i < rows.size();) {
        const Judgement& judgement = *rows[i];
        if (spec == nullptr || judgement.spec->study != spec->study) {
            out += fmt::format("{}{}, profile {}\n", out.empty() ? "" : "\n", judgement.spec->study,
                               judgement.spec->profile);
            out += joined({{"verdict"}, {"claim"}, {"estimate"}, {"interval"}, {"paper"}});
        }
        if (judgement.spec != spec || judgement.claim->role != role) {
            role = judgement.claim->role;
            const std::string name =
                wrap(judgement.spec->name, 60)[0] + (role == Role::claim ? " " : ", " + heading(role) + " ");
            out += "-- " + name + std::string(97 - width(name), '-') + "\n";
        }
        spec = judgement.spec;
        std::size_t next = i + 1;
        while (next < rows.size() && same_absence(judgement, *rows[next])) ++next;
        out += next > i + 1 ? shared_row(judgement, next - i) : full_row(judgement);
        i = next;
    }
    if (!out.empty()) out += "\n";
    for (const std::string& line : wrap(summary(judgements), 100)) out += line + "\n";
    return out;
}

}  // namespace assay::harness
