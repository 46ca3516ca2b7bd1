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
/// files), made_by (a command with which the user makes the files, instead of them), own_files (their names
/// where they are no feature files), [features] (a FeatureRecipe, instead of files: images, backbone,
/// weights, side, train, test), made_from (the recipe_digest of computed files), and one [[file]] per file:
/// name, bytes and sha256 (both of the unpacked content), packed_bytes (size of the download), path (where
/// the user has it).
std::vector<Dataset> read_descriptions(const std::filesystem::path& folder);

/// The descriptions in `tree`, then those in `own` where there is such a folder, marked as the user's own;
/// they take the place of those in `tree` that are to be made; of one with a recipe they bring the files, if
/// these were made from what the recipe says now. Throws Error like `read_descriptions`, when both have one
/// name otherwise, and when a recipe names a data set that there is not.
std::vector<Dataset> read_catalogue(const std::filesystem::path& tree, const std::filesystem::path& own);

/// SHA-256 over all that the features of a recipe depend on but the machine: the recipe, the digests of the
/// images' and the weights' files (data sets of `all`), and the revision of the code that computes them.
/// Throws Error when one of the data sets is not in `all`.
std::string recipe_digest(const FeatureRecipe& recipe, const std::vector<Dataset>& all);

}  // namespace assay::datasets
