#include "experiments/harness/spec/section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/suggest.hpp"

namespace assay::harness {

std::string shown(const Node& node) {
    switch (node.kind) {
        case Node::Kind::moment:
        case Node::Kind::array:
        case Node::Kind::table:
            return to_string(node.kind);
        case Node::Kind::text: {
            std::string text = std::get<std::string>(node.value);
            if (text.size() > 60) {
                std::size_t end = 57;
                while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) --end;
                text = text.substr(0, end) + "...";
            }
            return canonical(Value(text));
        }
        default:
            return canonical(node.value);
    }
}

std::string range_text(double min, double max) {
    const bool low = std::isfinite(min), high = std::isfinite(max);
    if (low && high) return fmt::format("between {} and {}", min, max);
    if (low) return fmt::format("at least {}", min);
    if (high) return fmt::format("at most {}", max);
    return "";
}

Mark Section::key_mark(const std::string& key) const {
    for (const Node::Key& entry : table_.keys)
        if (entry.name == key) return entry.mark;
    return table_.mark;
}

const Node* Section::find(const std::string& key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
    return table_.find(key);
}

void Section::wrong(const Node& node, const std::string& key, const std::string& wanted) {
    problems_.add(node.mark, fmt::format("{} must be {}, but is {}", name(key), wanted, shown(node)));
}

void Section::missing(const std::string& key) {
    problems_.add(table_.mark, path_.empty() ? fmt::format("the key \"{}\" is missing", key)
                                             : fmt::format("{} lacks the key \"{}\"", path_, key));
}

const Node* Section::table(const std::string& key) {
    const Node* node = find(key);
    if (node == nullptr || node->kind == Node::Kind::table) return node;
    wrong(*node, key, "a table");
    return nullptr;
}

std::vector<const Node*> Section::tables(const std::string& key) {
    const Node* node = find(key);
    std::vector<const Node*> found;
    if (node == nullptr) return found;
    if (node->kind != Node::Kind::array) {
        wrong(*node, key, fmt::format("a list of tables, as [[{}]] writes it", name(key)));
        return found;
    }
    for (const Node& item : node->items) {
        if (item.kind == Node::Kind::table)
            found.push_back(&item);
        else
            wrong(item, key, "a list of tables");
    }
    return found;
}

const Node* Section::list(const std::string& key) {
    const Node* node = find(key);
    if (node == nullptr) return nullptr;
    if (node->kind != Node::Kind::array) {
        wrong(*node, key, "a list");
        return nullptr;
    }
    if (node->items.empty()) {
        problems_.add(node->mark,
                      name(key) + " is an empty list; give at least one value or leave the key out");
        return nullptr;
    }
    return node;
}

std::optional<std::string> Section::text(const std::string& key) {
    const Node* node = find(key);
    if (node == nullptr) return std::nullopt;
    if (node->kind == Node::Kind::text) return std::get<std::string>(node->value);
    wrong(*node, key, "a text in quotes");
    return std::nullopt;
}

std::string Section::required_text(const std::string& key) {
    const Node* node = find(key);
    if (node == nullptr) {
        missing(key);
        return "";
    }
    const std::string read = text(key).value_or("");
    if (node->kind == Node::Kind::text && read.empty())
        problems_.add(node->mark, name(key) + " must not be empty");
    return read;
}

std::string Section::word(const std::string& key, const std::vector<std::string>& allowed,
                          const std::string& fallback) {
    const Node* node = find(key);
    const std::optional<std::string> read = text(key);
    if (!read) return fallback;
    if (std::find(allowed.begin(), allowed.end(), *read) != allowed.end()) return *read;
    wrong(*node, key, "one of " + quoted_list(allowed));
    return fallback;
}

std::vector<std::string> Section::texts(const std::string& key) {
    const Node* node = list(key);
    std::vector<std::string> found;
    if (node == nullptr) return found;
    for (const Node& item : node->items) {
        if (item.kind == Node::Kind::text)
            found.push_back(std::get<std::string>(item.value));
        else
            wrong(item, key, "a list of texts in quotes");
    }
    return found;
}

bool Section::flag(const std::string& key, bool fallback) {
    const Node* node = find(key);
    if (node == nullptr) return fallback;
    if (node->kind == Node::Kind::boolean) return std::get<bool>(node->value);
    wrong(*node, key, "true or false");
    return fallback;
}

std::optional<double> Section::number(const std::string& key, double min, double max) {
    const Node* node = find(key);
    if (node == nullptr) return std::nullopt;
    double value = 0;
    if (node->kind == Node::Kind::integer) {
        value = static_cast<double>(std::get<std::int64_t>(node->value));
    } else if (node->kind == Node::Kind::real && std::isfinite(std::get<double>(node->value))) {
        value = std::get<double>(node->value);
    } else {
        wrong(*node, key, node->kind == Node::Kind::real ? "a finite number" : "a number");
        return std::nullopt;
    }
    if (value >= min && value <= max) return value;
    wrong(*node, key, range_text(min, max));
    return std::nullopt;
}

std::optional<std::int64_t> Section::integer(const std::string& key, std::int64_t min, std::int64_t max) {
    const Node* node = find(key);
    if (node == nullptr) return std::nullopt;
    const bool fits = node->kind == Node::Kind::integer;
    const std::int64_t value = fits ? std::get<std::int64_t>(node->value) : 0;
    if (fits && value >= min && value <= max) return value;
    std::string range = fmt::format("between {} and {}", min, max);
    if (max == std::numeric_limits<std::int64_t>::max()) range = fmt::format("at least {}", min);
    if (min == max) range = std::to_string(min);
    wrong(*node, key, fits ? range : "an integer");
    return std::nullopt;
}

std::string Section::id(const std::string& key) {
    const std::string read = required_text(key);
    if (read.empty()) return read;
    bool good = read.size() <= 80 && read.front() != '-' && read.back() != '-';
    for (const char c : read) good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    if (!good) wrong(*find(key), key, "lower-case words joined by hyphens (80 characters at most)");
    return read;
}

void Section::finish() {
    std::vector<std::string> allowed = known_;
    std::sort(allowed.begin(), allowed.end());
    for (const Node::Key& key : table_.keys) {
        if (std::binary_search(allowed.begin(), allowed.end(), key.name)) continue;
        const std::string guess = did_you_mean(key.name, allowed);
        problems_.add(
            key.mark,
            fmt::format(
                "unknown key {}{}{} (allowed: {})",
                shown({.kind = Node::Kind::text, .mark = {}, .value = key.name, .items = {}, .keys = {}}),
                path_.empty() ? "" : " in " + path_, guess, fmt::join(allowed, ", ")));
    }
}

}  // namespace assay::harness
