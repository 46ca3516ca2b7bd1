#include "datasets/weights.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>

#include "datasets/packed.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;
using namespace solvers;

namespace {

constexpr std::size_t kMost = std::size_t{1} << 28;  // floats of one network: 1 GiB

static_assert(std::endian::native == std::endian::little, "weights are read as they lie");

std::optional<std::size_t> number_of(std::string_view word) {
    std::size_t value = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc() || end != word.data() + word.size() || value > kMost) return std::nullopt;
    return value;
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> words;
    std::istringstream stream(text);
    for (std::string word; std::getline(stream, word, at);) words.push_back(word);
    return words;
}

std::string text_of(const std::vector<std::size_t>& extents) {
    return fmt::format("{}", fmt::join(extents, "x"));
}

std::size_t product(const std::vector<std::size_t>& extents) {
    return std::accumulate(extents.begin(), extents.end(), std::size_t{1}, std::multiplies<>());
}

/// A line of the index: the tensor without its values. `offset` floats are those of the lines before.
Tensor described(const std::string& line, std::size_t offset) {
    const std::vector<std::string> words = split(line, '\t');
    if (words.size() != 4 || words[0].empty())
        throw Error(fmt::format("is \"{}\"; expected name, shape, offset and count between tabs", line));
    Tensor tensor{words[0], {}, {}};
    std::size_t most = kMost;  // floats that further extents may ask for
    for (const std::string& word : split(words[1], 'x')) {
        const std::size_t extent = number_of(word).value_or(0);
        if (extent == 0 || extent > most)
            throw Error(fmt::format("has the shape \"{}\"; expected extents like 64x3x7x7", words[1]));
        most /= extent;
        tensor.extents.push_back(extent);
    }
    if (tensor.extents.empty()) throw Error("has no shape");
    if (number_of(words[2]) != offset)
        throw Error(fmt::format("says that {} begins at {}; expected {}, where the tensor before it ends",
                                words[0], words[2], offset));
    if (number_of(words[3]) != product(tensor.extents))
        throw Error(fmt::format("says that {} has {} floats; its shape {} has {}", words[0], words[3],
                                words[1], product(tensor.extents)));
    return tensor;
}

std::vector<Tensor> read_index(const fs::path& file) {
    const std::vector<std::uint8_t> content = whole_content(file);
    std::istringstream lines(std::string(content.begin(), content.end()));
    std::string line;
    std::getline(lines, line);
    if (line != "name\tshape\toffset_floats\tcount")
        throw Error("does not begin with the heading name, shape, offset_floats, count", file.string(),
                    "is this the index of a network's weights?");
    std::vector<Tensor> tensors;
    std::size_t offset = 0;
    for (std::size_t number = 2; std::getline(lines, line); ++number) {
        try {
            Tensor tensor = described(line, offset);
            offset += product(tensor.extents);
            if (offset > kMost) throw Error(fmt::format("comes to more than {} floats", kMost));
            const auto same = [&](const Tensor& other) { return other.name == tensor.name; };
            if (std::any_of(tensors.begin(), tensors.end(), same))
                throw Error(fmt::format("lists {} again", tensor.name));
            tensors.push_back(std::move(tensor));
        } catch (const Error& error) {
            throw Error(fmt::format("line {} {}", number, error.problem()), file.string());
        }
    }
    if (tensors.empty()) throw Error("lists no tensor", file.string());
    return tensors;
}

void fill(PackedReader& reader, const fs::path& file, std::size_t before, Tensor& tensor) {
    tensor.values.resize(product(tensor.extents));
    const std::span bytes(reinterpret_cast<std::uint8_t*>(tensor.values.data()),
                          tensor.values.size() * sizeof(float));
    if (const std::size_t got = reader.read(bytes); got != bytes.size()) {
        throw Error(fmt::format("ends within {}, after {} floats", tensor.name, before + got / sizeof(float)),
                    file.string(), "the index lists more; get both files again");
    }
    const auto bad = std::find_if(tensor.values.begin(), tensor.values.end(),
                                  [](float value) { return !std::isfinite(value); });
    if (bad != tensor.values.end()) {
        throw Error(fmt::format("value {} of {} (counted from 0) is {}; expected finite numbers",
                                bad - tensor.values.begin(), tensor.name, *bad),
                    file.string());
    }
}

enum class Role { weight, bias, mean, variance };

/// A name that files give to a role, with the axes of the network's four extents in the file's.
struct RoleName {
    Role role;
    bool of_batch_norm;
    const char* name;
    std::array<std::size_t, 4> axes = {0, 1, 2, 3};
};
constexpr std::array role_names = {
    RoleName{Role::weight, false, "weight"},
    RoleName{Role::weight, false, "w"},
    RoleName{Role::weight, false, "kernel", {3, 2, 0, 1}},
    RoleName{Role::weight, false, "depthwise_kernel", {2, 3, 0, 1}},
    RoleName{Role::bias, false, "bias"},
    RoleName{Role::bias, false, "b"},
    RoleName{Role::weight, true, "weight"},
    RoleName{Role::weight, true, "gamma"},
    RoleName{Role::bias, true, "bias"},
    RoleName{Role::bias, true, "beta"},
    RoleName{Role::mean, true, "running_mean"},
    RoleName{Role::mean, true, "moving_mean"},
    RoleName{Role::variance, true, "running_var"},
    RoleName{Role::variance, true, "moving_variance"},
};

