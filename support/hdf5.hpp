#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The one place that speaks HDF5. Result files are built and read in memory: the disk is left to code that
/// checks every write, and bytes reach HDF5's parser only after their checksum was verified. Large files of
/// others are read where they lie. Every return code is checked; an Error carries HDF5's own message.
namespace assay::h5 {

/// An attribute's value.
using Value = std::variant<bool, std::int64_t, double, std::string>;

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
    /// The same as 32-bit floats.
    void numbers(const std::string& path, const std::vector<std::size_t>& shape,
                 std::span<const float> values);
    /// Closes the file and returns its bytes; the writer must not be used afterwards.
    std::string finish();

  private:
    template <class T>
    void put_numbers(const std::string& path, const std::vector<std::size_t>& shape,
                     std::span<const T> values);

    std::unique_ptr<std::string> bytes_;  ///< what closing leaves; outlives the file
    Handle file_;
};

/// What a data set holds, known before any of it is read.
struct Facts {
    enum class Kind { integer, real, other };
    Kind kind = Kind::other;
    std::string type;       ///< for messages: "32-bit float"
    std::size_t bytes = 0;  ///< of one value
    std::vector<std::size_t> shape;
    std::size_t chunk_rows = 1;  ///< rows of the first axis that are stored, and so must be read, together
};

class Reader {
  public:
    /// A file given by its bytes, which must outlive the reader.
    explicit Reader(std::string_view bytes);
    /// A file on the disk, of which only what is asked for comes to memory.
    static Reader of_file(const std::filesystem::path& file);

    /// Names of the objects in a group, sorted.
    std::vector<std::string> names(const std::string& group) const;
    std::map<std::string, Value> attributes(const std::string& object) const;
    std::uint64_t unsigned_attribute(const std::string& object, const std::string& name) const;
    std::string text(const std::string& path) const;
    std::vector<double> numbers(const std::string& path, std::vector<std::size_t>& shape) const;

    /// A whole number of any number type (MATLAB writes doubles), where the object has an attribute of this
    /// name.
    std::optional<std::int64_t> whole_attribute(const std::string& object, const std::string& name) const;
    /// Whether there is a data set of this name in the root group.
    bool has_data(const std::string& name) const;
    /// Throws Error when the values lie outside this file (external, linked or virtual storage).
    Facts facts(const std::string& path) const;
    /// Rows `first` to `first + rows` of the first axis, row-major, converted to T (float or double).
    /// `values` must have room for all of them.
    template <class T>
    void read_rows(const std::string& path, std::size_t first, std::size_t rows, std::span<T> values) const;

  private:
    explicit Reader(Handle file) : file_(std::move(file)) {}
    Handle file_;
};

extern template void Reader::read_rows(const std::string&, std::size_t, std::size_t, std::span<float>) const;
extern template void Reader::read_rows(const std::string&, std::size_t, std::size_t, std::span<double>) const;

}  // namespace assay::h5
