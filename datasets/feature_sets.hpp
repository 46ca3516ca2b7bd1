#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "datasets/features.hpp"

namespace assay::datasets {

/// Where a file of a data set is: in an experiment `run.data_file(name, file)`.
using FindFile = std::function<std::filesystem::path(const std::string& file)>;

/// The training and the test part of a data set by its name, in whatever format it is stored: mnist,
/// fashion_mnist and cifar10 as grey or colour values from 0 to 1, cifar10_resnet20_features and ar_gender as
/// they are, yaleb as grey values, those with a recipe, and the user's own (`describe_own`). A data set that
/// has no split of its own (yaleb, and a user's single file) comes whole as `train`; `split_by_class` splits
/// it. Throws Error when there is no such data set or a file is not as it should be.
template <class T>
FeatureSplit<T> read_feature_set(const std::string& name, const FindFile& find_file);

extern template FeatureSplit<float> read_feature_set(const std::string&, const FindFile&);
extern template FeatureSplit<double> read_feature_set(const std::string&, const FindFile&);

}  // namespace assay::datasets
