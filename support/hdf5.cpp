#include "support/hdf5.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "solvers/error.hpp"

namespace assay::h5 {

static_assert(std::is_same_v<hid_t, std::int64_t> && std::is_same_v<herr_t, int>);

namespace {

constexpr std::size_t compress_above = 1024;  // bytes; below, a deflate header costs what it saves
constexpr std::size_t chunk_bytes = std::size_t{1} << 20;  // HDF5's chunk cache holds one of these
constexpr std::size_t growth_bytes = 4096;  // of a file in memory, and so the granularity of its size
constexpr unsigned deflate_level = 6;

/// Collects the innermost descriptions of HDF5's error stack.
std::string error_stack() {
    std::string text;
    const auto collect = [](unsigned, const H5E_error2_t* entry, void* out) -> herr_t {
        auto& joined = *static_cast<std::string*>(out);
        if (entry->desc != nullptr && joined.size() < 400)
            joined += (joined.empty() ? "" : " < ") + std::string(entry->desc);
        return 0;
    };
    if (H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &text) < 0) return "no reason given";
    return text;
}

[[noreturn]] void fail(std::string_view what) {
    throw Error("HDF5: " + std::string(what) + " failed: " + error_stack());
}

void check(herr_t code, std::string_view what) {
    if (code < 0) fail(what);
}

void silence() {
    static const herr_t code = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    check(code, "switching off its error printing");
}

Handle property_list(hid_t kind) {
    return {H5Pcreate(kind), H5Pclose, "creating a property list"};
}

Handle string_type(std::size_t size) {
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "creating a string type");
    check(H5Tset_size(type.get(), std::max<std::size_t>(size, 1)), "sizing a string type");
    check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), "padding a string type");
    check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "setting UTF-8");
    return type;
}

Handle bool_type() {
    Handle type(H5Tenum_create(H5T_STD_I8LE), H5Tclose, "creating the boolean type");
    const std::array<std::int8_t, 2> values{0, 1};
    check(H5Tenum_insert(type.get(), "FALSE", &values[0]), "creating the boolean type");
    check(H5Tenum_insert(type.get(), "TRUE", &values[1]), "creating the boolean type");
    return type;
}

/// Hooks of the core driver's memory: plain malloc, but on closing the buffer's bytes are kept.
/// H5Fget_file_image, made for this, leaves a superblock with a wrong checksum in library 1.10.
struct Capture {
    static void* allocate(size_t size, H5FD_file_image_op_t, void*) { return std::malloc(size); }
    static void* copy(void* to, const void* from, size_t size, H5FD_file_image_op_t, void*) {
        return std::memcpy(to, from, size);
    }
    static void* resize(void* pointer, size_t size, H5FD_file_image_op_t, void*) {
        return std::realloc(pointer, size);
    }
    static herr_t release(void* pointer, H5FD_file_image_op_t when, void* user) {
        auto& kept = *static_cast<std::string*>(user);
        if (when == H5FD_FILE_IMAGE_OP_FILE_CLOSE) std::memcpy(kept.data(), pointer, kept.size());
        std::free(pointer);
        return 0;
    }
    static void* same_user(void* user) { return user; }
    static herr_t leave_user(void*) { return 0; }
};

Handle access_list() {
    silence();
    Handle access = property_list(H5P_FILE_ACCESS);
    check(H5Pset_fapl_core(access.get(), growth_bytes, false), "choosing the core driver");
    // The 1.10 format indexes a single chunk in its header; the older one spends 2 kB on each data set.
    check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_V110, H5F_LIBVER_V110), "choosing the format");
    return access;
}

Handle create_file(std::string* kept) {
    const Handle access = access_list();
    H5FD_file_image_callbacks_t hooks{
        Capture::allocate,   Capture::copy, Capture::resize, Capture::release, Capture::same_user,
        Capture::leave_user, kept};
    check(H5Pset_file_image_callbacks(access.get(), &hooks), "watching the file's memory");
    Handle creation = property_list(H5P_FILE_CREATE);
    check(H5Pset_obj_track_times(creation.get(), false), "switching off object times");
    return {H5Fcreate("assay.h5", H5F_ACC_TRUNC, creation.get(), access.get()), H5Fclose, "creating a file"};
}

