#include "solvers/network/checkpoint.hpp"

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

namespace assay::solvers {
namespace {

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian");

constexpr std::string_view network_magic = "assay network 1\n", checkpoint_magic = "assay training 1\n";

/// FNV-1a over whole bytes: enough against cut and damaged bytes, no defence against forged ones.
std::uint64_t checksum(std::span<const std::byte> bytes) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const std::byte b : bytes) hash = (hash ^ static_cast<std::uint64_t>(b)) * 0x100000001b3u;
    return hash;
}

class Writer {
  public:
    void number(std::uint64_t value) { append(&value, sizeof value); }
    void text(std::string_view value) {
        number(value.size());
        append(value.data(), value.size());
    }
    template <class Device>
    void floats(const Array<Device, float>& X) {
        const std::vector<float> values = X.to_host();
        number(values.size());
        append(values.data(), values.size() * sizeof(float));
    }
    void bytes(const Bytes& value) {
        number(value.size());
        append(value.data(), value.size());
    }
    Bytes close() {
        number(checksum(bytes_));
        return std::move(bytes_);
    }

  private:
    void append(const void* data, std::size_t size) {
        const auto* begin = static_cast<const std::byte*>(data);
        bytes_.insert(bytes_.end(), begin, begin + size);
    }
    Bytes bytes_;
};

[[noreturn]] void damaged(const char* how) {
    throw Error(std::string("the bytes are ") + how, "checkpoint", "start this training anew");
}

class Reader {
  public:
    Reader(std::span<const std::byte> bytes, std::string_view magic) : bytes_(bytes) {
        std::uint64_t sum = 0;
        if (bytes_.size() < sizeof sum) damaged("cut short");
        std::memcpy(&sum, bytes_.data() + bytes_.size() - sizeof sum, sizeof sum);
        bytes_ = bytes_.first(bytes_.size() - sizeof sum);
        if (checksum(bytes_) != sum) damaged("cut short or damaged: their checksum is wrong");
        if (text() != magic) damaged("no checkpoint of this kind");
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        std::memcpy(&value, next(sizeof value).data(), sizeof value);
        return value;
    }
    std::string_view text() {
        const std::span<const std::byte> part = bytes();
        return {reinterpret_cast<const char*>(part.data()), part.size()};
    }
    std::span<const std::byte> bytes() { return next(number()); }
    std::vector<float> floats(std::size_t wanted) {
        if (number() != wanted) damaged("of another network: their blocks have other sizes");
        std::vector<float> values(wanted);
        const std::span<const std::byte> part = next(wanted * sizeof(float));
        if (!part.empty()) std::memcpy(values.data(), part.data(), part.size());
        return values;
    }

  private:
    std::span<const std::byte> next(std::uint64_t size) {
        if (size > bytes_.size()) damaged("cut short");
        const std::span<const std::byte> part = bytes_.first(size);
        bytes_ = bytes_.subspan(size);
        return part;
    }
    std::span<const std::byte> bytes_;
};

/// Names and extents of everything that is stored.
std::string architecture(const Graph& graph) {
    std::string text;
    for (const Parameter& parameter : graph.parameters()) {
        text += parameter.name;
        for (const std::size_t extent : parameter.shape.extents) text += ' ' + std::to_string(extent);
        text += '\n';
    }
    return text;
}

std::string optimiser_name(const Sgd&) {
    return "sgd";
}
std::string optimiser_name(const Adam&) {
    return "adam";
}

template <class Device>
Array<Device, float> column_of(const std::vector<float>& values) {
    return Array<Device, float>::from_host(values.size(), 1, values);
}

struct NetworkNumbers {
    std::vector<float> parameters, statistics;
};

template <class Device>
NetworkNumbers read_network(std::span<const std::byte> bytes, const Network<Device>& network) {
    Reader reader(bytes, network_magic);
    if (reader.text() != architecture(network.graph()))
        throw Error("the bytes are of another network: its parameters have other names or extents",
                    "checkpoint", "restore into the network that was stored");
    NetworkNumbers numbers;
    numbers.parameters = reader.floats(network.parameters().size());
    numbers.statistics = reader.floats(network.statistics().size());
    return numbers;
}

template <class Device>
void set(Network<Device>& network, const NetworkNumbers& numbers) {
    network.update([&](Array<Device, float>& parameters, const Array<Device, float>&) {
        Device::upload(parameters.data(), numbers.parameters.data(), parameters.size() * sizeof(float));
    });
    network.set_all_statistics(numbers.statistics);
}

}  // namespace

template <class Device>
Bytes network_bytes(const Network<Device>& network) {
    Writer writer;
    writer.text(network_magic);
    writer.text(architecture(network.graph()));
    writer.floats(network.parameters());
    writer.floats(network.statistics());
    return writer.close();
}

template <class Device>
void restore_network(std::span<const std::byte> bytes, Network<Device>& network) {
    set(network, read_network(bytes, network));
}

template <class Device>
Bytes checkpoint_bytes(const Network<Device>& network, const Optimiser<Device>& optimiser,
                       const Progress& progress) {
    Writer writer;
    writer.text(checkpoint_magic);
    writer.bytes(network_bytes(network));
    writer.text(std::visit([](const auto& method) { return optimiser_name(method); }, optimiser.method()));
    writer.number(optimiser.steps());
    writer.floats(optimiser.first());
    writer.floats(optimiser.second());
    for (const std::uint64_t number : {progress.seed, progress.epoch, progress.step}) writer.number(number);
    return writer.close();
}

template <class Device>
Progress restore_checkpoint(std::span<const std::byte> bytes, Network<Device>& network,
                            Optimiser<Device>& optimiser) {
    Reader reader(bytes, checkpoint_magic);
    const NetworkNumbers numbers = read_network(reader.bytes(), network);
    if (reader.text() != std::visit([](const auto& m) { return optimiser_name(m); }, optimiser.method()))
        throw Error("the bytes are of a training with another optimiser", "checkpoint");
    const std::uint64_t steps = reader.number();
    auto first = column_of<Device>(reader.floats(optimiser.first().size()));
    auto second = column_of<Device>(reader.floats(optimiser.second().size()));
    Progress progress;
    for (std::uint64_t* number : {&progress.seed, &progress.epoch, &progress.step}) *number = reader.number();
    optimiser.resume(steps, std::move(first), std::move(second));
    set(network, numbers);
    return progress;
}

#define ASSAY_INSTANTIATE(Device)                                                                       \
    template Bytes network_bytes(const Network<Device>&);                                               \
    template void restore_network(std::span<const std::byte>, Network<Device>&);                        \
    template Bytes checkpoint_bytes(const Network<Device>&, const Optimiser<Device>&, const Progress&); \
    template Progress restore_checkpoint(std::span<const std::byte>, Network<Device>&, Optimiser<Device>&);

ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
