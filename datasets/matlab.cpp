#include "datasets/matlab.hpp"

#include <fmt/format.h>
#include <matio.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

#include "datasets/packed.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

struct Free {
    void operator()(mat_t* file) const { Mat_Close(file); }
    void operator()(matvar_t* variable) const { Mat_VarFree(variable); }
};
using MatFile = std::unique_ptr<mat_t, Free>;
using Variable = std::unique_ptr<matvar_t, Free>;

/// matio hands out whatever lies in memory for what a cut-off file lacks. A file is 128 bytes of header,
/// which end with the version and the letters IM (little-endian) or MI, and elements: type, length, content.
void require_whole(const fs::path& content, const fs::path& file) {
    constexpr std::size_t header = 128;
    std::ifstream stream(content, std::ios::binary);
    std::array<unsigned char, header> start{};
    stream.read(reinterpret_cast<char*>(start.data()), start.size());
    const bool little = start[header - 2] == 'I';
    const std::uint64_t size = fs::file_size(content);
    std::uint64_t end = header;
    for (std::array<unsigned char, 8> tag{}; end < size; end += tag.size()) {
        stream.seekg(static_cast<std::streamoff>(end));
        if (!stream.read(reinterpret_cast<char*>(tag.data()), tag.size())) break;
        for (std::uint64_t i = 0; i < 4; ++i) end += std::uint64_t{tag[4 + i]} << 8 * (little ? i : 3 - i);
    }
    if (!stream || end != size)
        throw Error(
            fmt::format("is damaged or cut off: it has {} bytes where its elements end at {}", size, end),
            file.string(), "delete it and get it again");
}

MatFile open(const UnpackedFile& content, const fs::path& file) {
    MatFile mat(Mat_Open(content.path().c_str(), MAT_ACC_RDONLY));
    if (mat && Mat_GetVersion(mat.get()) == MAT_FT_MAT73)
        throw Error("is a MATLAB file of version 7.3, that is HDF5; expected version 5", file.string(),
                    "save it with -v7, or read it as a feature file");
    if (!mat || Mat_GetVersion(mat.get()) != MAT_FT_MAT5)
        throw Error("is no MATLAB file of version 5", file.string(), "save it with -v7");
    require_whole(content.path(), file);
    return mat;
}

std::string names_in(mat_t* mat) {
    std::size_t count = 0;
    char* const* names = Mat_GetDir(mat, &count);
    std::string text;
    for (std::size_t i = 0; names != nullptr && i < count; ++i)
        text += (i == 0 ? "" : ", ") + std::string(names[i]);
    return text.empty() ? "nothing" : text;
}

/// The values of a real matrix as `Number`, in MATLAB's column-major order.
template <class Number>
std::vector<Number> numbers(const matvar_t& variable, const std::string& where) {
    const std::size_t count = variable.dims[0] * variable.dims[1];
    std::vector<Number> values(count);
    const auto copy = [&]<class Stored>(const Stored* from) {
        std::transform(from, from + count, values.begin(),
                       [](Stored value) { return static_cast<Number>(value); });
    };
    switch (variable.data_type) {
        case MAT_T_DOUBLE:
            copy(static_cast<const double*>(variable.data));
            break;
        case MAT_T_SINGLE:
            copy(static_cast<const float*>(variable.data));
            break;
        case MAT_T_UINT8:
            copy(static_cast<const std::uint8_t*>(variable.data));
            break;
        case MAT_T_INT8:
            copy(static_cast<const std::int8_t*>(variable.data));
            break;
        case MAT_T_UINT16:
            copy(static_cast<const std::uint16_t*>(variable.data));
            break;
        case MAT_T_INT16:
            copy(static_cast<const std::int16_t*>(variable.data));
            break;
        case MAT_T_UINT32:
            copy(static_cast<const std::uint32_t*>(variable.data));
            break;
        case MAT_T_INT32:
            copy(static_cast<const std::int32_t*>(variable.data));
            break;
        default:
            throw Error("holds values of an unknown type", where);
    }
    return values;
}

Variable read_variable(mat_t* mat, const std::string& name, const fs::path& file) {
    const std::string where = file.string() + ": " + name;
    Variable variable(Mat_VarReadInfo(mat, name.c_str()));
    if (!variable)
        throw Error(fmt::format("there is no variable {}; found {}", name, names_in(mat)), file.string());
    const bool number = variable->class_type >= MAT_C_DOUBLE && variable->class_type <= MAT_C_UINT32;
    if (!number || variable->isComplex != 0)
        throw Error("holds something else; expected a full matrix of real numbers", where);
    if (variable->rank != 2)
        throw Error(fmt::format("has {} axes; expected a matrix", variable->rank), where);
    Mat_Rewind(mat);
    variable.reset(Mat_VarRead(mat, name.c_str()));
    if (!variable || (variable->data == nullptr && variable->dims[0] * variable->dims[1] != 0))
        throw Error("cannot be read: the file is damaged or cut off", where, "delete it and get it again");
    return variable;
}

template <class T>
std::vector<T> transposed(const std::vector<T>& matrix, std::size_t rows, std::size_t columns) {
    std::vector<T> result(matrix.size());
    for (std::size_t j = 0; j < columns; ++j)
        for (std::size_t i = 0; i < rows; ++i) result[i * columns + j] = matrix[j * rows + i];
    return result;
}

}  // namespace

template <class T>
LabelledFeatures<T> read_matlab(const fs::path& file, const MatlabPart& part) {
    const UnpackedFile content(file);
    const MatFile mat = open(content, file);
    const Origin origin{file.string() + ": " + part.features, file.string() + ": " + part.labels};
    const Variable labels = read_variable(mat.get(), part.labels, file);
    if (std::min(labels->dims[0], labels->dims[1]) != 1)
        throw Error(fmt::format("is {} x {}; expected one row or one column of labels", labels->dims[0],
                                labels->dims[1]),
                    origin.labels);
    const Variable matrix = read_variable(mat.get(), part.features, file);
    const std::size_t rows = matrix->dims[0], columns = matrix->dims[1];
    const std::size_t dimension = part.sample_rows ? columns : rows;
    feature_entries(dimension, part.sample_rows ? rows : columns, origin);
    std::vector<T> values = numbers<T>(*matrix, origin.features);
    if (part.sample_rows) values = transposed(values, rows, columns);
    for (T& value : values) value /= static_cast<T>(part.white);
    return labelled_features(std::move(values), dimension, numbers<double>(*labels, origin.labels),
                             part.range, origin);
}

template LabelledFeatures<float> read_matlab(const fs::path&, const MatlabPart&);
template LabelledFeatures<double> read_matlab(const fs::path&, const MatlabPart&);

}  // namespace assay::datasets
