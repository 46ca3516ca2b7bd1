#include "datasets/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "datasets/packed.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "values are taken over as they lie in the file");

namespace {

constexpr std::uint64_t kLargest = std::uint64_t{1} << 33;  // values; a header that asks for more is damaged
constexpr std::size_t kBlock = std::size_t{1} << 20;

[[noreturn]] void refuse(const fs::path& file, const std::string& what) {
    throw Error(what, file.string(), "save it again with numpy.save, as float16, float32 or uint8");
}

struct Header {
    std::string type;
    bool fortran = false;
    std::vector<std::size_t> shape;
};

/// What follows `'key': ` in the header's dictionary; nothing when the key is not there.
std::optional<std::string_view> value_of(std::string_view text, std::string_view key) {
    const std::string quoted = fmt::format("'{}':", key);
    const std::size_t at = text.find(quoted);
    if (at == std::string_view::npos) return std::nullopt;
    text.remove_prefix(at + quoted.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text;
}

/// "(3, 4)", "(3,)"; nothing when it is something else.
std::optional<std::vector<std::size_t>> shape_of(std::string_view text) {
    const std::size_t end = text.find(')');
    if (!text.starts_with('(') || end == std::string_view::npos) return std::nullopt;
    text = text.substr(1, end - 1);
    std::vector<std::size_t> shape;
    while (!text.empty()) {
        std::size_t axis = 0;
        const auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(), axis);
        if (code != std::errc()) return std::nullopt;
        shape.push_back(axis);
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        if (!text.empty() && text.front() != ',') return std::nullopt;
        text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
    }
    return shape;
}

/// The dictionary that NumPy writes: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
Header parse(std::string_view text, const fs::path& file) {
    const auto descr = value_of(text, "descr"), order = value_of(text, "fortran_order"),
               shape = value_of(text, "shape");
    if (!descr || !order || !shape || !descr->starts_with('\'')) refuse(file, "has a damaged header");
    Header header;
    header.type = descr->substr(1, descr->find('\'', 1) - 1);
    header.fortran = order->starts_with("True");
    if (const auto axes = shape_of(*shape))
        header.shape = *axes;
    else
        refuse(file, "has a damaged header");
    return header;
}

Header read_header(PackedReader& reader, const fs::path& file) {
    constexpr std::string_view magic = "\x93NUMPY";
    std::array<std::uint8_t, 8> start{};
    if (reader.read(start) != start.size() ||
        !std::equal(magic.begin(), magic.end(), start.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }))
        refuse(file, "is no .npy file: it does not begin with \\x93NUMPY");
    // Version 1 counts the header's bytes with 16 bits, versions 2 and 3 with 32.
    const std::size_t width = start[6] == 1 ? 2 : 4;
    if (start[6] < 1 || start[6] > 3)
        refuse(file, fmt::format("has the .npy version {}; expected 1 to 3", start[6]));
    std::array<std::uint8_t, 4> length{};
    if (reader.read(std::span(length).first(width)) != width) refuse(file, "ends within its header");
    std::string text(std::bit_cast<std::uint32_t>(length), '\0');
    if (text.size() > kBlock) refuse(file, "has a damaged header");
    if (reader.read({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}) != text.size())
        refuse(file, "ends within its header");
    return parse(text, file);
}

std::size_t entries(const Header& header, const fs::path& file) {
    std::uint64_t count = 1;
    for (const std::size_t axis : header.shape) {
        if (axis == 0)
            refuse(file, fmt::format("is empty: its shape is ({})", fmt::join(header.shape, ", ")));
        if (axis > kLargest / count) refuse(file, "says that it holds more than 2^33 values");
        count *= axis;
    }
    return count;
}

/// Reads `count` values of the type that `Stored` and `convert` stand for. Memory grows only as content
/// arrives: the header is not believed.
template <class T, class Stored, class Convert>
std::vector<T> read_values(PackedReader& reader, std::size_t count, const fs::path& file, Convert convert) {
    std::vector<T> values;
    std::vector<Stored> block(std::min(count, kBlock));
    while (values.size() < count) {
        const std::size_t wanted = std::min(block.size(), count - values.size());
        const std::size_t got =
            reader.read({reinterpret_cast<std::uint8_t*>(block.data()), wanted * sizeof(Stored)});
        if (got != wanted * sizeof(Stored))
            refuse(file,
                   fmt::format("is cut off: {} of {} values", values.size() + got / sizeof(Stored), count));
        std::transform(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(wanted),
                       std::back_inserter(values), convert);
    }
    std::uint8_t more = 0;
    if (reader.read({&more, 1}) != 0) refuse(file, fmt::format("goes on after its {} values", count));
    return values;
}

}  // namespace

float half_to_float(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
    const std::uint32_t magnitude = bits & 0x7fffu;
    // Shifted to float's place the exponent's bias is short by 112, which a product with 2^112 mends, for
    // subnormal numbers as well; NaN and infinity keep their pattern.
    if (magnitude >= 0x7c00u) return std::bit_cast<float>(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
    return std::bit_cast<float>(sign | magnitude << 13) * 0x1p112F;
}

template <class T>
NpyArray<T> read_npy(const fs::path& file) {
    PackedReader reader(file);
    const Header header = read_header(reader, file);
    if (header.fortran) refuse(file, "is in Fortran order; expected C order (numpy.ascontiguousarray)");
    const std::size_t count = entries(header, file);
    NpyArray<T> array{header.shape, {}};
    if (header.type == "<f2")
        array.values = read_values<T, std::uint16_t>(
            reader, count, file, [](std::uint16_t v) { return static_cast<T>(half_to_float(v)); });
    else if (header.type == "<f4")
        array.values = read_values<T, float>(reader, count, file, [](float v) { return static_cast<T>(v); });
    else if (header.type == "|u1")
        array.values = read_values<T, std::uint8_t>(reader, count, file,
                                                    [](std::uint8_t v) { return static_cast<T>(v); });
    else
        refuse(file, fmt::format("holds values of type '{}'; expected '<f2', '<f4' or '|u1'", header.type));
    return array;
}

template <class T>
LabelledFeatures<T> read_npy_features(const fs::path& features, const fs::path& labels,
                                      const ClassRange& range) {
    NpyArray<T> matrix = read_npy<T>(features);
    if (matrix.shape.size() != 2)
        refuse(features, fmt::format("has {} axes; expected 2: samples, features", matrix.shape.size()));
    const NpyArray<double> classes = read_npy<double>(labels);
    if (classes.shape.size() != 1)
        refuse(labels, fmt::format("has {} axes; expected 1: samples", classes.shape.size()));
    return labelled_features(std::move(matrix.values), matrix.shape[1], classes.values, range,
                             Origin{features.string(), labels.string()});
}

template NpyArray<float> read_npy(const fs::path&);
template NpyArray<double> read_npy(const fs::path&);
template LabelledFeatures<float> read_npy_features(const fs::path&, const fs::path&, const ClassRange&);
template LabelledFeatures<double> read_npy_features(const fs::path&, const fs::path&, const ClassRange&);

}  // namespace assay::datasets
