#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "datasets/features.hpp"
#include "datasets/packed.hpp"

namespace assay::datasets {

/// The files that hold the first `images` of the 50,000 training images, 10,000 each.
std::vector<std::string> cifar10_training_files(std::size_t images = 50'000);
/// That of the 9,827 test images that were to be had without loss.
inline constexpr const char* cifar10_test_file = "test_exact_9827.bin.xz";

/// The images of files of CIFAR-10's binary version, packed or plain, one file after the other. A record is a
/// label byte (0 to 9) and 3,072 bytes: the red, the green and the blue plane of 32 x 32, each row by row.
/// What comes after the last image that is asked for is not unpacked.
class Cifar10Reader {
  public:
    explicit Cifar10Reader(std::vector<std::filesystem::path> files);

    /// Reads the next image; false behind the last one of all files. Throws Error naming the file that is
    /// empty, ends within a record or has another label.
    bool next();
    std::uint32_t label() const { return record_[0]; }
    std::span<const std::uint8_t> pixels() const { return std::span(record_).subspan(1); }

  private:
    [[noreturn]] void refuse(const std::string& what) const;

    std::vector<std::filesystem::path> files_;
    std::size_t opened_ = 0;                ///< files; the last of them is being read
    std::unique_ptr<PackedReader> reader_;  ///< of that file
    std::size_t records_ = 0;               ///< read from it
    std::vector<std::uint8_t> record_;
};

/// All images of the files. Features are the bytes over 255. Throws Error as the
/// reader does.
template <class T>
LabelledFeatures<T> read_cifar10(std::span<const std::filesystem::path> files);

extern template LabelledFeatures<float> read_cifar10(std::span<const std::filesystem::path>);
extern template LabelledFeatures<double> read_cifar10(std::span<const std::filesystem::path>);

}  // namespace assay::datasets
