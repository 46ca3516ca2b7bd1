#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "solvers/network/layer.hpp"

namespace assay::solvers {

/// A place in a graph: 0 is the input, layer k is node k.
using Node = std::size_t;

/// A block of learned numbers, and where it lies in the network's array of all of them.
struct Parameter {
    std::string name;  ///< the node's name and the role: "conv1.weight"
    Node node = 0;
    ParameterShape shape;
    std::size_t offset = 0;  ///< a multiple of 16, so that every block begins a cache line
};

/// A network's layers in the order in which they are computed; each reads earlier nodes, so skip connections
/// are ordinary. The last node is the output. Knows sizes only, no numbers.
class Graph {
  public:
    struct Entry {
        Layer layer;
        std::vector<Node> inputs;
        MapShape shape;  ///< of its output
        std::string name;
    };

    explicit Graph(MapShape input);

    /// Appends a layer that reads `inputs`. Its name is its number unless one is given. Throws Error, with
    /// the node's name, when the layer cannot take these inputs or the name is taken.
    Node add(Layer layer, std::vector<Node> inputs, std::string name = {});
    /// Appends a layer to the last node.
    Node then(Layer layer, std::string name = {}) { return add(std::move(layer), {last()}, std::move(name)); }

    Node last() const { return entries_.size(); }
    std::size_t size() const { return entries_.size() + 1; }  ///< nodes, the input among them
    const MapShape& shape(Node node) const { return node == 0 ? input_ : entry(node).shape; }
    const Entry& entry(Node node) const { return entries_[node - 1]; }  ///< of a layer, node >= 1
    Node find(std::string_view name) const;  ///< "input" is node 0; throws Error for an unknown name

    const std::vector<Parameter>& parameters() const { return parameters_; }
    const Parameter& parameter(std::string_view name) const;    ///< throws Error for an unknown name
    std::size_t parameter_count() const;                        ///< learned numbers
    std::size_t parameter_storage() const { return storage_; }  ///< the same with the gaps between blocks

    /// Multiply-adds of one sample's forward pass, in convolutions and linear layers.
    double multiply_adds() const;

  private:
    MapShape input_;
    std::vector<Entry> entries_;
    std::vector<Parameter> parameters_;
    std::size_t storage_ = 0;
};

}  // namespace assay::solvers
