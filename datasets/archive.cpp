#include "datasets/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "datasets/packed.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBlock = 1 << 16;

struct Free {
    void operator()(::archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<::archive, Free>;

[[noreturn]] void refuse(const Reader& reader, const fs::path& file) {
    const char* why = archive_error_string(reader.get());
    throw Error(std::string("is no archive that can be read (") + (why == nullptr ? "unknown" : why) + ")",
                file.string(), "a tar archive is expected, packed or plain; a damaged one must be got again");
}

/// The content of the entry that the reader is at.
std::vector<std::uint8_t> read_entry(const Reader& reader, const fs::path& file) {
    std::vector<std::uint8_t> content;
    for (la_ssize_t got = 1; got > 0;) {
        const std::size_t length = content.size();
        content.resize(length + kBlock);
        got = archive_read_data(reader.get(), content.data() + length, kBlock);
        if (got < 0) refuse(reader, file);
        content.resize(length + static_cast<std::size_t>(got));
    }
    return content;
}

void visit_archive(const fs::path& file, const VisitFile& visit) {
    PackedReader check_that_it_opens(file);
    const Reader reader(archive_read_new());
    archive_read_support_format_tar(reader.get());
    archive_read_support_filter_gzip(reader.get());
    archive_read_support_filter_xz(reader.get());
    archive_read_support_filter_bzip2(reader.get());
    if (archive_read_open_filename(reader.get(), file.c_str(), kBlock) != ARCHIVE_OK) refuse(reader, file);
    ::archive_entry* entry = nullptr;
    int code = ARCHIVE_OK;
    while ((code = archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
        if (archive_entry_filetype(entry) != AE_IFREG) continue;
        const std::string path = archive_entry_pathname(entry);
        visit(path, read_entry(reader, file));
    }
    if (code != ARCHIVE_EOF) refuse(reader, file);
}

void visit_folder(const fs::path& folder, const VisitFile& visit) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
        visit(path.lexically_relative(folder).generic_string(), whole_content(path));
    }
}

}  // namespace

void for_each_file(const fs::path& archive_or_folder, const VisitFile& visit) {
    if (fs::is_directory(archive_or_folder))
        visit_folder(archive_or_folder, visit);
    else
        visit_archive(archive_or_folder, visit);
}

}  // namespace assay::datasets
