#include "experiments/harness/store/result_file.hpp"

#include <fmt/format.h>

#include <cstring>

#include "experiments/harness/store/store.hpp"
#include "support/files.hpp"
#include "support/hdf5.hpp"
#include "support/sha256.hpp"

namespace assay::harness {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t header_bytes = 512;  // the smallest block that HDF5 skips
constexpr std::string_view magic = "assay result 1\n";

std::string header(const std::string& id, const std::string& checksum) {
    std::string text = fmt::format(
        "{}id {}\nsha256 {}\nThe SHA-256 is that of the bytes from 512 on, which are an HDF5 file.\n"
        "h5dump and h5py read this file as it is.\n",
        magic, id, checksum);
    if (text.size() > header_bytes) throw Error("the id of a run is too long", id);
    text.resize(header_bytes, '\n');
    return text;
}

std::string joined(const std::vector<std::string>& words) {
    return fmt::format("{}", fmt::join(words, ","));
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = std::min(text.find(',', start), text.size());
        words.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return words;
}

std::vector<std::size_t> shape_of(const Result& result, const std::string& name, const Metric& metric) {
    std::vector<std::size_t> shape;
    std::size_t count = 1;
    for (const std::string& axis : metric.axes) {
        const auto found = result.axes.find(axis);
        if (found == result.axes.end())
            throw Error("the metric " + name + " has an axis without points: " + axis);
        shape.push_back(found->second.values.size());
        count *= shape.back();
    }
    if (shape.empty()) shape.push_back(1);  // a scalar cannot be chunked, and only chunks have checksums
    if (count != metric.values.size()) {
        throw Error(fmt::format("the metric {} has {} values where its axes have {} points", name,
                                metric.values.size(), count));
    }
    return shape;
}

void write_root(h5::Writer& file, const Result& result) {
    file.attribute("/", "schema", Value{std::int64_t{1}});
    file.attribute("/", "id", Value{result.id});
    file.attribute("/", "experiment", Value{result.experiment});
    file.attribute("/", "seed", result.seed);
    file.attribute("/", "device", Value{result.device});
    file.attribute("/", "status", Value{std::string(to_string(result.status))});
    file.attribute("/", "digest", Value{result.digest});
    if (result.status == Status::diverged) {
        file.attribute("/", "message", Value{result.message});
        file.attribute("/", "diverged_at", result.diverged_at);
    }
    file.text("/spec", result.spec);
    file.group("/params");
    for (const auto& [name, value] : result.params) file.attribute("/params", name, value);
}

void write_metrics(h5::Writer& file, const Result& result) {
    file.group("/axes");
    for (const auto& [name, axis] : result.axes) {
        const std::string path = "/axes/" + name;
        file.numbers(path, {axis.values.size()}, axis.values);
        file.attribute(path, "unit", Value{axis.unit});
        file.attribute(path, "doc", Value{axis.doc});
    }
    file.group("/metrics");
    for (const auto& [name, metric] : result.metrics) {
        const std::string path = "/metrics/" + name;
        file.numbers(path, shape_of(result, name, metric), metric.values);
        file.attribute(path, "unit", Value{metric.unit});
        file.attribute(path, "doc", Value{metric.doc});
        file.attribute(path, "axes", Value{joined(metric.axes)});
    }
}

void write_circumstances(h5::Writer& file, const Result& result) {
    file.group("/timing");
    file.attribute("/timing", "solver_seconds", Value{result.timing.solver_seconds});
    file.attribute("/timing", "wall_seconds", Value{result.timing.wall_seconds});
    file.attribute("/timing", "cpu_seconds", Value{result.timing.cpu_seconds});
    file.attribute("/timing", "peak_memory_bytes", result.timing.peak_memory_bytes);
    if (result.timing.peak_device_bytes)
        file.attribute("/timing", "peak_device_bytes", *result.timing.peak_device_bytes);
    file.group("/provenance");
    for (const auto& [name, text] : result.provenance) file.attribute("/provenance", name, Value{text});
}

template <class T>
T take(const std::map<std::string, Value>& attributes, const std::string& name) {
    const auto found = attributes.find(name);
    if (found == attributes.end() || !std::holds_alternative<T>(found->second)) {
        throw Error("the attribute " + name + " is missing or of another type");
    }
    return std::get<T>(found->second);
}

void read_root(const h5::Reader& file, Result& result) {
    const auto root = file.attributes("/");
    if (take<std::int64_t>(root, "schema") != 1) throw Error("its schema is not 1");
    result.id = take<std::string>(root, "id");
    result.experiment = take<std::string>(root, "experiment");
    result.seed = file.unsigned_attribute("/", "seed");
    result.device = take<std::string>(root, "device");
    result.status = status_from(take<std::string>(root, "status"));
    result.digest = take<std::string>(root, "digest");
    if (result.status == Status::diverged) {
        result.message = take<std::string>(root, "message");
        result.diverged_at = file.unsigned_attribute("/", "diverged_at");
    }
    result.spec = file.text("/spec");
    result.params = file.attributes("/params");
}

void read_metrics(const h5::Reader& file, Result& result) {
    std::vector<std::size_t> shape;
    for (const std::string& name : file.names("/axes")) {
        const std::string path = "/axes/" + name;
        const auto about = file.attributes(path);
        result.axes[name] = {take<std::string>(about, "unit"), take<std::string>(about, "doc"),
                             file.numbers(path, shape)};
    }
    for (const std::string& name : file.names("/metrics")) {
        const std::string path = "/metrics/" + name;
        const auto about = file.attributes(path);
        Metric& metric = result.metrics[name];
        metric = {take<std::string>(about, "unit"), take<std::string>(about, "doc"),
                  split(take<std::string>(about, "axes")), file.numbers(path, shape)};
        if (shape != shape_of(result, name, metric))
            throw Error("the metric " + name + " does not fit its axes");
    }
}

void read_circumstances(const h5::Reader& file, Result& result) {
    const auto timing = file.attributes("/timing");
    result.timing = {take<double>(timing, "solver_seconds"), take<double>(timing, "wall_seconds"),
                     take<double>(timing, "cpu_seconds"),
                     file.unsigned_attribute("/timing", "peak_memory_bytes")};
    if (timing.contains("peak_device_bytes"))
        result.timing.peak_device_bytes = file.unsigned_attribute("/timing", "peak_device_bytes");
    for (const auto& [name, text] : file.attributes("/provenance"))
        result.provenance[name] = std::get<std::string>(text);
}

}  // namespace

