#include "datasets/features.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace {

constexpr std::size_t kLargest = std::size_t{1} << 36;

[[noreturn]] void refuse_label(double label, std::size_t sample, const std::string& expected,
                               const Origin& origin) {
    throw Error(
        fmt::format("the label of sample {} (counted from 0) is {}; expected {}", sample, label, expected),
        origin.labels);
}

bool is_whole(double value) {
    return std::isfinite(value) && value == std::floor(value);
}

template <class T>
void require_finite(std::span<const T> values, std::size_t dimension, const Origin& origin) {
    const auto bad =
        std::find_if(values.begin(), values.end(), [](T value) { return !std::isfinite(value); });
    if (bad == values.end()) return;
    const auto at = static_cast<std::size_t>(bad - values.begin());
    throw Error(
        fmt::format("row {} of column {} is {} (d x N, a sample a column, both counted from 0); expected "
                    "finite numbers",
                    at % dimension, at / dimension, *bad),
        origin.features, "find out where it comes from; leave the sample out or mend the feature");
}

}  // namespace

ClassRange range_of(std::span<const double> labels, const Origin& origin) {
    if (labels.empty()) throw Error("there are no labels; expected one for each sample", origin.labels);
    for (std::size_t j = 0; j < labels.size(); ++j)
        if (!is_whole(labels[j])) refuse_label(labels[j], j, "whole numbers", origin);
    const auto [low, high] = std::minmax_element(labels.begin(), labels.end());
    if (*low != 0 && *low != 1)
        throw Error(
            fmt::format("the smallest label is {}; expected classes that are counted from 0 or from 1", *low),
            origin.labels);
    if (*high - *low >= static_cast<double>(labels.size()))
        throw Error(
            fmt::format("the largest label is {} for {} samples; expected labels that number the classes",
                        *high, labels.size()),
            origin.labels);
    return {static_cast<std::int64_t>(*low), static_cast<std::size_t>(*high - *low) + 1};
}

std::size_t feature_entries(std::size_t dimension, std::size_t count, const Origin& origin) {
    if (dimension == 0 || count == 0)
        throw Error(fmt::format("is empty: {} features of {} samples", dimension, count), origin.features);
    if (count > kLargest / sizeof(double) / dimension)
        throw Error(fmt::format("says that it holds {} features of {} samples; expected less than 64 GiB",
                                dimension, count),
                    origin.features);
    return dimension * count;
}

template <class T>
LabelledFeatures<T> labelled_features(std::vector<T> values, std::size_t dimension,
                                      std::span<const double> labels, const ClassRange& range,
                                      const Origin& origin) {
    const std::size_t samples = dimension == 0 ? 0 : values.size() / dimension;
    feature_entries(dimension, samples, origin);
    if (labels.size() != samples)
        throw Error(
            fmt::format("has {} labels, but {} has {} samples", labels.size(), origin.features, samples),
            origin.labels);
    require_finite<T>(values, dimension, origin);
    LabelledFeatures<T> result{dimension, range.classes, std::move(values), {}};
    result.labels.reserve(labels.size());
    const double first = static_cast<double>(range.first),
                 last = first + static_cast<double>(range.classes) - 1;
    for (const double label : labels) {
        if (!is_whole(label) || label < first || label > last)
            refuse_label(label, result.labels.size(),
                         fmt::format("a whole number from {} to {}", first, last), origin);
        result.labels.push_back(static_cast<std::uint32_t>(label - first));
    }
    return result;
}

template <class T>
FeatureSplit<T> split_by_class(const LabelledFeatures<T>& all, std::size_t per_class, std::uint64_t seed) {
    solvers::Random random(seed, "split of a data set by class");
    std::vector<std::vector<std::size_t>> samples(all.classes);
    for (std::size_t j = 0; j < all.count(); ++j) samples[all.labels[j]].push_back(j);
    std::vector<bool> training(all.count(), false);
    for (std::size_t c = 0; c < all.classes; ++c) {
        if (samples[c].size() <= per_class)
            throw Error(fmt::format(
                "class {} has {} samples; {} are asked for training, and at least one must be left "
                "for testing",
                c, samples[c].size(), per_class));
        for (std::size_t k = 0; k < per_class; ++k) {
            std::swap(samples[c][k], samples[c][k + random.below(samples[c].size() - k)]);
            training[samples[c][k]] = true;
        }
    }
    FeatureSplit<T> split;
    for (LabelledFeatures<T>* part : {&split.train, &split.test}) {
        part->dimension = all.dimension;
        part->classes = all.classes;
    }
    for (std::size_t j = 0; j < all.count(); ++j) {
        LabelledFeatures<T>& part = training[j] ? split.train : split.test;
        const auto column = all.values.begin() + static_cast<std::ptrdiff_t>(j * all.dimension);
        part.values.insert(part.values.end(), column, column + static_cast<std::ptrdiff_t>(all.dimension));
        part.labels.push_back(all.labels[j]);
    }
    return split;
}

template LabelledFeatures<float> labelled_features(std::vector<float>, std::size_t, std::span<const double>,
                                                   const ClassRange&, const Origin&);
template LabelledFeatures<double> labelled_features(std::vector<double>, std::size_t, std::span<const double>,
                                                    const ClassRange&, const Origin&);
template FeatureSplit<float> split_by_class(const LabelledFeatures<float>&, std::size_t, std::uint64_t);
template FeatureSplit<double> split_by_class(const LabelledFeatures<double>&, std::size_t, std::uint64_t);

}  // namespace assay::datasets
