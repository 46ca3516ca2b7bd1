#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace assay::datasets {

/// What is done with one file: its path inside, with '/' between folders, and its content, which is gone
/// after the call.
using VisitFile = std::function<void(const std::string& path, std::span<const std::uint8_t> content)>;

/// Visits the regular files of a tar archive (plain, or packed by gzip, xz or bzip2) in its order, or those
/// of a folder and the folders below it by path. Throws Error naming the archive when it is none, is damaged
/// or cut off, and the file inside when it cannot be read.
void for_each_file(const std::filesystem::path& archive_or_folder, const VisitFile& visit);

}  // namespace assay::datasets