std::string encode(const Result& result) {
    h5::Writer file;
    write_root(file, result);
    write_metrics(file, result);
    write_circumstances(file, result);
    const std::string content = file.finish();
    return header(result.id, sha256_hex(content)) + content;
}

std::string verify_envelope(std::string_view bytes, const fs::path& file) {
    const std::string place = file.string();
    if (bytes.empty()) throw Damaged("the file is empty", place);
    if (!bytes.starts_with(magic)) throw Damaged("this is not a result file of schema 1", place);
    if (bytes.size() <= header_bytes) throw Damaged("the file is cut off within its header", place);
    const std::size_t start = magic.size() + std::strlen("id ");
    const std::string id(bytes.substr(start, std::min(bytes.find('\n', start), header_bytes) - start));
    const std::string checksum = sha256_hex(bytes.substr(header_bytes));
    if (id.size() != 64 || bytes.substr(0, header_bytes) != header(id, checksum)) {
        throw Damaged("the checksum does not match: the file was cut off or changed after it was written",
                      place);
    }
    return id;
}

Result decode(std::string_view bytes, const fs::path& file) {
    const std::string id = verify_envelope(bytes, file);
    Result result;
    try {
        const h5::Reader reader(bytes.substr(header_bytes));
        read_root(reader, result);
        read_metrics(reader, result);
        read_circumstances(reader, result);
    } catch (const std::exception& error) {
        throw Damaged(error.what(), file.string());
    }
    if (result.id != id) throw Damaged("its header and its content name different runs", file.string());
    if (logical_digest(result) != result.digest) {
        throw Damaged("the digest over its content does not match", file.string());
    }
    return result;
}

Result read_result(const fs::path& file) {
    return decode(read_bytes(file), file);
}

}  // namespace assay::harness
