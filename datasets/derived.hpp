#pragma once

#include <string>

#include "datasets/feature_sets.hpp"
#include "datasets/registry.hpp"

/// Data sets that this machine computes from others: features of images.
namespace assay::datasets {

/// Computes the features of a data set with a recipe on the CPU and puts them into its cache folder, as two
/// feature files that say in their attributes what made them: the digests of images and weights, the
/// preprocessing, the library of the layers. They are written aside, read back and compared, and then named;
/// their description, which alone makes them available, comes last and carries `made_with` as a comment (of
/// the code: its commit). Whatever fails before leaves what was there. `images` and `weights` find the files
/// of the recipe's data sets. Returns a line about what the files hold.
///
/// Throws Error when `dataset` has no recipe, and as the readers of images and weights do, which name the
/// file.
std::string make_features(const Dataset& dataset, const FindFile& images, const FindFile& weights,
                          const std::string& made_with);

/// The same from the data sets of the catalogue, which are brought here first where they are not.
std::string make_features(const Dataset& dataset, const std::string& made_with);

/// Finds the files of a data set that is on this machine. What it returns throws Error for a file that is
/// not.
FindFile local_files(const std::string& name);

}  // namespace assay::datasets
