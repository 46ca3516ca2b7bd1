#include "solvers/network/models.hpp"

#include <string>

namespace assay::solvers {
namespace {

const Activation relu{};

Convolution convolution(std::size_t channels, std::size_t kernel, std::size_t stride = 1, bool bias = true) {
    Convolution layer;
    layer.channels = channels;
    layer.kernel = kernel;
    layer.stride = stride;
    layer.padding = kernel / 2;  // keeps the size at stride 1 and an odd kernel
    layer.bias = bias;
    return layer;
}

std::string numbered(const char* name, std::size_t number) {
    return name + std::to_string(number);
}

/// 3 x 3 convolution, batch norm where there is one, activation.
Node block(Graph& graph, Node from, std::size_t channels, Normalisation normalisation,
           const Activation& activation, const std::string& name) {
    Node node = graph.add(convolution(channels, 3), {from});
    if (normalisation == Normalisation::batch) node = graph.add(BatchNorm{}, {node});
    return graph.add(activation, {node}, name);
}

/// Two convolutions with batch norms around a shortcut.
Node residual_block(Graph& graph, Node from, std::size_t channels, std::size_t stride,
                    const std::string& name) {
    Node node = graph.add(convolution(channels, 3, stride, false), {from}, name + ".conv1");
    node = graph.add(BatchNorm{}, {node}, name + ".bn1");
    node = graph.add(relu, {node});
    node = graph.add(convolution(channels, 3, 1, false), {node}, name + ".conv2");
    node = graph.add(BatchNorm{}, {node}, name + ".bn2");
    if (graph.shape(from) != graph.shape(node)) from = graph.add(IdentityShortcut{channels, stride}, {from});
    node = graph.add(Add{}, {node, from});
    return graph.add(relu, {node});
}

}  // namespace

Graph warp_cnn(const MapShape& image, const WarpGeometry& geometry, WarpSize size) {
    const std::size_t width = size == WarpSize::small ? 32 : (size == WarpSize::medium ? 96 : 128);
    const std::size_t skips = size == WarpSize::large ? 3 : 1;
    Graph graph(image);
    graph.then(convolution(geometry.atoms, geometry.kernel, geometry.stride), "analysis");
    graph.then(relu, "x1");
    graph.then(convolution(width, 3));
    Node node = graph.then(relu, "x2");
    for (std::size_t skip = 0; skip < skips; ++skip) {
        const Node change = graph.add(convolution(width, 3), {node});
        const Node sum = graph.add(Add{}, {change, node});
        node = graph.add(relu, {sum}, numbered("x", skip + 3));
    }
    graph.then(convolution(geometry.atoms, 1), "states");
    return graph;
}

Graph lenet5(const MapShape& image, std::size_t classes, const Activation& activation) {
    Graph graph(image);
    std::size_t number = 0;
    for (const std::size_t channels : {6, 16}) {
        Convolution layer = convolution(channels, 5);
        layer.padding = 0;
        graph.then(layer);
        graph.then(activation, numbered("x", ++number));
        graph.then(MaxPool{});
    }
    for (const std::size_t features : {120, 84}) {
        graph.then(Linear{features});
        graph.then(activation, numbered("x", ++number));
    }
    graph.then(Linear{classes}, "logits");
    return graph;
}

Graph vgg11(const MapShape& image, std::size_t classes, Normalisation normalisation,
            const Activation& activation) {
    constexpr std::size_t pool = 0;
    Graph graph(image);
    std::size_t number = 0;
    for (const std::size_t channels :
         {std::size_t{64}, pool, std::size_t{128}, pool, std::size_t{256}, std::size_t{256}, pool,
          std::size_t{512}, std::size_t{512}, pool, std::size_t{512}, std::size_t{512}, pool}) {
        if (channels == pool)
            graph.then(MaxPool{});
        else
            block(graph, graph.last(), channels, normalisation, activation, numbered("x", ++number));
    }
    graph.then(Linear{classes}, "logits");
    return graph;
}

Graph resnet(const MapShape& image, std::size_t classes, std::size_t blocks) {
    Graph graph(image);
    graph.then(convolution(16, 3, 1, false), "conv1");
    graph.then(BatchNorm{}, "bn1");
    Node node = graph.then(relu);
    for (std::size_t stage = 1; stage <= 3; ++stage) {
        for (std::size_t b = 0; b < blocks; ++b) {
            const bool halves = stage > 1 && b == 0;
            node = residual_block(graph, node, std::size_t{8} << stage, halves ? 2 : 1,
                                  numbered("layer", stage) + "." + std::to_string(b));
        }
    }
    graph.then(GlobalAveragePool{}, "features");
    graph.then(Linear{classes}, "linear");
    return graph;
}

Graph unet(const MapShape& image, std::size_t classes, std::size_t width, Normalisation normalisation,
           const Activation& activation) {
    constexpr std::size_t halvings = 4;
    Graph graph(image);
    const auto two_blocks = [&](Node from, std::size_t channels, const std::string& name) {
        const Node first = block(graph, from, channels, normalisation, activation, {});
        return block(graph, first, channels, normalisation, activation, name);
    };
    std::vector<Node> skips;
    Node node = 0;
    for (std::size_t level = 0; level < halvings; ++level) {
        skips.push_back(two_blocks(node, width << level, numbered("x", level + 1)));
        node = graph.add(MaxPool{}, {skips.back()});
    }
    node = two_blocks(node, width << halvings, numbered("x", halvings + 1));
    for (std::size_t level = halvings; level-- > 0;) {
        TransposedConvolution up;
        up.channels = width << level;
        up.kernel = up.stride = 2;
        const Node grown = graph.add(up, {node});
        const Node joined = graph.add(Concat{}, {skips[level], grown});
        node = two_blocks(joined, width << level, numbered("y", level + 1));
    }
    graph.then(convolution(classes, 1), "logits");
    return graph;
}

}  // namespace assay::solvers
