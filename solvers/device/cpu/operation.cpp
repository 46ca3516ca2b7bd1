#include "solvers/network/operation.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>
#include <string>

#include "solvers/device/cpu/map_kernels.hpp"
#include "solvers/device/cpu/onednn.hpp"
#include "solvers/device/l1_norm.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace onednn {

const dnnl::engine& engine() {
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

void run(const dnnl::primitive& primitive, const Arguments& arguments) {
    static dnnl::stream stream(engine());
    guarded([&] {
        primitive.execute(stream, arguments);
        stream.wait();
    });
}

Incoming::Incoming(const Desc& from, const Desc& to) {
    if (from == to) return;
    buffer_.emplace(to);
    reorder_ = dnnl::reorder(dnnl::memory(from, engine(), nullptr), buffer_->memory);
}

const dnnl::memory& Incoming::operator()(const dnnl::memory& source) {
    if (!buffer_) return source_ = source;
    run(reorder_, {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, buffer_->memory}});
    return buffer_->memory;
}

const dnnl::memory& Incoming::operator()(const dnnl::memory& source, std::uint64_t version) {
    if (buffer_ && version_ == version) return buffer_->memory;
    version_ = version;
    return (*this)(source);
}

Outgoing::Outgoing(const Desc& from, const Desc& to) {
    if (from == to) return;
    buffer_.emplace(from);
    reorder_ = dnnl::reorder(buffer_->memory, dnnl::memory(to, engine(), nullptr));
}

const dnnl::memory& Outgoing::place(const dnnl::memory& target) {
    return buffer_ ? buffer_->memory : target_ = target;
}

void Outgoing::deliver(const dnnl::memory& target) {
    if (buffer_) run(reorder_, {{DNNL_ARG_FROM, buffer_->memory}, {DNNL_ARG_TO, target}});
}

namespace {

/// Of an operation on one batch of maps, with its samples in columns.
void require_columns(const Maps<Cpu>& maps, const Array<Cpu, float>& X) {
    if (X.rows() == maps.shape().size() && X.cols() == maps.samples()) return;
    throw Error("an array of " + shape_text(X) + " for " + std::to_string(maps.samples()) + " samples of " +
                    shape_text(maps.shape()),
                "network", "an array of maps has a sample a column");
}

template <class Pool>
Pooling pooling_of(const Pool& pool, dnnl::algorithm algorithm) {
    return {algorithm, both(pool.kernel), both(pool.stride), both(pool.padding.before),
            both(pool.padding.after)};
}

}  // namespace
}  // namespace onednn

using namespace onednn;

template <>
Maps<Cpu>::Maps(const MapShape& shape, std::size_t samples)
    : Maps(make_maps(shape, samples, describe_memory(dims_of(shape, samples), Tag::nchw))) {}

template <>
Maps<Cpu> Maps<Cpu>::like_this() const {
    return make_maps(shape(), samples(), storage_->layout());
}

template <>
void Maps<Cpu>::read(const Array<Cpu, float>& X) {
    require_columns(*this, X);
    const Desc plain = plain_layout(*this);
    Outgoing change(plain, storage_->layout());
    Cpu::copy(change.place(storage_->memory()).get_data_handle(), X.data(), X.size() * sizeof(float));
    change.deliver(storage_->memory());
}

template <>
void Maps<Cpu>::write(Array<Cpu, float>& X) const {
    require_columns(*this, X);
    Incoming change(storage_->layout(), plain_layout(*this));
    Cpu::copy(X.data(), change(storage_->memory()).get_data_handle(), X.size() * sizeof(float));
}

template <>
void add(const Maps<Cpu>& X, Maps<Cpu>& Y) {
    cpu::add(X.storage().data(), Y.storage().data(), Y.storage().size());
}
template <>
double l1_norm(const Maps<Cpu>& X) {
    return l1_norm(X.storage().buffer.values);
}
template <>
void add_sign(float alpha, const Maps<Cpu>& X, Maps<Cpu>& Y) {
    cpu::add_sign(alpha, X.storage().data(), Y.storage().data(), Y.storage().size());
}

