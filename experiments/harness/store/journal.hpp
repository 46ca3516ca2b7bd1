#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/harness/result.hpp"

namespace assay::harness {

/// One line of the journal: how one attempt at a run ended.
struct JournalEntry {
    std::string time;  ///< UTC, "2024-05-01T12:00:00Z"
    std::string id;
    std::string experiment;
    std::string point;  ///< digest of experiment, parameters and device: runs that differ only in seed or
                        ///< code share it
    std::uint64_t seed = 0;
    Status status = Status::completed;
    std::string message;
    double seconds = 0;  ///< of the worker process
};

/// The append-only history of a results folder, one JSON object a line. Each line is one synced write; a line
/// that a crash tore, or that is not one of ours, is ignored.
class Journal {
  public:
    explicit Journal(std::filesystem::path file) : file_(std::move(file)) {}
    /// Fills in the time and appends.
    void append(JournalEntry entry) const;
    /// All entries, oldest first; none when there is no journal yet.
    std::vector<JournalEntry> read() const;
    /// The last entry of each id.
    std::map<std::string, JournalEntry> last() const;

  private:
    std::filesystem::path file_;
};

/// Now, as the journal and the provenance write it.
std::string utc_now();

}  // namespace assay::harness