Handle open_file(std::string_view bytes) {
    const Handle access = access_list();
    check(H5Pset_file_image(access.get(), const_cast<char*>(bytes.data()), bytes.size()),
          "taking over the bytes");
    return {H5Fopen("assay.h5", H5F_ACC_RDONLY, access.get()), H5Fclose, "opening the file"};
}

/// Writes one attribute of `memory` type from `data`.
void put_attribute(hid_t file, const std::string& object, const std::string& name, hid_t stored, hid_t memory,
                   const void* data) {
    Handle target(H5Oopen(file, object.c_str(), H5P_DEFAULT), H5Oclose, "opening " + object);
    Handle space(H5Screate(H5S_SCALAR), H5Sclose, "creating a scalar");
    Handle attribute(H5Acreate2(target.get(), name.c_str(), stored, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                     H5Aclose, "creating the attribute " + name);
    check(H5Awrite(attribute.get(), memory, data), "writing the attribute " + name);
    attribute.close();
    target.close();
}

std::vector<hsize_t> chunk_shape(const std::vector<std::size_t>& shape) {
    std::vector<hsize_t> chunk(shape.begin(), shape.end());
    std::size_t bytes = sizeof(double);
    for (const std::size_t extent : shape) bytes *= extent;
    // The slowest axes are cut first, so that a chunk stays one contiguous piece of the data.
    for (std::size_t axis = 0; axis < chunk.size() && bytes > chunk_bytes; ++axis) {
        const std::size_t inner = bytes / chunk[axis];
        chunk[axis] = std::max<std::size_t>(1, chunk_bytes / std::max<std::size_t>(inner, 1));
        bytes = inner * chunk[axis];
    }
    return chunk;
}

Value read_string(hid_t object, hid_t type, std::string_view what, bool attribute) {
    if (H5Tis_variable_str(type) != 0)
        throw Error("HDF5: " + std::string(what) + " is a variable-length text");
    std::string text(H5Tget_size(type), '\0');
    const Handle memory = string_type(text.size());
    check(attribute ? H5Aread(object, memory.get(), text.data())
                    : H5Dread(object, memory.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()),
          "reading " + std::string(what));
    text.resize(text.find_last_not_of('\0') + 1);
    return text;
}

Value read_attribute(hid_t attribute, const std::string& name) {
    Handle type(H5Aget_type(attribute), H5Tclose, "reading the type of " + name);
    switch (H5Tget_class(type.get())) {
        case H5T_STRING:
            return read_string(attribute, type.get(), name, true);
        case H5T_ENUM: {
            const Handle memory = bool_type();
            std::int8_t value = 0;
            check(H5Aread(attribute, memory.get(), &value), "reading " + name);
            return value != 0;
        }
        case H5T_INTEGER: {
            std::int64_t value = 0;
            check(H5Aread(attribute, H5T_NATIVE_INT64, &value), "reading " + name);
            return value;
        }
        case H5T_FLOAT: {
            double value = 0;
            check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value), "reading " + name);
            return value;
        }
        default:
            throw Error("HDF5: the attribute " + name + " has an unexpected type");
    }
}

std::vector<std::size_t> shape_of(hid_t space, std::string_view what) {
    const int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0) fail("reading the shape of " + std::string(what));
    std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
    if (H5Sget_simple_extent_dims(space, extent.data(), nullptr) < 0)
        fail("reading the shape of " + std::string(what));
    return {extent.begin(), extent.end()};
}

/// Opened files, too, have the name of the one on the disk.
std::string file_name(hid_t file) {
    std::string name(static_cast<std::size_t>(std::max<ssize_t>(H5Fget_name(file, nullptr, 0), 0)), '\0');
    if (H5Fget_name(file, name.data(), name.size() + 1) < 0) fail("asking for the name of a file");
    return name;
}

