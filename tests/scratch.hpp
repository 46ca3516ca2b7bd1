#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace assay::testing {

/// A folder of its own for one test, gone at its end.
struct Scratch {
    Scratch() {
        // mkdtemp puts letters of its own in place of six X.
        std::string name =
            (std::filesystem::temp_directory_path() / "assay-test-").string() + std::string(6, 'X');
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
        path = name;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return path / name; }

    std::filesystem::path path;
};

}  // namespace assay::testing