template <>
std::unique_ptr<Operation<Cpu>> make_operation(const Layer& layer, const MapShape& output,
                                               const std::vector<Maps<Cpu>>& inputs,
                                               const LayerNumbers& numbers) {
    struct {
        const MapShape& output;
        const std::vector<Maps<Cpu>>& inputs;
        const LayerNumbers& numbers;
        using Result = std::unique_ptr<Operation<Cpu>>;

        Result operator()(const Convolution& l) { return make_convolution(l, output, inputs[0], numbers); }
        Result operator()(const TransposedConvolution& l) {
            return make_transposed_convolution(l, output, inputs[0], numbers);
        }
        Result operator()(const Linear& l) { return make_linear(l, output, inputs[0], numbers); }
        Result operator()(const BatchNorm& l) { return make_batch_norm(l, inputs[0], numbers); }
        Result operator()(const Activation& l) { return make_activation(l, inputs[0]); }
        Result operator()(const MaxPool& l) {
            return make_pooling(pooling_of(l, dnnl::algorithm::pooling_max), output, inputs[0]);
        }
        Result operator()(const AveragePool& l) {
            return make_pooling(pooling_of(l, dnnl::algorithm::pooling_avg_exclude_padding), output,
                                inputs[0]);
        }
        Result operator()(const GlobalAveragePool&) {
            const MapShape& all = inputs[0].shape();
            return make_pooling({dnnl::algorithm::pooling_avg_exclude_padding,
                                 {dim(all.height), dim(all.width)},
                                 both(1),
                                 both(0),
                                 both(0)},
                                output, inputs[0]);
        }
        Result operator()(const Add&) { return make_add(inputs); }
        Result operator()(const Concat&) { return make_concat(output, inputs); }
        Result operator()(const IdentityShortcut& l) { return make_shortcut(l, output, inputs[0]); }
    } make{output, inputs, numbers};
    try {
        return std::visit(make, layer);
    } catch (const OutOfMemory&) {
        throw;
    } catch (const Error& error) {
        throw Error("a layer '" + layer_name(layer) + "' from " + shape_text(inputs[0].shape()) + " to " +
                        shape_text(output) + " cannot be computed: " + error.problem(),
                    "network");
    }
}

namespace {
std::atomic<unsigned> most_threads = 0;  // a fact of the process, which nothing is computed from
}

unsigned most_layer_threads() {
    return most_threads;
}

template <>
LibraryThreads<Cpu>::LibraryThreads(unsigned threads) : before_(omp_get_max_threads()) {
    const auto limit = static_cast<unsigned>(std::max(omp_get_thread_limit(), 1));
    if (threads == 0 || threads > limit) {
        throw Error("a network is to use " + std::to_string(threads) + " threads", "network",
                    "give 1 to " + std::to_string(limit) + " (the limit is OpenMP's, see OMP_THREAD_LIMIT)");
    }
    omp_set_dynamic(0);  // or OpenMP may give fewer, and other bits
    omp_set_num_threads(static_cast<int>(threads));
    for (unsigned most = most_threads;
         most < threads && !most_threads.compare_exchange_weak(most, threads);) {
    }
}
template <>
LibraryThreads<Cpu>::~LibraryThreads() {
    omp_set_num_threads(before_);
}

template <>
std::string layer_library<Cpu>() {
    const dnnl_version_t* version = dnnl::version();
    const auto isa = [] {
        switch (dnnl::get_effective_cpu_isa()) {
            case dnnl::cpu_isa::sse41:
                return "SSE4.1";
            case dnnl::cpu_isa::avx:
                return "AVX";
            case dnnl::cpu_isa::avx2:
                return "AVX2";
            case dnnl::cpu_isa::avx512_core:
                return "AVX-512";
            case dnnl::cpu_isa::avx512_core_vnni:
                return "AVX-512 VNNI";
            case dnnl::cpu_isa::avx512_core_bf16:
                return "AVX-512 BF16";
            default:
                return "another instruction set";
        }
    };
    return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
           std::to_string(version->patch) + ", " + isa();
}

}  // namespace assay::solvers
