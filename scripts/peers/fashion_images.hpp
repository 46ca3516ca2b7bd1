#pragma once

#include <cstddef>

#include "datasets/idx.hpp"
#include "datasets/registry.hpp"
#include "solvers/device/primitives.hpp"

/// Fashion-MNIST for the benchmarks: one image a column, of unit norm.
namespace assay::peers {

enum class Part { train, test };

inline datasets::LabelledImages<double> fashion_images(Part part) {
    const datasets::Dataset& set = datasets::find("fashion_mnist");
    const std::string prefix = part == Part::train ? "train" : "t10k";
    const auto path = [&](const std::string& name) {
        for (const datasets::File& file : set.files) {
            if (!file.name.starts_with(name)) continue;
            if (const auto found = datasets::locate(set, file)) return *found;
        }
        throw Error("Fashion-MNIST is not on this machine", name,
                    "make data, or install dataset-fashion-mnist");
    };
    return datasets::read_idx<double>(path(prefix + "-images"), path(prefix + "-labels"));
}

/// The first `count` images.
inline solvers::Array<solvers::Cpu, double> unit_images(const datasets::LabelledImages<double>& images,
                                                        std::size_t count) {
    const std::size_t d = images.dimension();
    solvers::Array<solvers::Cpu, double> X(d, count);
    std::copy_n(images.pixels.begin(), d * count, X.data());
    solvers::normalize_columns(X);
    return X;
}

/// The first images of each class as atoms, `each` of them, class after class.
inline solvers::Array<solvers::Cpu, double> class_atoms(const datasets::LabelledImages<double>& images,
                                                        std::size_t classes, std::size_t each) {
    const std::size_t d = images.dimension();
    solvers::Array<solvers::Cpu, double> D(d, classes * each);
    std::vector<std::size_t> taken(classes, 0);
    for (std::size_t i = 0; i < images.count(); ++i) {
        const std::size_t c = images.labels[i];
        if (taken[c] == each) continue;
        std::copy_n(images.pixels.begin() + static_cast<std::ptrdiff_t>(i * d), d,
                    D.data() + (c * each + taken[c]++) * d);
    }
    solvers::normalize_columns(D);
    return D;
}

}  // namespace assay::peers