Handle open_data(hid_t file, const std::string& path) {
    return {H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, "opening " + path};
}

}  // namespace

std::string library_version() {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    check(H5get_libversion(&major, &minor, &release), "asking for the version");
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

Handle::Handle(std::int64_t id, Close closer, std::string_view what) : id_(id), close_(closer) {
    if (id_ < 0) fail(what);
}

Handle::Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}

Handle::~Handle() {
    if (id_ >= 0) close_(id_);
}

void Handle::close() {
    check(close_(std::exchange(id_, -1)), "closing");
}

Writer::Writer() : bytes_(std::make_unique<std::string>()), file_(create_file(bytes_.get())) {}

void Writer::group(const std::string& path) {
    Handle creation = property_list(H5P_GROUP_CREATE);
    check(H5Pset_obj_track_times(creation.get(), false), "switching off object times");
    Handle group(H5Gcreate2(file_.get(), path.c_str(), H5P_DEFAULT, creation.get(), H5P_DEFAULT), H5Gclose,
                 "creating the group " + path);
    group.close();
}

void Writer::attribute(const std::string& object, const std::string& name, const Value& value) {
    const hid_t file = file_.get();
    if (const auto* text = std::get_if<std::string>(&value)) {
        const Handle type = string_type(text->size());
        put_attribute(file, object, name, type.get(), type.get(), text->c_str());
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        put_attribute(file, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, integer);
    } else if (const auto* real = std::get_if<double>(&value)) {
        put_attribute(file, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, real);
    } else {
        const std::int8_t flag = std::get<bool>(value) ? 1 : 0;
        const Handle type = bool_type();
        put_attribute(file, object, name, type.get(), type.get(), &flag);
    }
}

