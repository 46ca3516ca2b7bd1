#include "experiments/harness/store/journal.hpp"

#include <fmt/chrono.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/files.hpp"

namespace assay::harness {

using nlohmann::json;

std::string utc_now() {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

void Journal::append(JournalEntry entry) const {
    const json line = {
        {"time", utc_now()},        {"id", entry.id},          {"experiment", entry.experiment},
        {"point", entry.point},     {"seed", entry.seed},      {"status", to_string(entry.status)},
        {"message", entry.message}, {"seconds", entry.seconds}};
    // A message comes from a log and may hold any bytes: what is not UTF-8 is replaced, never refused.
    append_line(file_, line.dump(-1, ' ', false, json::error_handler_t::replace));
}

std::vector<JournalEntry> Journal::read() const {
    std::vector<JournalEntry> entries;
    if (!std::filesystem::exists(file_)) return entries;
    std::istringstream lines(read_bytes(file_));
    for (std::string text; std::getline(lines, text);) {
        const json line = json::parse(text, nullptr, false);
        if (!line.is_object()) continue;
        try {
            entries.push_back({line.at("time"), line.at("id"), line.at("experiment"), line.at("point"),
                               line.at("seed"), status_from(line.at("status").get<std::string>()),
                               line.at("message"), line.at("seconds")});
        } catch (const std::exception&) {
            continue;  // a line of another kind
        }
    }
    return entries;
}

std::map<std::string, JournalEntry> Journal::last() const {
    std::map<std::string, JournalEntry> entries;
    for (JournalEntry& entry : read()) {
        std::string id = entry.id;
        entries.insert_or_assign(std::move(id), std::move(entry));
    }
    return entries;
}

}  // namespace assay::harness
