#include "solvers/network/network.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);
constexpr std::size_t cache_line = 16;  // floats
constexpr std::size_t kept_plans = 3;   // of training, of its last batch, of evaluation

std::size_t in_cache_lines(std::size_t count) {
    return (count + cache_line - 1) / cache_line * cache_line;
}

void require_all_read(const Graph& graph) {
    std::vector<bool> read(graph.size(), false);
    for (Node node = 1; node < graph.size(); ++node)
        for (const Node from : graph.entry(node).inputs) read[from] = true;
    if (graph.size() == 1) throw Error("a network without layers", "network");
    for (Node node = 0; node < graph.last(); ++node) {
        if (read[node]) continue;
        throw Error("no layer reads the " + (node == 0 ? "input" : "node '" + graph.entry(node).name + "'"),
                    "network", "the last node alone is the output");
    }
}

/// Nodes with parameters at or before them: those whose gradient someone needs.
std::vector<bool> learned_nodes(const Graph& graph) {
    std::vector<bool> learned(graph.size(), false);
    for (const Parameter& parameter : graph.parameters()) learned[parameter.node] = true;
    for (Node node = 1; node < graph.size(); ++node)
        for (const Node from : graph.entry(node).inputs)
            if (learned[from]) learned[node] = true;
    return learned;
}

template <class Device>
void put(Array<Device, float>& whole, std::size_t offset, std::span<const float> values) {
    Device::upload(whole.data() + offset, values.data(), values.size_bytes());
}
template <class Device>
std::vector<float> take(const Array<Device, float>& whole, std::size_t offset, std::size_t count) {
    std::vector<float> values(count);
    Device::download(values.data(), whole.data() + offset, count * sizeof(float));
    return values;
}

void require_values(std::span<const float> values, std::size_t count, const std::string& name) {
    if (values.size() != count) {
        throw Error(
            std::to_string(values.size()) + " values for '" + name + "', which has " + std::to_string(count),
            "network");
    }
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); }))
        throw Error("a value for '" + name + "' is infinite or not a number", "network");
}

}  // namespace

/// The operations for one number of samples, and the maps between them.
template <class Device>
struct Network<Device>::Plan {
    std::size_t samples;
    std::vector<Maps<Device>> maps;                               ///< of each node
    std::vector<std::unique_ptr<Operation<Device>>> operations;   ///< of each node; the input has none
    std::vector<std::optional<Maps<Device>>> gradients, sharers;  ///< made when first wanted
    std::vector<bool> wanted, filled;                             ///< gradients, in the present backward pass
    bool trained = false;  ///< the maps are those of a forward pass in training

    Maps<Device>& gradient(Node node) { return made(gradients, node); }
    /// Where a second reader of a node writes, and a penalty on it, before its gradient is added.
    Maps<Device>& sharer(Node node) { return made(sharers, node); }

  private:
    Maps<Device>& made(std::vector<std::optional<Maps<Device>>>& of, Node node) {
        if (!of[node]) of[node] = maps[node].like_this();
        return *of[node];
    }
};

template <class Device>
Network<Device>::Network(Graph graph, unsigned threads)
    : graph_(std::move(graph)),
      threads_(threads),
      parameters_(graph_.parameter_storage(), 1),
      gradients_(graph_.parameter_storage(), 1),
      statistics_offsets_(graph_.size(), none) {
    require_all_read(graph_);
    const LibraryThreads<Device> allowed(threads);
    std::size_t size = 0;
    for (Node node = 1; node < graph_.size(); ++node) {
        if (!std::holds_alternative<BatchNorm>(graph_.entry(node).layer)) continue;
        statistics_offsets_[node] = size;
        size += 2 * in_cache_lines(graph_.shape(node).channels);
    }
    statistics_ = Array<Device, float>(size, 1);
    for (const Parameter& parameter : graph_.parameters()) {
        if (parameter.shape.role != ParameterRole::scale) continue;
        const std::vector<float> ones(parameter.shape.size(), 1.0f);
        set_parameter(parameter.name, ones);
        set_statistics(parameter.node, {std::vector<float>(ones.size()), ones});
    }
}

template <class Device>
Network<Device>::~Network() = default;

template <class Device>
LayerNumbers Network<Device>::numbers_of(Node node) {
    LayerNumbers numbers;
    numbers.version = &version_;
    for (const Parameter& parameter : graph_.parameters()) {
        if (parameter.node != node) continue;
        const bool first =
            parameter.shape.role == ParameterRole::weight || parameter.shape.role == ParameterRole::scale;
        (first ? numbers.weight : numbers.bias) = parameters_.data() + parameter.offset;
        (first ? numbers.weight_gradient : numbers.bias_gradient) = gradients_.data() + parameter.offset;
    }
    if (statistics_offsets_[node] != none) {
        numbers.mean = statistics_.data() + statistics_offsets_[node];
        numbers.variance = numbers.mean + in_cache_lines(graph_.shape(node).channels);
    }
    return numbers;
}

