#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace assay::datasets {

/// Reads a file's content in order, unpacking gzip when the file is packed and passing it through when it is
/// not. Every failure (missing, unreadable, damaged or cut-off archive) is an Error that names the file.
class PackedReader {
  public:
    explicit PackedReader(std::filesystem::path file);
    ~PackedReader();
    PackedReader(const PackedReader&) = delete;
    PackedReader& operator=(const PackedReader&) = delete;

    /// Fills `bytes` as far as the content goes; returns how many were read, fewer only at the end.
    std::size_t read(std::span<std::uint8_t> bytes);

  private:
    std::filesystem::path file_;
    void* stream_;
};

/// What identifies a file's unpacked content.
struct ContentDigest {
    std::string sha256;       ///< 64 hexadecimal digits
    std::uint64_t bytes = 0;  ///< unpacked size
};

/// Throws Error when the file cannot be read to its end.
ContentDigest digest_content(const std::filesystem::path& file);

}  // namespace assay::datasets