/// The tensors of a file as the layers of a network want them.
class Source {
  public:
    explicit Source(const Weights& weights) : weights_(weights) {}

    /// The numbers of one role of a layer, whose extents in the network are `extents`.
    std::vector<float> numbers(const std::string& layer, bool batch_norm, Role role,
                               const std::array<std::size_t, 4>& extents) const {
        std::vector<std::string> tried;
        for (const RoleName& known : role_names) {
            if (known.role != role || known.of_batch_norm != batch_norm) continue;
            tried.push_back(layer + "." + known.name);
            if (const Tensor* tensor = find(layer, known.name)) return ordered(*tensor, known.axes, extents);
        }
        throw Error(fmt::format("lacks {}", fmt::join(tried, " or ")), weights_.file,
                    fmt::format("it holds {} tensors, from {} to {}", weights_.tensors.size(),
                                weights_.tensors.front().name, weights_.tensors.back().name));
    }

  private:
    const Tensor* find(const std::string& layer, const std::string& role) const {
        for (const Tensor& tensor : weights_.tensors)
            if (tensor.name == layer + "." + role || tensor.name == layer + "/" + role) return &tensor;
        return nullptr;
    }

    /// axes[k] is where the file has the network's extent k.
    std::vector<float> ordered(const Tensor& tensor, const std::array<std::size_t, 4>& axes,
                               const std::array<std::size_t, 4>& extents) const {
        std::array<std::size_t, 4> expected{}, stride{1, 1, 1, 1};
        for (std::size_t k = 0; k < 4; ++k) expected[axes[k]] = extents[k];
        std::vector<std::size_t> found = tensor.extents;
        found.resize(std::max<std::size_t>(4, found.size()), 1);  // a vector has extents of 1 behind it
        if (!std::equal(found.begin(), found.end(), expected.begin(), expected.end())) {
            throw Error(fmt::format("{} has the shape {}; the network's layer has {}", tensor.name,
                                    text_of(tensor.extents), fmt::join(expected, "x")),
                        weights_.file, "are these the weights of this network?");
        }
        for (std::size_t axis = 3; axis-- > 0;) stride[axis] = stride[axis + 1] * expected[axis + 1];
        std::vector<float> values;
        values.reserve(tensor.values.size());
        for (std::size_t a = 0; a < extents[0]; ++a)
            for (std::size_t b = 0; b < extents[1]; ++b)
                for (std::size_t c = 0; c < extents[2]; ++c)
                    for (std::size_t d = 0; d < extents[3]; ++d)
                        values.push_back(tensor.values[a * stride[axes[0]] + b * stride[axes[1]] +
                                                       c * stride[axes[2]] + d * stride[axes[3]]]);
        return values;
    }

    const Weights& weights_;
};

}  // namespace

Weights read_weights(const fs::path& index, const fs::path& values) {
    Weights weights{values.string(), read_index(index)};
    PackedReader reader(values);
    std::size_t count = 0;
    for (Tensor& tensor : weights.tensors) {
        fill(reader, values, count, tensor);
        count += tensor.values.size();
    }
    std::uint8_t more = 0;
    if (reader.read({&more, 1}) != 0)
        throw Error(fmt::format("goes on after the {} floats of {}", count, index.string()), values.string(),
                    "get both files again");
    return weights;
}

template <class Device>
void give_weights(const Weights& weights, Network<Device>& network) {
    const Source source(weights);
    const Graph& graph = network.graph();
    for (const Parameter& parameter : graph.parameters()) {
        const ParameterShape& shape = parameter.shape;
        const bool batch_norm = shape.role == ParameterRole::scale || shape.role == ParameterRole::shift;
        const bool first = shape.role == ParameterRole::weight || shape.role == ParameterRole::scale;
        const std::string& layer = graph.entry(parameter.node).name;
        network.set_parameter(
            parameter.name,
            source.numbers(layer, batch_norm, first ? Role::weight : Role::bias, shape.extents));
        if (shape.role != ParameterRole::scale) continue;
        typename Network<Device>::Statistics statistics{
            source.numbers(layer, true, Role::mean, shape.extents),
            source.numbers(layer, true, Role::variance, shape.extents)};
        if (*std::min_element(statistics.variance.begin(), statistics.variance.end()) < 0)
            throw Error(fmt::format("the variance of {} has an entry below 0", layer), weights.file);
        network.set_statistics(parameter.node, statistics);
    }
}

template void give_weights(const Weights&, Network<Cpu>&);
template void give_weights(const Weights&, Network<Cuda>&);

}  // namespace assay::datasets
