#include "datasets/idx.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "datasets/packed.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace {

constexpr std::uint8_t kUnsignedByte = 0x08;
// No file of this format in the literature comes near; a header that asks for more is a damaged one.
constexpr std::uint64_t kLargest = std::uint64_t{1} << 33;

struct IdxFile {
    std::vector<std::size_t> axes;
    std::vector<std::uint8_t> bytes;
};

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
    throw Error(what, file.string(), "delete the file and get it again, or point to the right one");
}

/// Magic number 00 00 <type> <number of axes>, then each axis as a big-endian 32-bit count, then the values.
IdxFile read_file(const std::filesystem::path& file, std::size_t axis_count) {
    PackedReader reader(file);
    std::array<std::uint8_t, 4> word{};
    if (reader.read(word) != word.size()) refuse(file, "is too short for an IDX file");
    if (word[0] != 0 || word[1] != 0)
        refuse(file, "is not an IDX file: it does not begin with two zero bytes");
    if (word[2] != kUnsignedByte) {
        refuse(file,
               "holds IDX values of type " + std::to_string(word[2]) + "; only unsigned bytes (8) are read");
    }
    if (word[3] != axis_count) {
        refuse(file, "has " + std::to_string(word[3]) + " axes where " + std::to_string(axis_count) +
                         " are expected");
    }
    IdxFile result;
    std::uint64_t total = 1;
    for (std::size_t axis = 0; axis < axis_count; ++axis) {
        if (reader.read(word) != word.size()) refuse(file, "ends within its header");
        const std::uint64_t length = std::uint64_t{word[0]} << 24 | std::uint64_t{word[1]} << 16 |
                                     std::uint64_t{word[2]} << 8 | std::uint64_t{word[3]};
        if (length == 0) refuse(file, "says that axis " + std::to_string(axis + 1) + " is empty");
        if (length > kLargest / total) refuse(file, "says that it holds more than 8 GiB");
        total *= length;
        result.axes.push_back(length);
    }
    // The header is not believed: memory grows only as content arrives.
    constexpr std::uint64_t block = 1 << 24;
    while (result.bytes.size() < total) {
        const std::size_t before = result.bytes.size();
        result.bytes.resize(std::min<std::uint64_t>(total, before + block));
        const std::size_t got = reader.read(std::span(result.bytes).subspan(before));
        if (before + got < result.bytes.size()) {
            refuse(file, "is cut off: " + std::to_string(before + got) + " of " + std::to_string(total) +
                             " values");
        }
    }
    if (reader.read(std::span(word).first(1)) != 0) {
        refuse(file, "goes on after the " + std::to_string(total) + " values that its header announces");
    }
    return result;
}

}  // namespace

template <class T>
LabelledImages<T> read_idx(const std::filesystem::path& images, const std::filesystem::path& labels) {
    const IdxFile pictures = read_file(images, 3);
    IdxFile classes = read_file(labels, 1);
    if (classes.axes[0] != pictures.axes[0]) {
        refuse(labels, "has " + std::to_string(classes.axes[0]) + " labels, but " + images.string() +
                           " has " + std::to_string(pictures.axes[0]) + " images");
    }
    LabelledImages<T> result;
    result.height = pictures.axes[1];
    result.width = pictures.axes[2];
    result.labels = std::move(classes.bytes);
    result.pixels.resize(pictures.bytes.size());
    std::transform(pictures.bytes.begin(), pictures.bytes.end(), result.pixels.begin(),
                   [](std::uint8_t value) { return static_cast<T>(value) / T(255); });
    return result;
}

template <class T>
LabelledImages<T> select(const LabelledImages<T>& set, std::span<const std::uint8_t> classes,
                         std::size_t limit) {
    LabelledImages<T> result;
    result.height = set.height;
    result.width = set.width;
    const std::size_t size = set.dimension();
    for (std::size_t k = 0; k < set.count() && result.count() < limit; ++k) {
        if (std::find(classes.begin(), classes.end(), set.labels[k]) == classes.end()) continue;
        const auto first = set.pixels.begin() + static_cast<std::ptrdiff_t>(k * size);
        result.pixels.insert(result.pixels.end(), first, first + static_cast<std::ptrdiff_t>(size));
        result.labels.push_back(set.labels[k]);
    }
    if (result.count() == 0)
        throw Error("no image of the asked classes among " + std::to_string(set.count()));
    return result;
}

template LabelledImages<float> read_idx(const std::filesystem::path&, const std::filesystem::path&);
template LabelledImages<double> read_idx(const std::filesystem::path&, const std::filesystem::path&);
template LabelledImages<float> select(const LabelledImages<float>&, std::span<const std::uint8_t>,
                                      std::size_t);
template LabelledImages<double> select(const LabelledImages<double>&, std::span<const std::uint8_t>,
                                       std::size_t);

}  // namespace assay::datasets
