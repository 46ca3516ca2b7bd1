#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace assay::datasets {

/// Reads a file's content in order, unpacking gzip or xz when the file is packed, whatever its name, and
/// passing it through when it is not. Every failure (missing, unreadable, damaged or cut-off archive) is an
/// Error that names the file.
class PackedReader {
  public:
    explicit PackedReader(std::filesystem::path file);
    ~PackedReader();
    PackedReader(const PackedReader&) = delete;
    PackedReader& operator=(const PackedReader&) = delete;

    /// Fills `bytes` as far as the content goes; returns how many were read, fewer only at the end.
    std::size_t read(std::span<std::uint8_t> bytes);
    /// Whether the file holds something other than its content.
    bool packed() const;

    /// What unpacks one format.
    class Source {
      public:
        virtual ~Source() = default;
        virtual std::size_t read(std::span<std::uint8_t> bytes) = 0;
        virtual bool packed() const = 0;
    };

  private:
    std::unique_ptr<Source> source_;
};

/// The content of a file for a library that wants a path: the path of the file itself when it is not packed,
/// else that of an unpacked copy in memory, which lasts as long as this object.
class UnpackedFile {
  public:
    explicit UnpackedFile(const std::filesystem::path& file);
    const std::filesystem::path& path() const { return path_; }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::filesystem::path path_;
    std::unique_ptr<std::FILE, Close> copy_;  ///< none when the file is not packed
};

/// A file's unpacked content. Throws Error as PackedReader does, and when it is longer than 1 GiB.
std::vector<std::uint8_t> whole_content(const std::filesystem::path& file);

/// What identifies a file's unpacked content.
struct ContentDigest {
    std::string sha256;       ///< 64 hexadecimal digits
    std::uint64_t bytes = 0;  ///< unpacked size
};

/// Throws Error when the file cannot be read to its end.
ContentDigest digest_content(const std::filesystem::path& file);

}  // namespace assay::datasets
