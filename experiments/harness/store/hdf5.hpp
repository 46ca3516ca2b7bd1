#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/harness/experiment.hpp"

/// The one place that speaks HDF5. Files are built and read in memory: the disk is left to code that checks
/// every write, and bytes reach HDF5's parser only after their checksum was verified. Every return code is
/// checked; an Error carries HDF5's own message.
namespace assay::harness::h5 {

/// The library's version, "1.10.8".
std::string library_version();

/// An open object of HDF5 with the function that closes it.
class Handle {
  public:
    using Close = int (*)(std::int64_t);
    Handle(std::int64_t id, Close closer, std::string_view what);
    Handle(Handle&& other) noexcept;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    Handle& operator=(Handle&&) = delete;
    ~Handle();
    std::int64_t get() const { return id_; }
    void close();  ///< throws Error when HDF5 reports a failure

  private:
    std::int64_t id_;
    Close close_;
};

/// Builds a file.
class Writer {
  public:
    Writer();
    void group(const std::string& path);
    void attribute(const std::string& object, const std::string& name, const Value& value);
    void attribute(const std::string& object, const std::string& name, std::uint64_t value);
    void text(const std::string& path, const std::string& text);
    /// A data set of doubles, row-major; Fletcher-32, NaN as fill value; shuffled and deflated above 1 kB.
    void numbers(const std::string& path, const std::vector<std::size_t>& shape,
                 std::span<const double> values);
    /// Closes the file and returns its bytes; the writer must not be used afterwards.
    std::string finish();

  private:
    std::unique_ptr<std::string> bytes_;  ///< what closing leaves; outlives the file
    Handle file_;
};

/// Reads a file from its bytes, which must outlive the reader.
class Reader {
  public:
    explicit Reader(std::string_view bytes);
    /// Names of the objects in a group, sorted.
    std::vector<std::string> names(const std::string& group) const;
    std::map<std::string, Value> attributes(const std::string& object) const;
    std::uint64_t unsigned_attribute(const std::string& object, const std::string& name) const;
    std::string text(const std::string& path) const;
    std::vector<double> numbers(const std::string& path, std::vector<std::size_t>& shape) const;

  private:
    Handle file_;
};

}  // namespace assay::harness::h5
