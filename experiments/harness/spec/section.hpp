#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "experiments/harness/spec/document.hpp"
#include "experiments/harness/spec/problems.hpp"

namespace assay::harness {

/// Typed reading of one table of a spec. Every key that is asked for counts as known; `finish` reports the
/// others. A value of a wrong type or out of range is reported and read as absent.
class Section {
  public:
    /// `path` is how messages name the table, "" for the top level.
    Section(const Node& table, std::string path, Problems& problems)
        : table_(table), path_(std::move(path)), problems_(problems) {}

    const Node* find(const std::string& key);
    const Node* table(const std::string& key);
    /// The tables of an array of tables; empty when the key is absent.
    std::vector<const Node*> tables(const std::string& key);
    /// A list; an empty one is reported and read as absent.
    const Node* list(const std::string& key);

    std::optional<std::string> text(const std::string& key);
    /// Reported when absent or empty; then "".
    std::string required_text(const std::string& key);
    /// One of `allowed`; `fallback` when absent or wrong.
    std::string word(const std::string& key, const std::vector<std::string>& allowed,
                     const std::string& fallback);
    std::vector<std::string> texts(const std::string& key);
    bool flag(const std::string& key, bool fallback);
    std::optional<double> number(const std::string& key,
                                 double min = -std::numeric_limits<double>::infinity(),
                                 double max = std::numeric_limits<double>::infinity());
    std::optional<std::int64_t> integer(const std::string& key, std::int64_t min, std::int64_t max);
    /// A required name of lower-case words joined by hyphens, which files and links are named after.
    std::string id(const std::string& key);

    void missing(const std::string& key);
    void finish();

    std::string name(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
    Mark mark() const { return table_.mark; }
    Mark key_mark(const std::string& key) const;
    Problems& problems() { return problems_; }

  private:
    void wrong(const Node& node, const std::string& key, const std::string& wanted);

    const Node& table_;
    std::string path_;
    Problems& problems_;
    std::vector<std::string> known_;
};

/// A value as a message shows it: `"fifty"`, `3.5`, `a list`; long texts cut off.
std::string shown(const Node& node);
/// `between 1 and 10`, `at least 1`, `at most 10`; "" for no bounds.
std::string range_text(double min, double max);

}  // namespace assay::harness
