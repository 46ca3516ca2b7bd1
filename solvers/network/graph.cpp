#include "solvers/network/graph.hpp"

#include <algorithm>

#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

const char* role_text(ParameterRole role) {
    switch (role) {
        case ParameterRole::weight:
            return "weight";
        case ParameterRole::bias:
            return "bias";
        case ParameterRole::scale:
            return "scale";
        case ParameterRole::shift:
            return "shift";
    }
    return "";
}

constexpr std::size_t cache_line = 16;  // floats

}  // namespace

Graph::Graph(MapShape input) : input_(input) {
    if (input.size() == 0) throw Error("an input of " + shape_text(input) + " has no entry", "network");
}

Node Graph::add(Layer layer, std::vector<Node> inputs, std::string name) {
    const Node node = size();
    if (name.empty()) name = std::to_string(node);
    const std::string place = "node '" + name + "'";
    const auto taken = [&](const Entry& other) { return other.name == name; };
    if (name == "input" || std::any_of(entries_.begin(), entries_.end(), taken))
        throw Error("the name is taken", place, "names of a network's nodes differ");
    std::vector<MapShape> shapes;
    for (const Node from : inputs) {
        if (std::count(inputs.begin(), inputs.end(), from) > 1) throw Error("it reads one node twice", place);
        if (from >= node) {
            throw Error("it reads node " + std::to_string(from) + ", which comes later or not at all", place,
                        "add the layers in the order in which they are computed");
        }
        shapes.push_back(shape(from));
    }
    try {
        const MapShape result = output_shape(layer, shapes);
        for (const ParameterShape& block : parameter_shapes(layer, shapes)) {
            parameters_.push_back({name + "." + role_text(block.role), node, block, storage_});
            storage_ += (block.size() + cache_line - 1) / cache_line * cache_line;
        }
        entries_.push_back({std::move(layer), std::move(inputs), result, std::move(name)});
    } catch (const Error& error) {
        throw Error(error.problem(), place, error.hint());
    }
    return node;
}

Node Graph::find(std::string_view name) const {
    if (name == "input") return 0;
    for (Node node = 1; node < size(); ++node)
        if (entry(node).name == name) return node;
    throw Error("the network has no node '" + std::string(name) + "'", "network");
}

const Parameter& Graph::parameter(std::string_view name) const {
    for (const Parameter& parameter : parameters_)
        if (parameter.name == name) return parameter;
    throw Error("the network has no parameter '" + std::string(name) + "'", "network");
}

std::size_t Graph::parameter_count() const {
    std::size_t count = 0;
    for (const Parameter& parameter : parameters_) count += parameter.shape.size();
    return count;
}

double Graph::multiply_adds() const {
    double sum = 0.0;
    for (const Parameter& parameter : parameters_) {
        if (parameter.shape.role != ParameterRole::weight) continue;
        // A kernel meets every output pixel, a transposed one every input pixel.
        const Entry& layer = entry(parameter.node);
        const bool transposed = std::holds_alternative<TransposedConvolution>(layer.layer);
        const MapShape& met = transposed ? shape(layer.inputs[0]) : layer.shape;
        sum += static_cast<double>(parameter.shape.size() * met.pixels());
    }
    return sum;
}

}  // namespace assay::solvers
