#pragma once

#include <filesystem>

#include "datasets/registry.hpp"

namespace assay::datasets {

/// Notes that the content at `path` was found to have the digest of `file`, so that `locate` need not compute
/// it again until the file changes. Where the cache folder cannot be written, nothing is noted.
void note_verified(const std::filesystem::path& path, const File& file);

}  // namespace assay::datasets
