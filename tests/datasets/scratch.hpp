#pragma once

#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
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
