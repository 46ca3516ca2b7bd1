#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay::datasets {

/// One file of a data set, as datasets/<name>.toml lists it.
struct File {
    std::string name;                ///< name in the local folder
    std::string sha256;              ///< of the unpacked content, 64 hexadecimal digits; packed or not
    std::uint64_t bytes = 0;         ///< size of the unpacked content
    std::uint64_t packed_bytes = 0;  ///< size of the canonical download, for information; 0: unknown
    std::vector<std::string> urls;   ///< canonical ones, tried in order
    std::string mirror;              ///< path below ASSAY_DATA_MIRROR
    std::filesystem::path system;    ///< where a Debian package or the user put it; empty: neither
};

/// How the project itself computes a data set: features of images, as a frozen network gives them.
struct FeatureRecipe {
    std::string images;               ///< the data set that holds the images, as read_pictures takes it
    std::string backbone;             ///< the network, as find_backbone takes it
    std::string weights;              ///< the data set that holds its weights
    std::size_t side = 0;             ///< pixels of an image's side, to which it is enlarged
    std::size_t train = 0, test = 0;  ///< images of each part, its first ones, at most
};

struct Dataset {
    std::string name, title, licence, citation, homepage;
    std::string package;  ///< Debian package that installs it; empty: none
    std::string made_by;  ///< the command with which a user makes its files; empty: they exist somewhere
    bool own = false;     ///< the user's own: its description does not come with the tree
    /// Names of the files that `made_by` brings, where they come as their makers publish them; empty: feature
    /// files of the user's own.
    std::vector<std::string> own_files;
    /// Of a data set that is computed on this machine: `files` are the feature files once they are there.
    std::optional<FeatureRecipe> recipe;
    std::string made_from;  ///< recipe_digest of what `files` were computed from
    std::vector<File> files;

    /// Known by name alone, until files of the user's own are described under it.
    bool to_be_made() const { return files.empty(); }
};

/// All data sets that the tree describes and then the user's own, each by name; read once. Throws Error when
/// a description is malformed or a name is taken twice.
const std::vector<Dataset>& catalogue();
/// Throws Error with the known names when there is none of this name.
const Dataset& find(const std::string& name);

/// Path of a file that is on this machine (cache, mirror, package or the user's place, in this order) and
/// whose content has the recorded digest, or nothing. A digest is computed once; a stamp in the cache folder
/// remembers it by path, size and change time.
std::optional<std::filesystem::path> locate(const Dataset& dataset, const File& file);
/// Whether every file of the data set is on this machine; one that is to be made is not.
bool available(const Dataset& dataset);
bool available(const std::string& name);

/// Sees to it that every file of the data set is on this machine, verified: files that a package or the user
/// put somewhere stay where they are, the others come to the cache, from the mirror or else from their URLs
/// by the curl program (a broken download is continued, proxies are taken from the environment). A file with
/// a wrong digest is set aside as <name>.wrong-digest. Throws Error naming the data set, what was tried and
/// how to get it later.
void get(const Dataset& dataset);
void get(const std::string& name);

/// Why there is nothing to try for a data set that is not here, in a few words: nobody serves a file of it
/// and the mirror does not have it, or the user makes it, or it is computed from one of which this is so.
/// Empty when it is here, or `get` (or make_features) may bring it.
std::string out_of_reach(const Dataset& dataset);

/// Folder of downloaded files: $ASSAY_DATA or datasets/cache of the checkout.
std::filesystem::path cache_folder();
/// Where the descriptions of the user's own data sets lie, and of those computed here: own/ in the cache
/// folder.
std::filesystem::path own_folder();

/// Where the mirror named by $ASSAY_DATA_MIRROR would have the file; empty when there is no mirror.
std::filesystem::path mirror_path(const File& file);

}  // namespace assay::datasets
