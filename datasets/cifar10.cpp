#include "datasets/cifar10.hpp"

#include <fmt/format.h>

#include <vector>

#include "datasets/packed.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPixels = 3 * 32 * 32;
constexpr std::size_t kClasses = 10;
constexpr std::size_t kRecord = 1 + kPixels;

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
    throw Error(what, file.string(), "a file of CIFAR-10's binary version holds records of 3073 bytes");
}

template <class T>
void append(const fs::path& file, LabelledFeatures<T>& set) {
    PackedReader reader(file);
    std::vector<std::uint8_t> record(kRecord);
    std::size_t records = 0, got = 0;
    while ((got = reader.read(record)) == kRecord) {
        if (record[0] >= kClasses)
            refuse(file, fmt::format("has the label {} in record {} (counted from 0); expected 0 to {}",
                                     record[0], records, kClasses - 1));
        set.labels.push_back(record[0]);
        for (std::size_t i = 1; i < kRecord; ++i) set.values.push_back(static_cast<T>(record[i]) / T(255));
        ++records;
    }
    if (got != 0)
        refuse(file, fmt::format("ends within record {} (counted from 0), after {} bytes", records, got));
    if (records == 0) refuse(file, "is empty");
}

}  // namespace

template <class T>
LabelledFeatures<T> read_cifar10(std::span<const fs::path> files) {
    LabelledFeatures<T> set{kPixels, kClasses, {}, {}};
    for (const fs::path& file : files) append(file, set);
    return set;
}

template LabelledFeatures<float> read_cifar10(std::span<const fs::path>);
template LabelledFeatures<double> read_cifar10(std::span<const fs::path>);

}  // namespace assay::datasets
