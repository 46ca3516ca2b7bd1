#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "solvers/device/array.hpp"
#include "solvers/network/operation.hpp"

/// What the CPU's layers share: oneDNN's memory in the project's own allocations, changes of layout, and one
/// way to describe primitives to versions 2 and 3 of the library.
namespace assay::solvers::onednn {

using Desc = dnnl::memory::desc;
using Dims = dnnl::memory::dims;
using Tag = dnnl::memory::format_tag;

const dnnl::engine& engine();

inline dnnl::memory::dim dim(std::size_t size) {
    return static_cast<dnnl::memory::dim>(size);
}
inline Dims both(std::size_t size) {
    return {dim(size), dim(size)};
}
inline Desc describe_memory(const Dims& dims, Tag tag) {
    return Desc(dims, dnnl::memory::data_type::f32, tag);
}
/// Numbers that the network keeps, seen as a block of `desc`.
inline dnnl::memory view(const Desc& desc, const float* data) {
    return dnnl::memory(desc, engine(), const_cast<float*>(data));  // oneDNN's memory knows no const
}
inline dnnl::memory view(const Desc& desc, const dnnl::memory& memory) {
    return dnnl::memory(desc, engine(), memory.get_data_handle());
}

/// Memory of a layout, zeroed.
struct Buffer {
    Array<Cpu, float> values;
    dnnl::memory memory;

    explicit Buffer(const Desc& desc)
        : values((desc.get_size() + sizeof(float) - 1) / sizeof(float), 1),
          memory(desc, engine(), values.data()) {}
};

/// The result of f, whose failures in oneDNN become the project's Error.
template <class F>
auto guarded(const F& f) {
    try {
        return f();
    } catch (const dnnl::error& error) {
        const std::string problem = std::string("oneDNN failed: ") + error.what();
        if (error.status == dnnl_out_of_memory) throw OutOfMemory(problem, "network", "use smaller batches");
        throw Error(problem, "network");
    }
}

using Arguments = std::unordered_map<int, dnnl::memory>;

/// Executes and waits.
void run(const dnnl::primitive& primitive, const Arguments& arguments);

/// The description of a primitive; `arguments` are those that both versions of the library take.
template <class Primitive, class... Arguments>
typename Primitive::primitive_desc describe(const Arguments&... arguments) {
    return guarded([&] {
#if DNNL_VERSION_MAJOR >= 3
        return typename Primitive::primitive_desc(engine(), arguments...);
#else
        return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), engine());
#endif
    });
}
/// The same for a reverse pass, which follows the forward pass `hint`.
template <class Primitive, class Hint, class... Arguments>
typename Primitive::primitive_desc describe_backward(const Hint& hint, const Arguments&... arguments) {
    return guarded([&] {
#if DNNL_VERSION_MAJOR >= 3
        return typename Primitive::primitive_desc(engine(), arguments..., hint);
#else
        return typename Primitive::primitive_desc(typename Primitive::desc(arguments...), engine(), hint);
#endif
    });
}

/// What comes in one layout and is read in another; costs nothing where the two are one.
class Incoming {
  public:
    Incoming(const Desc& from, const Desc& to);
    /// `source` in the layout that is read.
    const dnnl::memory& operator()(const dnnl::memory& source);
    /// The same for numbers that have not changed since the call with the same `version`.
    const dnnl::memory& operator()(const dnnl::memory& source, std::uint64_t version);
    /// What the last call returned.
    const dnnl::memory& last() const { return buffer_ ? buffer_->memory : source_; }

  private:
    std::optional<Buffer> buffer_;
    dnnl::reorder reorder_;
    dnnl::memory source_;
    std::optional<std::uint64_t> version_;
};

/// What is written in one layout and wanted in another.
class Outgoing {
  public:
    Outgoing(const Desc& from, const Desc& to);
    /// Where to write what shall end in `target`.
    const dnnl::memory& place(const dnnl::memory& target);
    /// Brings it there.
    void deliver(const dnnl::memory& target);

  private:
    std::optional<Buffer> buffer_;
    dnnl::reorder reorder_;
    dnnl::memory target_;
};

}  // namespace assay::solvers::onednn

namespace assay::solvers {

template <>
struct Maps<Cpu>::Storage {
    onednn::Buffer buffer;

    explicit Storage(const onednn::Desc& layout) : buffer(layout) {}
    const dnnl::memory& memory() const { return buffer.memory; }
    onednn::Desc layout() const { return buffer.memory.get_desc(); }
    float* data() { return buffer.values.data(); }
    std::size_t size() const { return buffer.values.size(); }
};

namespace onednn {

inline Dims dims_of(const MapShape& shape, std::size_t samples) {
    return {dim(samples), dim(shape.channels), dim(shape.height), dim(shape.width)};
}
inline Maps<Cpu> make_maps(const MapShape& shape, std::size_t samples, const Desc& layout) {
    return Maps<Cpu>(shape, samples, std::make_shared<Maps<Cpu>::Storage>(layout));
}
inline const dnnl::memory& memory_of(const Maps<Cpu>& maps) {
    return maps.storage().memory();
}
inline Desc layout_of(const Maps<Cpu>& maps) {
    return maps.storage().layout();
}
/// The layout of an Array whose columns are samples.
inline Desc plain_layout(const Maps<Cpu>& maps) {
    return describe_memory(dims_of(maps.shape(), maps.samples()), Tag::nchw);
}

/// Convolutions, transposed convolutions and linear layers (onednn_kernels.cpp).
std::unique_ptr<Operation<Cpu>> make_convolution(const Convolution& layer, const MapShape& output,
                                                 const Maps<Cpu>& input, const LayerNumbers& numbers);
std::unique_ptr<Operation<Cpu>> make_transposed_convolution(const TransposedConvolution& layer,
                                                            const MapShape& output, const Maps<Cpu>& input,
                                                            const LayerNumbers& numbers);
std::unique_ptr<Operation<Cpu>> make_linear(const Linear& layer, const MapShape& output,
                                            const Maps<Cpu>& input, const LayerNumbers& numbers);

/// Normalisation and pooling (onednn_windows.cpp).
std::unique_ptr<Operation<Cpu>> make_batch_norm(const BatchNorm& layer, const Maps<Cpu>& input,
                                                const LayerNumbers& numbers);
struct Pooling {
    dnnl::algorithm algorithm;
    Dims kernel, stride, before, after;
};
std::unique_ptr<Operation<Cpu>> make_pooling(const Pooling& pooling, const MapShape& output,
                                             const Maps<Cpu>& input);

/// Activations, sums, joins and shortcuts (onednn_joins.cpp).
std::unique_ptr<Operation<Cpu>> make_activation(const Activation& layer, const Maps<Cpu>& input);
std::unique_ptr<Operation<Cpu>> make_add(const std::vector<Maps<Cpu>>& inputs);
std::unique_ptr<Operation<Cpu>> make_concat(const MapShape& output, const std::vector<Maps<Cpu>>& inputs);
std::unique_ptr<Operation<Cpu>> make_shortcut(const IdentityShortcut& layer, const MapShape& output,
                                              const Maps<Cpu>& input);

}  // namespace onednn
}  // namespace assay::solvers
