#pragma once

#include <filesystem>
#include <string>

#include "datasets/features.hpp"

namespace assay::datasets {

/// Which two variables of a MATLAB file hold a part of a data set, and how.
struct MatlabPart {
    std::string features;      ///< a matrix of numbers
    std::string labels;        ///< a row or a column of N whole numbers within `range`
    bool sample_rows = false;  ///< the matrix is N x d, not d x N
    ClassRange range;
    double white = 1;  ///< every feature is divided by this: 255 for grey values in bytes
};

/// Reads a part of a data set from a MATLAB file of version 5 (what `save -v7` writes), packed or plain.
/// Throws Error naming the file and the variable when the file is none, is damaged, or lacks a variable, and
/// when a variable has another type or shape.
template <class T>
LabelledFeatures<T> read_matlab(const std::filesystem::path& file, const MatlabPart& part);

extern template LabelledFeatures<float> read_matlab(const std::filesystem::path&, const MatlabPart&);
extern template LabelledFeatures<double> read_matlab(const std::filesystem::path&, const MatlabPart&);

}  // namespace assay::datasets
