#pragma once

#include <filesystem>
#include <vector>

#include "datasets/registry.hpp"

namespace assay::datasets {

/// Reads every <name>.toml of the folder, by name. Throws Error with all mistakes of all files, each
/// "file:line: what".
///
/// Keys: schema = 1, title, licence, citation, homepage, urls (folders that hold the files, tried in order),
/// mirror (folder below ASSAY_DATA_MIRROR), package and package_folder (a Debian package that installs the
/// files), and one [[file]] per file: name, bytes and sha256 (both of the unpacked content), packed_bytes
/// (size of the download).
std::vector<Dataset> read_descriptions(const std::filesystem::path& folder);

}  // namespace assay::datasets
