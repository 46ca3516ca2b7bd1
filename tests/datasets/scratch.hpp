#pragma once

#include <lzma.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/message_of.hpp"
#include "tests/scratch.hpp"

using assay::testing::message_of;
using assay::testing::Scratch;

/// Sets an environment variable for one test; an empty value unsets it.
class Environment {
  public:
    Environment(std::string name, const std::string& value) : name_(std::move(name)) {
        if (const char* old = std::getenv(name_.c_str())) {
            old_ = old;
            was_set_ = true;
        }
        value.empty() ? ::unsetenv(name_.c_str()) : ::setenv(name_.c_str(), value.c_str(), 1);
    }
    ~Environment() { was_set_ ? ::setenv(name_.c_str(), old_.c_str(), 1) : ::unsetenv(name_.c_str()); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

  private:
    std::string name_, old_;
    bool was_set_ = false;
};

inline void write_plain(const std::filesystem::path& file, const std::string& content) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
}

inline void write_gzip(const std::filesystem::path& file, const std::string& content,
                       const char* mode = "wb") {
    std::filesystem::create_directories(file.parent_path());
    const gzFile stream = gzopen(file.c_str(), mode);
    gzwrite(stream, content.data(), static_cast<unsigned>(content.size()));
    gzclose(stream);
}

/// xz with a CRC64, through the delta filter as well when `delta` is above 0.
inline void write_xz(const std::filesystem::path& file, const std::string& content, std::uint32_t delta = 0) {
    lzma_options_lzma strong{};
    lzma_lzma_preset(&strong, 6);
    lzma_options_delta difference{};
    difference.type = LZMA_DELTA_TYPE_BYTE;
    difference.dist = delta;
    const lzma_filter both[] = {
        {LZMA_FILTER_DELTA, &difference}, {LZMA_FILTER_LZMA2, &strong}, {LZMA_VLI_UNKNOWN, nullptr}};
    std::string packed(lzma_stream_buffer_bound(content.size()), '\0');
    std::size_t size = 0;
    const lzma_ret code = lzma_stream_buffer_encode(
        const_cast<lzma_filter*>(both) + (delta == 0 ? 1 : 0), LZMA_CHECK_CRC64, nullptr,
        reinterpret_cast<const std::uint8_t*>(content.data()), content.size(),
        reinterpret_cast<std::uint8_t*>(packed.data()), &size, packed.size());
    if (code != LZMA_OK) throw std::runtime_error("xz cannot pack");
    packed.resize(size);
    write_plain(file, packed);
}

inline std::string read_plain(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Bytes that do not compress, the same on every call.
inline std::string noise(std::size_t count) {
    std::string text(count, '\0');
    std::uint32_t state = 12345;
    for (char& c : text) {
        state = state * 1664525u + 1013904223u;
        c = static_cast<char>(state >> 24);
    }
    return text;
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}