void Writer::attribute(const std::string& object, const std::string& name, std::uint64_t value) {
    put_attribute(file_.get(), object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

void Writer::text(const std::string& path, const std::string& text) {
    const Handle type = string_type(text.size());
    const Handle space(H5Screate(H5S_SCALAR), H5Sclose, "creating a scalar");
    Handle creation = property_list(H5P_DATASET_CREATE);
    check(H5Pset_obj_track_times(creation.get(), false), "switching off object times");
    Handle data(H5Dcreate2(file_.get(), path.c_str(), type.get(), space.get(), H5P_DEFAULT, creation.get(),
                           H5P_DEFAULT),
                H5Dclose, "creating " + path);
    check(H5Dwrite(data.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()), "writing " + path);
    data.close();
}

template <class T>
void Writer::put_numbers(const std::string& path, const std::vector<std::size_t>& shape,
                         std::span<const T> values) {
    constexpr bool wide = sizeof(T) == sizeof(double);
    const hid_t native = wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
    const std::vector<hsize_t> extent(shape.begin(), shape.end());
    const int rank = static_cast<int>(extent.size());
    const Handle space(H5Screate_simple(rank, extent.data(), nullptr), H5Sclose,
                       "creating the shape of " + path);
    Handle creation = property_list(H5P_DATASET_CREATE);
    check(H5Pset_obj_track_times(creation.get(), false), "switching off object times");
    const T nan = std::numeric_limits<T>::quiet_NaN();
    check(H5Pset_fill_value(creation.get(), native, &nan), "setting the fill value");
    if (!values.empty()) {
        const std::vector<hsize_t> chunk = chunk_shape(shape);
        check(H5Pset_chunk(creation.get(), rank, chunk.data()), "chunking " + path);
        if (values.size_bytes() > compress_above) {
            check(H5Pset_shuffle(creation.get()), "shuffling " + path);
            check(H5Pset_deflate(creation.get(), deflate_level), "compressing " + path);
        }
        check(H5Pset_fletcher32(creation.get()), "checksumming " + path);
    }
    Handle data(H5Dcreate2(file_.get(), path.c_str(), wide ? H5T_IEEE_F64LE : H5T_IEEE_F32LE, space.get(),
                           H5P_DEFAULT, creation.get(), H5P_DEFAULT),
                H5Dclose, "creating " + path);
    if (!values.empty()) {
        check(H5Dwrite(data.get(), native, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "writing " + path);
    }
    data.close();
}

void Writer::numbers(const std::string& path, const std::vector<std::size_t>& shape,
                     std::span<const double> values) {
    put_numbers(path, shape, values);
}

void Writer::numbers(const std::string& path, const std::vector<std::size_t>& shape,
                     std::span<const float> values) {
    put_numbers(path, shape, values);
}

std::string Writer::finish() {
    check(H5Fflush(file_.get(), H5F_SCOPE_GLOBAL), "flushing");
    hsize_t size = 0;
    check(H5Fget_filesize(file_.get(), &size), "sizing the file");
    bytes_->resize(size);
    file_.close();
    return std::move(*bytes_);
}

Reader::Reader(std::string_view bytes) : file_(open_file(bytes)) {}

Reader Reader::of_file(const std::filesystem::path& file) {
    silence();
    return Reader(Handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "opening the file"));
}

std::vector<std::string> Reader::names(const std::string& group) const {
    Handle target(H5Gopen2(file_.get(), group.c_str(), H5P_DEFAULT), H5Gclose, "opening the group " + group);
    std::vector<std::string> found;
    const auto collect = [](hid_t, const char* name, const H5L_info_t*, void* out) -> herr_t {
        static_cast<std::vector<std::string>*>(out)->emplace_back(name);
        return 0;
    };
    check(H5Literate(target.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &found), "listing " + group);
    return found;
}

std::map<std::string, Value> Reader::attributes(const std::string& object) const {
    Handle target(H5Oopen(file_.get(), object.c_str(), H5P_DEFAULT), H5Oclose, "opening " + object);
    std::vector<std::string> found;
    const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
        static_cast<std::vector<std::string>*>(out)->emplace_back(name);
        return 0;
    };
    check(H5Aiterate2(target.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &found),
          "listing the attributes");
    std::map<std::string, Value> values;
    for (const std::string& name : found) {
        Handle attribute(H5Aopen(target.get(), name.c_str(), H5P_DEFAULT), H5Aclose,
                         "opening the attribute " + name);
        values.emplace(name, read_attribute(attribute.get(), name));
    }
    return values;
}

std::uint64_t Reader::unsigned_attribute(const std::string& object, const std::string& name) const {
    Handle attribute(H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT),
                     H5Aclose, "opening the attribute " + name);
    std::uint64_t value = 0;
    check(H5Aread(attribute.get(), H5T_NATIVE_UINT64, &value), "reading the attribute " + name);
    return value;
}

std::string Reader::text(const std::string& path) const {
    Handle data(H5Dopen2(file_.get(), path.c_str(), H5P_DEFAULT), H5Dclose, "opening " + path);
    Handle type(H5Dget_type(data.get()), H5Tclose, "reading the type of " + path);
    return std::get<std::string>(read_string(data.get(), type.get(), path, false));
}

