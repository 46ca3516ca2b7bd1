#include "datasets/cifar10.hpp"

#include <fmt/format.h>

#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPixels = 3 * 32 * 32;
constexpr std::size_t kClasses = 10;

}  // namespace

std::vector<std::string> cifar10_training_files(std::size_t images) {
    constexpr std::size_t files = 5, images_a_file = 10'000;
    std::vector<std::string> names;
    for (std::size_t k = 0; k < files && k * images_a_file < images; ++k)
        names.push_back(fmt::format("data_batch_{}.bin.xz", k + 1));
    return names;
}

Cifar10Reader::Cifar10Reader(fs::path file) : file_(std::move(file)), reader_(file_), record_(1 + kPixels) {}

bool Cifar10Reader::next() {
    const std::size_t got = reader_.read(record_);
    if (got == 0 && records_ == 0) refuse("is empty");
    if (got == 0) return false;
    if (got < record_.size())
        refuse(fmt::format("ends within record {} (counted from 0), after {} bytes", records_, got));
    if (label() >= kClasses)
        refuse(fmt::format("has the label {} in record {} (counted from 0); expected 0 to {}", label(),
                           records_, kClasses - 1));
    ++records_;
    return true;
}

void Cifar10Reader::refuse(const std::string& what) const {
    throw Error(what, file_.string(), "a file of CIFAR-10's binary version holds records of 3073 bytes");
}

template <class T>
LabelledFeatures<T> read_cifar10(std::span<const fs::path> files) {
    LabelledFeatures<T> set{kPixels, kClasses, {}, {}};
    for (const fs::path& file : files) {
        Cifar10Reader reader(file);
        while (reader.next()) {
            set.labels.push_back(reader.label());
            for (const std::uint8_t byte : reader.pixels())
                set.values.push_back(static_cast<T>(byte) / T(255));
        }
    }
    return set;
}

template LabelledFeatures<float> read_cifar10(std::span<const fs::path>);
template LabelledFeatures<double> read_cifar10(std::span<const fs::path>);

}  // namespace assay::datasets
