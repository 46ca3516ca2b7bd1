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

Cifar10Reader::Cifar10Reader(std::vector<fs::path> files) : files_(std::move(files)), record_(1 + kPixels) {}

bool Cifar10Reader::next() {
    std::size_t got = 0;
    while (!reader_ || (got = reader_->read(record_)) == 0) {
        if (reader_ && records_ == 0) refuse("is empty");
        if (opened_ == files_.size()) return false;
        reader_ = std::make_unique<PackedReader>(files_[opened_++]);
        records_ = 0;
    }
    if (got < record_.size())
        refuse(fmt::format("ends within record {} (counted from 0), after {} bytes", records_, got));
    if (label() >= kClasses)
        refuse(fmt::format("has the label {} in record {} (counted from 0); expected 0 to {}", label(),
                           records_, kClasses - 1));
    ++records_;
    return true;
}

void Cifar10Reader::refuse(const std::string& what) const {
    throw Error(what, files_[opened_ - 1].string(),
                "a file of CIFAR-10's binary version holds records of 3073 bytes");
}

template <class T>
LabelledFeatures<T> read_cifar10(std::span<const fs::path> files) {
    LabelledFeatures<T> set{kPixels, kClasses, {}, {}};
    Cifar10Reader images({files.begin(), files.end()});
    while (images.next()) {
        set.labels.push_back(images.label());
        for (const std::uint8_t byte : images.pixels()) set.values.push_back(static_cast<T>(byte) / T(255));
    }
    return set;
}

template LabelledFeatures<float> read_cifar10(std::span<const fs::path>);
template LabelledFeatures<double> read_cifar10(std::span<const fs::path>);

}  // namespace assay::datasets
