#pragma once

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <iostream>
#include <string>

#include "datasets/feature_sets.hpp"
#include "datasets/idx.hpp"
#include "datasets/registry.hpp"
#include "solvers/error.hpp"

/// Precondition of a suite that needs a real data set. What it prints makes CTest report the entry as
/// skipped.
struct OnThisMachine {
    std::string name;
    boost::test_tools::assertion_result operator()(boost::unit_test::test_unit_id) const {
        const bool there = assay::datasets::available(name);
        if (!there)
            std::cout << "SKIPPED: the data set is not on this machine; assay data get " << name << std::endl;
        return there;
    }
};

/// The "train" or "t10k" part of MNIST or Fashion-MNIST.
inline assay::datasets::LabelledImages<float> real_images(const std::string& name, const std::string& part) {
    const assay::datasets::Dataset& dataset = assay::datasets::find(name);
    std::array<std::filesystem::path, 2> paths;
    for (const assay::datasets::File& file : dataset.files) {
        if (file.name == part + "-images-idx3-ubyte.gz") paths[0] = locate(dataset, file).value();
        if (file.name == part + "-labels-idx1-ubyte.gz") paths[1] = locate(dataset, file).value();
    }
    return assay::datasets::read_idx<float>(paths[0], paths[1]);
}

/// Both parts of a data set, by its name alone.
inline assay::datasets::FeatureSplit<float> real_features(const std::string& name) {
    const assay::datasets::Dataset& dataset = assay::datasets::find(name);
    return assay::datasets::read_feature_set<float>(name, [&](const std::string& file) {
        for (const assay::datasets::File& entry : dataset.files)
            if (entry.name == file) return locate(dataset, entry).value();
        throw assay::Error("the data set has no such file", file);
    });
}

/// How many samples each class has.
inline std::vector<std::size_t> class_sizes(const assay::datasets::LabelledFeatures<float>& set) {
    std::vector<std::size_t> sizes(set.classes);
    for (const std::uint32_t label : set.labels) ++sizes[label];
    return sizes;
}

inline double mean_grey(const assay::datasets::LabelledImages<float>& set) {
    double sum = 0;
    for (const float value : set.pixels) sum += static_cast<double>(value);
    return sum / static_cast<double>(set.pixels.size());
}
