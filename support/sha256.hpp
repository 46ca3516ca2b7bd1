#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace assay {

/// Incremental SHA-256 (OpenSSL).
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void update(const void* data, std::size_t bytes);
    void update(std::string_view text) { update(text.data(), text.size()); }
    /// 64 hexadecimal digits; the object must not be used afterwards.
    std::string hex();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

std::string sha256_hex(std::string_view text);
/// Throws Error when the file cannot be read.
std::string sha256_file(const std::filesystem::path& file);

}  // namespace assay
