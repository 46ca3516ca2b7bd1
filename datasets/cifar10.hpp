#pragma once

#include <filesystem>
#include <span>

#include "datasets/features.hpp"

namespace assay::datasets {

/// Reads binary records of CIFAR-10 from files, packed or plain, one file after the other. A record is a
/// label byte (0 to 9) and 3,072 bytes: the red, the green and the blue plane of 32 x 32, each row by row.
/// Features are the bytes in that order over 255. Throws Error naming the file that is empty, ends within a
/// record or has another label.
template <class T>
LabelledFeatures<T> read_cifar10(std::span<const std::filesystem::path> files);

extern template LabelledFeatures<float> read_cifar10(std::span<const std::filesystem::path>);
extern template LabelledFeatures<double> read_cifar10(std::span<const std::filesystem::path>);

}  // namespace assay::datasets
