#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <span>
#include <vector>

namespace assay::datasets {

/// Images with their classes. Column k of the (height * width) x count matrix `pixels`, column-major, is
/// image k, its rows one after the other as in the file; grey values from 0 (black) to 1 (white).
template <class T>
struct LabelledImages {
    std::size_t height = 0;
    std::size_t width = 0;
    std::vector<T> pixels;
    std::vector<std::uint8_t> labels;

    std::size_t count() const { return labels.size(); }
    std::size_t dimension() const { return height * width; }
};

/// Reads a pair of IDX files (the format of MNIST: unsigned bytes, three axes and one axis), gzip-packed or
/// plain. Throws Error naming the file when a magic number, an axis, a length or the number of labels is not
/// as it should be.
template <class T>
LabelledImages<T> read_idx(const std::filesystem::path& images, const std::filesystem::path& labels);

/// The images whose class is one of `classes`, in their order, at most `limit` of them.
/// Throws Error when the result would be empty.
template <class T>
LabelledImages<T> select(const LabelledImages<T>& set, std::span<const std::uint8_t> classes,
                         std::size_t limit = std::numeric_limits<std::size_t>::max());

extern template LabelledImages<float> read_idx(const std::filesystem::path&, const std::filesystem::path&);
extern template LabelledImages<double> read_idx(const std::filesystem::path&, const std::filesystem::path&);
extern template LabelledImages<float> select(const LabelledImages<float>&, std::span<const std::uint8_t>,
                                             std::size_t);
extern template LabelledImages<double> select(const LabelledImages<double>&, std::span<const std::uint8_t>,
                                              std::size_t);

}  // namespace assay::datasets
