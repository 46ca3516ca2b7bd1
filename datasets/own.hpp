#pragma once

#include <filesystem>
#include <string>

#include "datasets/registry.hpp"

/// Files of the user's own, as data sets like any other: specs name them, and the digests in their
/// descriptions are part of the identity of every run that opens them.
namespace assay::datasets {

inline constexpr const char* own_train = "train.h5";
inline constexpr const char* own_test = "test.h5";

/// Reads feature files (see read_feature_files; `test` may be empty) and writes the description of data set
/// `name`, which lists them where they lie, with size and digest. A description of that name is replaced.
/// Returns a line about what the files hold. Throws Error when the name is no word or one of the project's
/// data sets, and when a file is not as it should be.
///
/// For a data set of the project that the user has from its makers (own_files in its description), `train` is
/// the folder that holds its files and `test` is empty.
std::string describe_own(const std::string& name, const std::filesystem::path& train,
                         const std::filesystem::path& test);

/// Writes the description of the feature files that were computed for data set `name` and lie in its cache
/// folder: `made_from` is the recipe_digest, `made_with` goes into a comment.
void describe_made(const std::string& name, const std::string& made_from, const std::string& made_with);

}  // namespace assay::datasets