template <class Device>
typename Network<Device>::Plan& Network<Device>::plan_for(std::size_t samples) {
    const auto found = std::find_if(plans_.begin(), plans_.end(),
                                    [&](const auto& plan) { return plan->samples == samples; });
    if (found != plans_.end()) {
        std::rotate(plans_.begin(), found, found + 1);
        return *plans_.front();
    }
    if (plans_.size() == kept_plans) plans_.pop_back();
    auto plan = std::make_unique<Plan>();
    plan->samples = samples;
    plan->maps.emplace_back(graph_.shape(0), samples);
    plan->operations.emplace_back();
    for (Node node = 1; node < graph_.size(); ++node) {
        const Graph::Entry& entry = graph_.entry(node);
        std::vector<Maps<Device>> inputs;
        for (const Node from : entry.inputs) inputs.push_back(plan->maps[from]);
        plan->operations.push_back(make_operation(entry.layer, entry.shape, inputs, numbers_of(node)));
        plan->maps.push_back(plan->operations.back()->output());
    }
    plan->gradients.resize(graph_.size());
    plan->sharers.resize(graph_.size());
    plans_.insert(plans_.begin(), std::move(plan));
    return *plans_.front();
}

template <class Device>
typename Network<Device>::Plan& Network<Device>::current() const {
    if (plans_.empty()) throw Error("no forward pass was made", "network", "call forward() first");
    return *plans_.front();
}

template <class Device>
void Network<Device>::check_batch(const Array<Device, float>& X, Mode mode) const {
    if (X.rows() != graph_.shape(0).size() || X.cols() == 0) {
        throw Error("a batch of " + shape_text(X) + " for an input of " + shape_text(graph_.shape(0)),
                    "network",
                    X.cols() == 0 ? "a batch holds at least one sample" : "a batch holds a sample a column");
    }
    if (!std::isfinite(norm(X)))
        throw Error("the batch holds an entry that is infinite or not a number", "network",
                    "look for broken images, and for a division by a zero deviation");
    if (mode == Mode::evaluation) return;
    for (Node node = 1; node < graph_.size(); ++node) {
        if (statistics_offsets_[node] == none || graph_.shape(node).pixels() * X.cols() > 1) continue;
        throw Error("a batch norm has one value a channel, whose variance is unknown",
                    "node '" + graph_.entry(node).name + "'", "train with two samples or more");
    }
}

template <class Device>
Array<Device, float> Network<Device>::forward(const Array<Device, float>& X, Mode mode) {
    check_batch(X, mode);
    const LibraryThreads<Device> allowed(threads_);
    Plan& plan = plan_for(X.cols());
    plan.maps[0].read(X);
    for (Node node = 1; node < graph_.size(); ++node) plan.operations[node]->forward(mode);
    plan.trained = mode == Mode::training;
    return features(graph_.last());
}

template <class Device>
void Network<Device>::backward(const Array<Device, float>& output_gradient,
                               std::span<const FeaturePenalty> penalties, InputGradient input) {
    Plan& plan = current();
    if (!plan.trained)
        throw Error("no forward pass in training came before this backward pass", "network",
                    "call forward(X, Mode::training) first");
    check_penalties(penalties);
    const LibraryThreads<Device> allowed(threads_);
    plan.wanted = learned_nodes(graph_);
    if (input == InputGradient::wanted) plan.wanted.assign(graph_.size(), true);
    plan.filled.assign(graph_.size(), false);
    plan.gradient(graph_.last()).read(output_gradient);
    for (Node node = graph_.last(); node >= 1; --node) {
        if (!plan.wanted[node]) continue;
        for (const FeaturePenalty& penalty : penalties)
            if (penalty.node == node) add_gradient(plan, penalty);
        pass_back(plan, node);
    }
}

/// The paper's norm works in the library's own layout, at no cost to speak of; the others go through columns.
template <class Device>
void Network<Device>::add_gradient(Plan& plan, const FeaturePenalty& penalty) const {
    const double weight = penalty.weight / static_cast<double>(plan.samples);
    if (penalty.norm == FeatureNorm::l1)
        return add_sign(static_cast<float>(weight), plan.maps[penalty.node], plan.gradient(penalty.node));
    Maps<Device>& own = plan.sharer(penalty.node);  // all readers are done with it
    own.read(feature_norm_gradient(penalty.norm, weight, features(penalty.node)));
    add(own, plan.gradient(penalty.node));
}

