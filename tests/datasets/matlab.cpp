#include "datasets/matlab.hpp"

#include <matio.h>

#include <array>
#include <boost/test/unit_test.hpp>
#include <limits>

#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(matlab)

struct Matrix {
    std::string name;
    matio_classes kind;
    matio_types type;
    std::array<std::size_t, 2> size;
    std::string bytes;  ///< column-major
};

template <class T>
std::string bytes(std::initializer_list<T> values) {
    return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

void write(const std::filesystem::path& file, std::vector<Matrix> matrices, bool packed = true,
           mat_ft version = MAT_FT_MAT5) {
    std::filesystem::remove(file);
    mat_t* mat = Mat_CreateVer(file.c_str(), nullptr, version);
    for (Matrix& matrix : matrices) {
        matvar_t* variable = Mat_VarCreate(matrix.name.c_str(), matrix.kind, matrix.type, 2,
                                           matrix.size.data(), matrix.bytes.data(), 0);
        Mat_VarWrite(mat, variable, packed ? MAT_COMPRESSION_ZLIB : MAT_COMPRESSION_NONE);
        Mat_VarFree(variable);
    }
    Mat_Close(mat);
}

const MatlabPart part{.features = "Y", .labels = "y", .range = {1, 2}};

Matrix doubles(const std::string& name, std::array<std::size_t, 2> size,
               std::initializer_list<double> values) {
    return {name, MAT_C_DOUBLE, MAT_T_DOUBLE, size, bytes(values)};
}
const Matrix Y = doubles("Y", {3, 2}, {1, 2, 3, 4, 5, 6});
const Matrix y = doubles("y", {1, 2}, {2, 1});

std::string complaint(const std::vector<Matrix>& matrices) {
    const Scratch scratch;
    write(scratch / "a.mat", matrices);
    return message_of([&] { read_matlab<double>(scratch / "a.mat", part); });
}

BOOST_AUTO_TEST_CASE(columns_are_samples) {
    const Scratch scratch;
    for (const bool packed : {false, true}) {
        write(scratch / "a.mat", {Y, y}, packed);
        const auto set = read_matlab<double>(scratch / "a.mat", part);
        BOOST_TEST(set.dimension == 3u);
        BOOST_TEST(set.classes == 2u);
        BOOST_TEST(set.values == (std::vector<double>{1, 2, 3, 4, 5, 6}), boost::test_tools::per_element());
        BOOST_TEST(set.labels == (std::vector<std::uint32_t>{1, 0}), boost::test_tools::per_element());
    }
    write_xz(scratch / "a.mat.xz", read_plain(scratch / "a.mat"));
    BOOST_TEST(read_matlab<float>(scratch / "a.mat.xz", part).values[5] == 6.0F);
}

BOOST_AUTO_TEST_CASE(or_rows_are_and_bytes_are_grey_values) {
    const Scratch scratch;
    write(scratch / "a.mat",
          {{"fea", MAT_C_UINT8, MAT_T_UINT8, {2, 3}, bytes<std::uint8_t>({0, 51, 102, 153, 204, 255})},
           {"gnd", MAT_C_INT32, MAT_T_INT32, {2, 1}, bytes<std::int32_t>({1, 2})}});
    const auto set = read_matlab<double>(
        scratch / "a.mat",
        {.features = "fea", .labels = "gnd", .sample_rows = true, .range = {1, 2}, .white = 255});
    BOOST_TEST(set.dimension == 3u);
    BOOST_TEST(set.values == (std::vector<double>{0, 0.4, 0.8, 0.2, 0.6, 1}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_missing_or_of_another_kind_is_named) {
    BOOST_TEST(contains(complaint({Y}), "a.mat: there is no variable y; found Y"));
    BOOST_TEST(contains(complaint({y}), "a.mat: there is no variable Y; found y"));
    BOOST_TEST(contains(complaint({Y, {"y", MAT_C_CHAR, MAT_T_UTF8, {1, 2}, "ab"}}),
                        "a.mat: y: holds something else; expected a full matrix of real numbers"));
    BOOST_TEST(contains(complaint({Y, doubles("y", {2, 2}, {1, 1, 1, 1})}),
                        "a.mat: y: is 2 x 2; expected one row or one"));
    BOOST_TEST(contains(complaint({Y, doubles("y", {1, 3}, {1, 1, 1})}), "a.mat: y: has 3 labels, but"));
    BOOST_TEST(contains(complaint({Y, doubles("y", {1, 2}, {1, 3})}), "a.mat: y: the label of sample 1"));
    BOOST_TEST(contains(complaint({doubles("Y", {0, 0}, {}), y}), "a.mat: Y: is empty"));
    BOOST_TEST(contains(
        complaint({doubles("Y", {3, 2}, {1, 2, 3, 4, std::numeric_limits<double>::infinity(), 6}), y}),
        "a.mat: Y: row 1 of column 1 is inf"));
}

BOOST_AUTO_TEST_CASE(what_is_no_matlab_file_is_said) {
    const Scratch scratch;
    write_plain(scratch / "a.mat", noise(3000));
    const auto said = [&] { return message_of([&] { read_matlab<double>(scratch / "a.mat", part); }); };
    BOOST_TEST(contains(said(), "a.mat: is no MATLAB file of version 5"));
    write_plain(scratch / "a.mat", "");
    BOOST_TEST(contains(said(), "a.mat: is no MATLAB file of version 5"));
    write(scratch / "a.mat", {Y, y}, false, MAT_FT_MAT73);
    BOOST_TEST(contains(said(), "a.mat: is a MATLAB file of version 7.3, that is HDF5"));
    BOOST_TEST(contains(message_of([&] { read_matlab<double>(scratch / "none.mat", part); }),
                        "none.mat: cannot be opened"));
}

BOOST_AUTO_TEST_CASE(every_cut_is_noticed) {
    const Scratch scratch;
    std::string values;
    for (const char byte : noise(600)) {
        const auto value = static_cast<double>(byte);
        values.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    for (const bool packed : {false, true}) {
        write(scratch / "whole.mat", {y, {"Y", MAT_C_DOUBLE, MAT_T_DOUBLE, {300, 2}, values}}, packed);
        const std::string whole = read_plain(scratch / "whole.mat");
        BOOST_TEST(read_matlab<double>(scratch / "whole.mat", part).count() == 2u);
        for (std::size_t length = 0; length < whole.size(); length += length + 20 < whole.size() ? 17 : 1) {
            write_plain(scratch / "cut.mat", whole.substr(0, length));
            const std::string said = message_of([&] { read_matlab<double>(scratch / "cut.mat", part); });
            BOOST_TEST(contains(said, "cut.mat: "), "cut after " << length << " of " << whole.size());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
