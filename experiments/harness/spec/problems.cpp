#include "experiments/harness/spec/problems.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "experiments/harness/spec/spec.hpp"

namespace assay::harness {

namespace {

/// More than this many messages help nobody, and a hostile file could make a million.
constexpr std::size_t most_messages = 200;

}  // namespace

std::string one_line(const std::string& message) {
    std::string text;
    for (const char c : message) {
        if (c == '\n') {
            while (!text.empty() && text.back() == ' ') text.pop_back();
            text += "; ";
        } else if (c != ' ' || text.empty() || text.back() != ' ') {
            text += c;
        }
    }
    return text;
}

void Problems::add(Mark mark, const std::string& message) {
    entries_.push_back({mark, "", one_line(message)});
}

void Problems::add_argument(const std::string& argument, const std::string& message) {
    entries_.push_back({{}, argument, one_line(message)});
}

std::string Problems::line(const Entry& entry) const {
    if (!entry.argument.empty()) return entry.argument + ": " + entry.message;
    if (entry.mark.line == 0) return file_.string() + ": " + entry.message;
    return fmt::format("{}:{}:{}: {}", file_.string(), entry.mark.line, entry.mark.column, entry.message);
}

void Problems::raise() const {
    if (entries_.empty()) return;
    std::vector<Entry> sorted = entries_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
        return std::tuple(!a.argument.empty(), a.mark.line, a.mark.column) <
               std::tuple(!b.argument.empty(), b.mark.line, b.mark.column);
    });
    std::vector<std::string> messages;
    for (const Entry& entry : sorted) {
        if (messages.size() == most_messages) {
            messages.push_back(
                fmt::format("{}: and {} more mistakes", file_.string(), sorted.size() - most_messages));
            break;
        }
        messages.push_back(line(entry));
    }
    throw SpecErrors(std::move(messages));
}

SpecErrors::SpecErrors(std::vector<std::string> messages)
    : Error(fmt::format("{}", fmt::join(messages, "\n"))), messages_(std::move(messages)) {}

}  // namespace assay::harness
