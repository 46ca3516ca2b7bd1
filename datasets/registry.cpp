#include "datasets/registry.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "datasets/description.hpp"
#include "datasets/packed.hpp"
#include "datasets/verified.hpp"
#include "solvers/error.hpp"
#include "support/sha256.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

/// The stamp that says "this very file has this digest": its name is the digest of what it vouches for, so
/// stamps need no locking and a changed file simply has none. Empty when the file is not there.
fs::path stamp_of(const fs::path& path, const std::string& sha256) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
    const std::string key =
        fmt::format("{}\n{}\n{}.{:09}\n{}", fs::absolute(path).lexically_normal().string(), facts.st_size,
                    facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, sha256);
    return cache_folder() / ".verified" / sha256_hex(key);
}

/// Where the cache cannot be written the digest is merely computed again next time.
void write_stamp(const fs::path& stamp, const fs::path& path) {
    std::error_code code;
    fs::create_directories(stamp.parent_path(), code);
    std::ofstream(stamp) << path.string() << '\n';
}

bool verified(const fs::path& path, const File& file) {
    const fs::path stamp = stamp_of(path, file.sha256);
    if (stamp.empty()) return false;
    std::error_code code;
    if (fs::exists(stamp, code)) return true;
    try {
        const ContentDigest content = digest_content(path);
        if (content.sha256 != file.sha256 || content.bytes != file.bytes) return false;
    } catch (const Error&) {
        return false;
    }
    write_stamp(stamp, path);
    return true;
}

}  // namespace

void note_verified(const fs::path& path, const File& file) {
    const fs::path stamp = stamp_of(path, file.sha256);
    if (!stamp.empty()) write_stamp(stamp, path);
}

fs::path cache_folder() {
    const char* folder = std::getenv("ASSAY_DATA");
    if (folder != nullptr && *folder != '\0') return folder;
    return fs::path(ASSAY_SOURCE_DIR) / "datasets" / "cache";
}

fs::path mirror_path(const File& file) {
    const char* mirror = std::getenv("ASSAY_DATA_MIRROR");
    if (mirror == nullptr || *mirror == '\0' || file.mirror.empty()) return {};
    return fs::path(mirror) / file.mirror;
}

fs::path own_folder() {
    return cache_folder() / "own";
}

const std::vector<Dataset>& catalogue() {
    static const std::vector<Dataset> all =
        read_catalogue(fs::path(ASSAY_SOURCE_DIR) / "datasets", own_folder());
    return all;
}

const Dataset& find(const std::string& name) {
    std::vector<std::string> names;
    for (const Dataset& dataset : catalogue()) {
        if (dataset.name == name) return dataset;
        names.push_back(dataset.name);
    }
    throw Error(
        fmt::format("there is no data set '{}'", name), "",
        fmt::format("known: {}; assay data add describes feature files of your own", fmt::join(names, ", ")));
}

std::optional<fs::path> locate(const Dataset& dataset, const File& file) {
    std::vector<fs::path> places{cache_folder() / dataset.name / file.name};
    const char* mirror = std::getenv("ASSAY_DATA_MIRROR");
    if (mirror != nullptr && *mirror != '\0' && !file.mirror.empty())
        places.push_back(fs::path(mirror) / file.mirror);
    if (!file.system.empty()) places.push_back(file.system);
    const auto place = std::find_if(places.begin(), places.end(),
                                    [&](const fs::path& path) { return verified(path, file); });
    if (place == places.end()) return std::nullopt;
    return *place;
}

bool available(const Dataset& dataset) {
    return !dataset.to_be_made() &&
           std::all_of(dataset.files.begin(), dataset.files.end(),
                       [&](const File& file) { return locate(dataset, file).has_value(); });
}

bool available(const std::string& name) {
    return available(find(name));
}

}  // namespace assay::datasets
