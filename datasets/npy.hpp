#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "datasets/features.hpp"

namespace assay::datasets {

/// The number whose IEEE 754 binary16 pattern is `bits`; every one of them is a float.
float half_to_float(std::uint16_t bits);

/// An array as NumPy's `save` writes it.
template <class T>
struct NpyArray {
    std::vector<std::size_t> shape;
    std::vector<T> values;  ///< row-major
};

/// Reads a .npy file of float16, float32 or uint8 in C order, packed or plain; T is float or double. Throws
/// Error naming the file and what was found where it is none, holds another type, is in Fortran order, is cut
/// off or goes on after its values.
template <class T>
NpyArray<T> read_npy(const std::filesystem::path& file);

/// A part of a data set from two .npy files: features N x d (a sample a row) and labels, N of them.
template <class T>
LabelledFeatures<T> read_npy_features(const std::filesystem::path& features,
                                      const std::filesystem::path& labels, const ClassRange& range);

extern template NpyArray<float> read_npy(const std::filesystem::path&);
extern template NpyArray<double> read_npy(const std::filesystem::path&);
extern template LabelledFeatures<float> read_npy_features(const std::filesystem::path&,
                                                          const std::filesystem::path&, const ClassRange&);
extern template LabelledFeatures<double> read_npy_features(const std::filesystem::path&,
                                                           const std::filesystem::path&, const ClassRange&);

}  // namespace assay::datasets
