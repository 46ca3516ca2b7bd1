#pragma once

#include <filesystem>

namespace assay::datasets {

/// Holds the data set's cache folder for one process at a time; the kernel lets go of it when the process
/// ends.
class FolderLock {
  public:
    explicit FolderLock(const std::filesystem::path& folder);  ///< throws Error when it cannot be written
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

  private:
    int descriptor_ = -1;
};

}  // namespace assay::datasets
