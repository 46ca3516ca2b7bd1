#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "solvers/error.hpp"

namespace assay::solvers {

/// Host memory, OpenBLAS and the project's own kernels.
struct Cpu {
    static constexpr const char* name = "cpu";
    static void* allocate(std::size_t bytes);  ///< zeroed, 64-byte aligned; throws OutOfMemory
    static void release(void* pointer) noexcept;
    static void copy(void* to, const void* from, std::size_t bytes);
    static void upload(void* to, const void* host, std::size_t bytes) { copy(to, host, bytes); }
    static void download(void* host, const void* from, std::size_t bytes) { copy(host, from, bytes); }
    static void synchronize() {}  ///< waits for all work that was asked for; here it is done at once
};

/// One NVIDIA GPU, cuBLAS and the project's own kernels. Defined only in a build with CUDA.
struct Cuda {
    static constexpr const char* name = "cuda";
    static void* allocate(std::size_t bytes);  ///< zeroed; throws OutOfMemory
    static void release(void* pointer) noexcept;
    static void copy(void* to, const void* from, std::size_t bytes);
    static void upload(void* to, const void* host, std::size_t bytes);
    static void download(void* host, const void* from, std::size_t bytes);
    static void synchronize();  ///< waits for all work that was asked for
    /// The most bytes that arrays held at a time; 0 where the GPU's driver keeps no count.
    static std::uint64_t peak_bytes();
};

/// A matrix in the memory of one device, column-major: entry (i, j) is data()[i + j * rows()].
/// A column is a sample, an atom or a code. Owning and move-only; copies are asked for by name.
template <class Device, class T>
class Array {
  public:
    Array() = default;
    Array(std::size_t rows, std::size_t cols)
        : rows_(rows), cols_(cols), data_(static_cast<T*>(Device::allocate(rows * cols * sizeof(T)))) {}
    Array(Array&& other) noexcept { swap(other); }
    Array& operator=(Array&& other) noexcept {
        swap(other);
        return *this;
    }
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;
    ~Array() { Device::release(data_); }

    /// Uploads `host` (rows * cols values, column-major).
    static Array from_host(std::size_t rows, std::size_t cols, std::span<const T> host) {
        if (host.size() != rows * cols) {
            throw Error("an array of " + std::to_string(rows) + " x " + std::to_string(cols) +
                        " cannot be filled from " + std::to_string(host.size()) + " values");
        }
        Array result(rows, cols);
        Device::upload(result.data_, host.data(), host.size_bytes());
        return result;
    }
    std::vector<T> to_host() const {
        std::vector<T> host(size());
        Device::download(host.data(), data_, size() * sizeof(T));
        return host;
    }
    Array copy() const {
        Array result(rows_, cols_);
        Device::copy(result.data_, data_, size() * sizeof(T));
        return result;
    }
    /// A copy of columns [first, first + count).
    Array columns(std::size_t first, std::size_t count) const {
        if (first + count > cols_)
            throw Error(std::to_string(count) + " columns from column " + std::to_string(first) +
                            " on are not in an array of " + std::to_string(rows_) + " x " +
                            std::to_string(cols_),
                        "columns");
        Array result(rows_, count);
        Device::copy(result.data_, data_ + first * rows_, rows_ * count * sizeof(T));
        return result;
    }

    /// Overwrites the columns from `first` on by those of `block`.
    void set_columns(std::size_t first, const Array& block) {
        if (block.rows_ != rows_ || first + block.cols_ > cols_) {
            throw Error("a block of " + std::to_string(block.rows_) + " x " + std::to_string(block.cols_) +
                            " does not fit at column " + std::to_string(first) + " of an array of " +
                            std::to_string(rows_) + " x " + std::to_string(cols_),
                        "set_columns");
        }
        Device::copy(data_ + first * rows_, block.data_, block.size() * sizeof(T));
    }

    std::size_t rows() const { return rows_; }
    std::size_t cols() const { return cols_; }
    std::size_t size() const { return rows_ * cols_; }
    T* data() { return data_; }
    const T* data() const { return data_; }

    /// Host access, for Cpu arrays only.
    T& operator()(std::size_t i, std::size_t j) requires std::is_same_v<Device, Cpu> {
        return data_[i + j * rows_];
    }
    const T& operator()(std::size_t i, std::size_t j) const requires std::is_same_v<Device, Cpu> {
        return data_[i + j * rows_];
    }
    std::span<const T> column(std::size_t j) const& requires std::is_same_v<Device, Cpu> {
        return {data_ + j * rows_, rows_};
    }
    std::span<const T> column(std::size_t j) const&& = delete;  ///< it would outlive its array

  private:
    void swap(Array& other) noexcept {
        std::swap(rows_, other.rows_);
        std::swap(cols_, other.cols_);
        std::swap(data_, other.data_);
    }

    std::size_t rows_ = 0;
    std::size_t cols_ = 0;
    T* data_ = nullptr;
};

}  // namespace assay::solvers
