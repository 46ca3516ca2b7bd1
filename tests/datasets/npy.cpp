#include "datasets/npy.hpp"

#include <bit>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(npy)

std::string dictionary(const std::string& type, const std::string& shape,
                       const std::string& order = "False") {
    return "{'descr': '" + type + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

/// The bytes before the values, in version 1 or 2 of the format.
std::string start(const std::string& header, char version = 1) {
    std::string text("\x93NUMPY");
    text += version;
    text += '\0';
    for (int byte = 0; byte < (version == 1 ? 2 : 4); ++byte)
        text += static_cast<char>(header.size() >> 8 * byte);
    return text + header;
}

template <class T>
std::string bytes(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

NpyArray<double> read(const std::string& content) {
    const Scratch scratch;
    write_plain(scratch / "a.npy", content);
    return read_npy<double>(scratch / "a.npy");
}

std::string complaint(const std::string& content) {
    return message_of([&] { read(content); });
}

// 2 x 3: 1, -2, 0.5, the largest finite half, the smallest one, 0.
const std::vector<std::uint16_t> halves{0x3c00, 0xc000, 0x3800, 0x7bff, 0x0001, 0x0000};

BOOST_AUTO_TEST_CASE(every_half_is_the_number_that_its_fields_say) {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        const int exponent = half >> 10 & 31, fraction = half & 0x3ff;
        const double sign = (half & 0x8000) != 0 ? -1 : 1;
        const float value = half_to_float(half);
        if (exponent == 31 && fraction != 0) {
            BOOST_REQUIRE(std::isnan(value));
            continue;
        }
        const double expected = exponent == 31  ? sign * INFINITY
                                : exponent == 0 ? sign * std::ldexp(fraction, -24)
                                                : sign * std::ldexp(1024 + fraction, exponent - 25);
        BOOST_REQUIRE(static_cast<double>(value) == expected);
        BOOST_REQUIRE(std::signbit(value) == (sign < 0));
    }
}

BOOST_AUTO_TEST_CASE(all_types_and_versions_and_packings_are_read) {
    const std::vector<double> expected{1, -2, 0.5, 65504, std::ldexp(1, -24), 0};
    const Scratch scratch;
    for (const char version : {'\1', '\2', '\3'}) {
        const std::string content = start(dictionary("<f2", "(2, 3)"), version) + bytes(halves);
        write_plain(scratch / "a.npy", content);
        write_xz(scratch / "a.npy.xz", content, 2);
        for (const char* name : {"a.npy", "a.npy.xz"}) {
            const auto array = read_npy<float>(scratch / name);
            BOOST_TEST(array.shape == (std::vector<std::size_t>{2, 3}), boost::test_tools::per_element());
            BOOST_TEST(std::vector<double>(array.values.begin(), array.values.end()) == expected,
                       boost::test_tools::per_element());
        }
    }
    const auto single = read(start(dictionary("<f4", "(3,)")) + bytes<float>({1.5F, -3, 1e-30F}));
    BOOST_TEST(single.values == (std::vector<double>{1.5, -3, static_cast<double>(1e-30F)}),
               boost::test_tools::per_element());
    BOOST_TEST(single.shape.size() == 1u);
    const auto byte = read(start(dictionary("|u1", "(4,)")) + std::string("\x00\x01\x80\xff", 4));
    BOOST_TEST(byte.values == (std::vector<double>{0, 1, 128, 255}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(more_values_than_a_block_come_out_whole) {
    std::vector<float> values(1'100'000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    const auto array = read(start(dictionary("<f4", "(1100000,)")) + bytes(values));
    BOOST_TEST((array.values == std::vector<double>(values.begin(), values.end())));
}

BOOST_AUTO_TEST_CASE(every_cut_is_noticed) {
    const std::string whole = start(dictionary("<f2", "(2, 3)")) + bytes(halves);
    BOOST_TEST(complaint(whole).empty());
    for (std::size_t length = 0; length < whole.size(); ++length)
        BOOST_TEST(contains(complaint(whole.substr(0, length)), "a.npy: "), "cut after " << length);
    BOOST_TEST(contains(complaint(whole.substr(0, whole.size() - 2)), "is cut off: 5 of 6 values"));
    BOOST_TEST(contains(complaint(whole + "x"), "goes on after its 6 values"));
}

BOOST_AUTO_TEST_CASE(malformed_files_say_what_is_wrong) {
    const std::string values = bytes(halves);
    BOOST_TEST(contains(complaint("PK\x03\x04 this is a .npz"), "is no .npy file"));
    BOOST_TEST(
        contains(complaint(start(dictionary("<f2", "(2, 3)"), 9) + values), "version 9; expected 1 to 3"));
    BOOST_TEST(contains(complaint(start(dictionary("<i8", "(2,)")) + values),
                        "type '<i8'; expected '<f2', '<f4' or '|u1'"));
    BOOST_TEST(contains(complaint(start(dictionary(">f2", "(2, 3)")) + values), "type '>f2'"));
    BOOST_TEST(
        contains(complaint(start(dictionary("<f2", "(2, 3)", "True")) + values), "is in Fortran order"));
    BOOST_TEST(contains(complaint(start(dictionary("<f2", "(0, 3)"))), "is empty: its shape is (0, 3)"));
    BOOST_TEST(
        contains(complaint(start(dictionary("<f2", "(99999999, 99999999)"))), "more than 2^33 values"));
    BOOST_TEST(
        contains(complaint(start(dictionary("<f4", "(99999999,)")) + values), "is cut off: 3 of 99999999"));
    for (const char* header :
         {"{'descr': '<f2'}", "{'descr': '<f2', 'fortran_order': False, 'shape': (2; 3), }",
          "{'descr': '<f2', 'fortran_order': False, 'shape': (-2, 3), }",
          "{'descr': '<f2', 'fortran_order': False, 'shape': 6, }",
          "{'descr': [('a', '<f2')], 'fortran_order': False, 'shape': (6,), }"})
        BOOST_TEST(contains(complaint(start(header) + values), "has a damaged header"), header);
}

BOOST_AUTO_TEST_CASE(rows_become_columns_with_labels) {
    const Scratch scratch;
    write_plain(scratch / "x.npy", start(dictionary("<f2", "(2, 3)")) + bytes(halves));
    write_plain(scratch / "y.npy", start(dictionary("|u1", "(2,)")) + "\x01\x02");
    const auto set = read_npy_features<float>(scratch / "x.npy", scratch / "y.npy", {1, 2});
    BOOST_TEST(set.dimension == 3u);
    BOOST_TEST(set.count() == 2u);
    BOOST_TEST(set.values[3] == 65504.0F);
    BOOST_TEST(set.labels[1] == 1u);
    const auto refused = [&](const std::string& x, const std::string& y) {
        return message_of([&] { read_npy_features<float>(scratch / x, scratch / y, {1, 2}); });
    };
    BOOST_TEST(contains(refused("y.npy", "y.npy"), "y.npy: has 1 axes; expected 2"));
    BOOST_TEST(contains(refused("x.npy", "x.npy"), "x.npy: has 2 axes; expected 1"));
    write_plain(scratch / "few.npy", start(dictionary("|u1", "(1,)")) + "\x01");
    BOOST_TEST(contains(refused("x.npy", "few.npy"), "few.npy: has 1 labels, but"));
}

BOOST_AUTO_TEST_SUITE_END()
