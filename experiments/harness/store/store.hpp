#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/harness/result.hpp"
#include "experiments/harness/store/journal.hpp"

namespace assay::harness {

/// The folder of results: runs/<first two digits>/<id>.h5, quarantine/, logs/, checkpoints/, journal.jsonl,
/// report/.
class Store {
  public:
    explicit Store(std::filesystem::path root) : root_(std::move(root)) {}

    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path run_file(const std::string& id) const;
    std::filesystem::path log_file(const std::string& id) const;
    std::filesystem::path checkpoint_file(const std::string& id) const;
    std::filesystem::path report_folder() const { return root_ / "report"; }
    Journal journal() const { return Journal(root_ / "journal.jsonl"); }

    /// Creates the folders, removes temporary files whose process is gone, and proves that the folder can be
    /// written; throws Error with the reason. To be called before runs are started.
    void prepare() const;
    /// Sets `result.digest`, writes a temporary file, checks every return code, reads it back, compares
    /// digests, syncs, renames, syncs the folder.
    void write(Result& result) const;
    /// The verified result, or nothing when there is none. A file that is damaged or not what its name says
    /// is moved to quarantine/ with its reason, and counts as none.
    std::optional<Result> load(const std::string& id) const;
    /// As `load`, without the content: the file is there and its checksum holds. Cheap, for planning.
    bool has(const std::string& id) const;
    /// Ids of all result files, sorted; not verified.
    std::vector<std::string> ids() const;
    /// Removes the temporary files of this machine's processes that are gone.
    void sweep() const;
    /// Removes the temporary file of a run that the worker process `pid` of this machine may have left
    /// behind.
    void sweep(const std::string& id, long pid) const;
    /// The path to which the file was moved.
    std::filesystem::path quarantine(const std::filesystem::path& file, const std::string& reason) const;

  private:
    std::optional<std::string> sound_bytes(const std::string& id) const;

    std::filesystem::path root_;
};

/// Reads and verifies one result file; throws Error naming the file and what is wrong with it.
Result read_result(const std::filesystem::path& file);

/// SHA-256 over the logical content: experiment, parameters, seed, device, status; the axes' and metrics'
/// names, shapes and bytes. Not timing, not provenance, not wording.
std::string logical_digest(const Result& result);

}  // namespace assay::harness
