#pragma once

#include <array>
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <string>

#include "datasets/idx.hpp"
#include "datasets/registry.hpp"

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

inline double mean_grey(const assay::datasets::LabelledImages<float>& set) {
    double sum = 0;
    for (const float value : set.pixels) sum += static_cast<double>(value);
    return sum / static_cast<double>(set.pixels.size());
}
