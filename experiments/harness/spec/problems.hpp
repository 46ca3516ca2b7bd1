#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "experiments/harness/spec/document.hpp"

namespace assay::harness {

/// The mistakes found in one spec, gathered so that all are told at once.
class Problems {
  public:
    explicit Problems(std::filesystem::path file) : file_(std::move(file)) {}

    /// A mistake at a place of the file; a mark of line 0 stands for the file as a whole.
    void add(Mark mark, const std::string& message);
    /// A mistake in an argument of the command line, which is its own place (`--set m=0`).
    void add_argument(const std::string& argument, const std::string& message);

    std::size_t count() const { return entries_.size(); }
    const std::filesystem::path& file() const { return file_; }
    /// Throws SpecErrors with everything gathered, in file order; returns when there is nothing.
    void raise() const;

  private:
    struct Entry {
        Mark mark;
        std::string argument;
        std::string message;
    };
    std::string line(const Entry& entry) const;

    std::filesystem::path file_;
    std::vector<Entry> entries_;
};

/// A message of several lines on one line.
std::string one_line(const std::string& message);

}  // namespace assay::harness
