#pragma once

#include <filesystem>

#include "datasets/features.hpp"

namespace assay::datasets {

/// Reads the feature files of a user: HDF5, not packed, with two data sets in the root group.
///
/// `features`: a matrix of 32- or 64-bit floats. On the disk it is (N, d), a sample a row, or (d, N);
/// the number of labels says which. (N, d) is what a d x N matrix of MATLAB (h5write, save -v7.3) becomes,
/// what h5py writes for the usual array with a sample a row, and what scripts/extract_features.py writes.
/// Where N = d, the attribute `samples_axis` of `features` must say it: 0 for (N, d), 1 for (d, N).
///
/// `labels`: N whole numbers of any number type, as a vector or as a matrix with one row or column. They
/// count the classes from 0 or from 1: the smallest one in `train` says which, and the largest how many there
/// are, for both files, unless the attribute `classes` of `labels` says that they go from 0 to
/// classes - 1.
///
/// Throws Error naming the file and the data set, what was found and what was expected.
template <class T>
LabelledFeatures<T> read_feature_file(const std::filesystem::path& train);
template <class T>
FeatureSplit<T> read_feature_files(const std::filesystem::path& train, const std::filesystem::path& test);

extern template LabelledFeatures<float> read_feature_file(const std::filesystem::path&);
extern template LabelledFeatures<double> read_feature_file(const std::filesystem::path&);
extern template FeatureSplit<float> read_feature_files(const std::filesystem::path&,
                                                       const std::filesystem::path&);
extern template FeatureSplit<double> read_feature_files(const std::filesystem::path&,
                                                        const std::filesystem::path&);

}  // namespace assay::datasets
