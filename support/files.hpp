#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// File operations in which every return code counts: what HDF5 and iostreams leave to chance.
namespace assay {

/// The whole file. Throws Error naming the file and the system's reason.
std::string read_bytes(const std::filesystem::path& file);

/// Writes `bytes` to a new or emptied file and syncs it to the disk; the file is removed when that fails.
void write_bytes(const std::filesystem::path& file, std::string_view bytes);

/// Renames within one file system and syncs the folder of `to`.
void rename_durably(const std::filesystem::path& from, const std::filesystem::path& to);

/// Appends one line in a single write and syncs. A torn last line of an earlier crash is closed off first.
void append_line(const std::filesystem::path& file, std::string_view line);

/// Creates the folder and its parents; throws Error with the reason and what to do.
void create_folder(const std::filesystem::path& folder);

/// This machine's name, safe for a file name.
std::string host_name();

}  // namespace assay
