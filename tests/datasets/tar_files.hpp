#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

/// Paths and contents.
using TarMembers = std::vector<std::pair<std::string, std::string>>;

/// Writes a tar archive, packed by xz; a path that ends with / is a folder.
inline void write_tar(const std::filesystem::path& file, const TarMembers& members) {
    archive* writer = archive_write_new();
    archive_write_set_format_ustar(writer);
    archive_write_add_filter_xz(writer);
    archive_write_open_filename(writer, file.c_str());
    for (const auto& [path, content] : members) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, path.c_str());
        archive_entry_set_filetype(entry, path.ends_with('/') ? AE_IFDIR : AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
        archive_write_header(writer, entry);
        archive_write_data(writer, content.data(), content.size());
        archive_entry_free(entry);
    }
    archive_write_free(writer);
}