/// Carries the gradient of a node's maps to its parameters and inputs. An input that has one already, from a
/// later reader, gets the sum.
template <class Device>
void Network<Device>::pass_back(Plan& plan, Node node) {
    const std::vector<Node>& inputs = graph_.entry(node).inputs;
    std::vector<Maps<Device>*> targets;
    for (const Node from : inputs) {
        if (!plan.wanted[from])
            targets.push_back(nullptr);
        else
            targets.push_back(plan.filled[from] ? &plan.sharer(from) : &plan.gradient(from));
    }
    plan.operations[node]->backward(plan.gradient(node), targets);
    for (const Node from : inputs) {
        if (!plan.wanted[from]) continue;
        if (plan.filled[from]) add(plan.sharer(from), plan.gradient(from));
        plan.filled[from] = true;
    }
}

template <class Device>
void Network<Device>::check_penalties(std::span<const FeaturePenalty> penalties) const {
    for (const FeaturePenalty& penalty : penalties) {
        if (penalty.node == 0 || penalty.node >= graph_.size())
            throw Error("a penalty on node " + std::to_string(penalty.node) + ", which is no layer",
                        "network");
    }
}

template <class Device>
double Network<Device>::penalty(std::span<const FeaturePenalty> penalties) const {
    const Plan& plan = current();
    check_penalties(penalties);
    double sum = 0.0;
    for (const FeaturePenalty& penalty : penalties) {
        const double norm = penalty.norm == FeatureNorm::l1
                                ? l1_norm(plan.maps[penalty.node])
                                : feature_norm(penalty.norm, features(penalty.node));
        sum += penalty.weight * norm / static_cast<double>(plan.samples);
    }
    return sum;
}

template <class Device>
Array<Device, float> Network<Device>::features(Node node) const {
    const Plan& plan = current();
    if (node >= graph_.size()) throw Error("the network has no node " + std::to_string(node), "network");
    Array<Device, float> X(graph_.shape(node).size(), plan.samples);
    plan.maps[node].write(X);
    return X;
}

template <class Device>
Array<Device, float> Network<Device>::input_gradient() const {
    const Plan& plan = current();
    if (plan.filled.empty() || !plan.filled[0])
        throw Error("the gradient of the input was not computed", "network",
                    "call backward(..., InputGradient::wanted) first");
    Array<Device, float> X(graph_.shape(0).size(), plan.samples);
    plan.gradients[0]->write(X);
    return X;
}

template <class Device>
std::vector<float> Network<Device>::parameter(std::string_view name) const {
    const Parameter& block = graph_.parameter(name);
    return take(parameters_, block.offset, block.shape.size());
}

template <class Device>
std::vector<float> Network<Device>::gradient(std::string_view name) const {
    const Parameter& block = graph_.parameter(name);
    return take(gradients_, block.offset, block.shape.size());
}

template <class Device>
void Network<Device>::set_parameter(std::string_view name, std::span<const float> values) {
    const Parameter& block = graph_.parameter(name);
    require_values(values, block.shape.size(), block.name);
    put(parameters_, block.offset, values);
    ++version_;
}

template <class Device>
std::size_t Network<Device>::statistics_offset(Node node) const {
    if (node >= graph_.size() || statistics_offsets_[node] == none)
        throw Error("node " + std::to_string(node) + " is no batch norm", "network");
    return statistics_offsets_[node];
}

template <class Device>
typename Network<Device>::Statistics Network<Device>::statistics(Node node) const {
    const std::size_t offset = statistics_offset(node), channels = graph_.shape(node).channels;
    return {take(statistics_, offset, channels),
            take(statistics_, offset + in_cache_lines(channels), channels)};
}

template <class Device>
void Network<Device>::set_statistics(Node node, const Statistics& values) {
    const std::size_t offset = statistics_offset(node), channels = graph_.shape(node).channels;
    require_values(values.mean, channels, graph_.entry(node).name + ".mean");
    require_values(values.variance, channels, graph_.entry(node).name + ".variance");
    put(statistics_, offset, std::span<const float>(values.mean));
    put(statistics_, offset + in_cache_lines(channels), std::span<const float>(values.variance));
}

template <class Device>
void Network<Device>::set_all_statistics(std::span<const float> values) {
    require_values(values, statistics_.size(), "statistics");
    put(statistics_, 0, values);
}

template class Network<Cpu>;
template class Network<Cuda>;

}  // namespace assay::solvers
