#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What every source of features gives, and the checks that all of them share.
namespace assay::datasets {

/// Features with their classes, wherever they come from.
template <class T>
struct LabelledFeatures {
    std::size_t dimension = 0;          ///< d
    std::size_t classes = 0;            ///< C
    std::vector<T> values;              ///< Y, d x N, column-major: sample j is column j; all finite
    std::vector<std::uint32_t> labels;  ///< N, each below `classes`

    std::size_t count() const { return labels.size(); }
};

/// A data set's two parts, with one dimension and one numbering of classes.
template <class T>
struct FeatureSplit {
    LabelledFeatures<T> train, test;
};

/// Which whole numbers stand for the classes in a file: `classes` of them, from `first` on.
struct ClassRange {
    std::int64_t first = 0;
    std::size_t classes = 0;
};

/// Where features and labels were read, for messages: "file", or "file: variable".
struct Origin {
    std::string features, labels;
};

/// The range that labels show by themselves: from the smallest, which must be 0 or 1, to the largest. Throws
/// Error when there are none or one is no whole number.
ClassRange range_of(std::span<const double> labels, const Origin& origin);

/// d * N. Throws Error when either is 0 or when the features would take more than 64 GiB, which no data set
/// of the literature does.
std::size_t feature_entries(std::size_t dimension, std::size_t count, const Origin& origin);

/// Puts features (d x N, column-major) and labels as a file has them together. Throws Error when there is not
/// one label for each column, when a label is no whole number within `range`, and when a feature is NaN or
/// infinite (the message has its row and column).
template <class T>
LabelledFeatures<T> labelled_features(std::vector<T> values, std::size_t dimension,
                                      std::span<const double> labels, const ClassRange& range,
                                      const Origin& origin);

/// Draws `per_class` samples of each class for training; the others are for testing. Both parts keep the
/// order of `all`. The draw depends on `seed` alone. Throws Error when a class has not more samples than
/// that.
template <class T>
FeatureSplit<T> split_by_class(const LabelledFeatures<T>& all, std::size_t per_class, std::uint64_t seed);

extern template LabelledFeatures<float> labelled_features(std::vector<float>, std::size_t,
                                                          std::span<const double>, const ClassRange&,
                                                          const Origin&);
extern template LabelledFeatures<double> labelled_features(std::vector<double>, std::size_t,
                                                           std::span<const double>, const ClassRange&,
                                                           const Origin&);
extern template FeatureSplit<float> split_by_class(const LabelledFeatures<float>&, std::size_t,
                                                   std::uint64_t);
extern template FeatureSplit<double> split_by_class(const LabelledFeatures<double>&, std::size_t,
                                                    std::uint64_t);

}  // namespace assay::datasets
