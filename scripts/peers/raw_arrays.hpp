#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "solvers/device/transfer.hpp"

/// Arrays that the two sides of a benchmark exchange: raw little-endian numbers, column-major.
namespace assay::peers {

namespace fs = std::filesystem;

template <class T>
void save(const fs::path& file, const solvers::Array<solvers::Cpu, T>& A) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(A.data()), static_cast<std::streamsize>(A.size() * sizeof(T)));
}

/// A file of From's as an array of T's. Throws Error when it has not as many.
template <class T, class From = T>
solvers::Array<solvers::Cpu, T> load(const fs::path& file, std::size_t rows, std::size_t cols) {
    std::vector<From> values(rows * cols);
    std::ifstream in(file, std::ios::binary);
    in.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(From)));
    if (!in) throw Error("cannot read the array", file.string(), "run 'prepare' first");
    return solvers::to_device<solvers::Cpu, T>(rows, cols, values);
}

}  // namespace assay::peers