std::vector<double> Reader::numbers(const std::string& path, std::vector<std::size_t>& shape) const {
    const Handle data = open_data(file_.get(), path);
    const Handle space(H5Dget_space(data.get()), H5Sclose, "reading the shape of " + path);
    shape = shape_of(space.get(), path);
    std::size_t count = 1;
    for (const std::size_t n : shape) count *= n;
    std::vector<double> values(count);
    if (count != 0) {
        check(H5Dread(data.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
              "reading " + path);
    }
    return values;
}

std::optional<std::int64_t> Reader::whole_attribute(const std::string& object,
                                                    const std::string& name) const {
    const htri_t found = H5Aexists_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT);
    check(found, "looking for the attribute " + name);
    if (found == 0) return std::nullopt;
    const Handle attribute(
        H5Aopen_by_name(file_.get(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
        "opening the attribute " + name);
    const Handle space(H5Aget_space(attribute.get()), H5Sclose, "reading the shape of " + name);
    const Handle type(H5Aget_type(attribute.get()), H5Tclose, "reading the type of " + name);
    const H5T_class_t kind = H5Tget_class(type.get());
    double value = 0.5;
    if (H5Sget_simple_extent_npoints(space.get()) == 1 && (kind == H5T_INTEGER || kind == H5T_FLOAT))
        check(H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value), "reading the attribute " + name);
    if (!(std::abs(value) < 0x1p53) || value != std::floor(value))
        throw Error("HDF5: the attribute " + name + " of " + object + " is not one whole number");
    return static_cast<std::int64_t>(value);
}

bool Reader::has_data(const std::string& name) const {
    const htri_t linked = H5Lexists(file_.get(), name.c_str(), H5P_DEFAULT);
    check(linked, "looking for " + name);
    if (linked == 0) return false;
    const Handle object(H5Oopen(file_.get(), name.c_str(), H5P_DEFAULT), H5Oclose, "opening " + name);
    return H5Iget_type(object.get()) == H5I_DATASET;
}

Facts Reader::facts(const std::string& path) const {
    const Handle data = open_data(file_.get(), path);
    const Handle home(H5Iget_file_id(data.get()), H5Fclose, "asking for the file of " + path);
    const Handle storage(H5Dget_create_plist(data.get()), H5Pclose, "reading the storage of " + path);
    if (file_name(home.get()) != file_name(file_.get()) || H5Pget_external_count(storage.get()) != 0 ||
        H5Pget_layout(storage.get()) == H5D_VIRTUAL)
        throw Error("HDF5: the values of " + path + " lie in another file");
    const Handle space(H5Dget_space(data.get()), H5Sclose, "reading the shape of " + path);
    const Handle type(H5Dget_type(data.get()), H5Tclose, "reading the type of " + path);
    Facts facts;
    facts.shape = shape_of(space.get(), path);
    facts.bytes = H5Tget_size(type.get());
    const std::string bits = std::to_string(8 * facts.bytes) + "-bit ";
    switch (H5Tget_class(type.get())) {
        case H5T_INTEGER:
            facts.kind = Facts::Kind::integer;
            facts.type = bits + (H5Tget_sign(type.get()) == H5T_SGN_NONE ? "unsigned integer" : "integer");
            break;
        case H5T_FLOAT:
            facts.kind = Facts::Kind::real;
            facts.type = bits + "float";
            break;
        default:
            facts.type = "something that is no number";
    }
    if (H5Pget_layout(storage.get()) == H5D_CHUNKED && !facts.shape.empty()) {
        std::vector<hsize_t> chunk(facts.shape.size());
        check(H5Pget_chunk(storage.get(), static_cast<int>(chunk.size()), chunk.data()),
              "reading the chunks");
        facts.chunk_rows = chunk[0];
    }
    return facts;
}

template <class T>
void Reader::read_rows(const std::string& path, std::size_t first, std::size_t rows,
                       std::span<T> values) const {
    const Handle data = open_data(file_.get(), path);
    const Handle space(H5Dget_space(data.get()), H5Sclose, "reading the shape of " + path);
    const std::vector<std::size_t> shape = shape_of(space.get(), path);
    std::vector<hsize_t> start(shape.size(), 0), count(shape.begin(), shape.end());
    start.at(0) = first;
    count.at(0) = rows;
    check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
          "choosing rows of " + path);
    const auto chosen = static_cast<hsize_t>(H5Sget_select_npoints(space.get()));
    if (chosen > values.size()) throw Error("there is no room for the rows of " + path);
    const Handle memory(H5Screate_simple(1, &chosen, nullptr), H5Sclose, "describing the memory");
    const hid_t type = std::is_same_v<T, float> ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    check(H5Dread(data.get(), type, memory.get(), space.get(), H5P_DEFAULT, values.data()),
          "reading " + path);
}

template void Reader::read_rows(const std::string&, std::size_t, std::size_t, std::span<float>) const;
template void Reader::read_rows(const std::string&, std::size_t, std::size_t, std::span<double>) const;

}  // namespace assay::h5
