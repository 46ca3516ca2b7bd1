#include "solvers/network/backbones.hpp"

#include <string>

#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

const Activation relu{}, relu6{ActivationKind::relu6};

std::string numbered(const std::string& name, std::size_t number) {
    return name + std::to_string(number);
}

/// Two 3 x 3 convolutions around a shortcut, itself a convolution where the shape changes.
Node basic_block(Graph& graph, Node from, std::size_t channels, std::size_t stride, const std::string& name) {
    Node node = graph.add(Convolution{channels, 3, stride, 1}, {from}, name + ".conv1");
    node = graph.add(relu, {node});
    node = graph.add(Convolution{channels, 3, 1, 1}, {node}, name + ".conv2");
    if (graph.shape(from) != graph.shape(node))
        from = graph.add(Convolution{channels, 1, stride}, {from}, name + ".downsample.0");
    node = graph.add(Add{}, {node, from});
    return graph.add(relu, {node});
}

/// TensorFlow's "same": ceil(side / stride) places, the odd pixel of padding at the end.
Padding same(const MapShape& input, std::size_t kernel, std::size_t stride) {
    const auto needed = [&](std::size_t side) {
        const std::size_t covered = (side - 1) / stride * stride + kernel;
        return covered > side ? covered - side : 0;
    };
    if (needed(input.height) != needed(input.width)) {
        throw Error("maps of " + shape_text(input) + " need another padding across than down", "network",
                    "use images whose sides stay both even or both odd while they are halved");
    }
    const std::size_t pixels = needed(input.height);
    return {pixels / 2, pixels - pixels / 2};
}

/// Convolution without a bias, batch norm, ReLU6.
void normalised(Graph& graph, Convolution layer, const std::string& name) {
    layer.padding = same(graph.shape(graph.last()), layer.kernel, layer.stride);
    layer.bias = false;
    graph.then(layer, name);
    graph.then(BatchNorm{.epsilon = 1e-3}, name + "_bn");
    graph.then(relu6);
}

/// 3 x 3 with stride 2; a last window that leaves the image counts.
MaxPool pool_rounding_up(const MapShape& input) {
    if (input.height % 2 != input.width % 2) {
        throw Error("maps of " + shape_text(input) + " need another padding across than down", "network",
                    "use images with equal sides");
    }
    return {3, 2, {0, input.height % 2 == 0 ? std::size_t{1} : 0}};
}

void fire(Graph& graph, std::size_t squeezed, std::size_t number) {
    const std::string name = numbered("fire", number);
    graph.then(Convolution{squeezed, 1}, name + "/conv1x1_1");
    const Node narrow = graph.then(relu);
    graph.add(Convolution{4 * squeezed, 1}, {narrow}, name + "/conv1x1_2");
    const Node one = graph.then(relu);
    graph.add(Convolution{4 * squeezed, 3, 1, 1}, {narrow}, name + "/conv3x3_2");
    const Node three = graph.then(relu);
    graph.add(Concat{}, {one, three}, name);
}

}  // namespace

Graph resnet18_to_layer3(const MapShape& image) {
    Graph graph(image);
    graph.then(Convolution{64, 7, 2, 3}, "conv1");
    graph.then(relu);
    Node node = graph.then(MaxPool{3, 2, 1});
    for (std::size_t stage = 1; stage <= 3; ++stage) {
        for (std::size_t block = 0; block < 2; ++block) {
            const std::string name = numbered("layer", stage) + numbered(".", block);
            node = basic_block(graph, node, std::size_t{32} << stage, stage > 1 && block == 0 ? 2 : 1, name);
        }
    }
    graph.then(GlobalAveragePool{}, "features");
    return graph;
}

Graph mobilenet_v1(const MapShape& image) {
    Graph graph(image);
    normalised(graph, {.channels = 32, .kernel = 3, .stride = 2}, "conv1");
    std::size_t number = 0;
    for (const std::size_t channels : {64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024}) {
        const std::size_t width = graph.shape(graph.last()).channels;
        const bool halves = channels > width && channels > 64;
        const std::string place = std::to_string(++number);
        normalised(graph,
                   {.channels = width, .kernel = 3, .stride = halves ? std::size_t{2} : 1, .groups = width},
                   "conv_dw_" + place);
        normalised(graph, {.channels = channels, .kernel = 1}, "conv_pw_" + place);
    }
    graph.then(GlobalAveragePool{}, "features");
    return graph;
}

Graph squeezenet(const MapShape& image, SqueezeNetEnd end) {
    Graph graph(image);
    graph.then(Convolution{96, 7, 2}, "conv1");
    graph.then(relu);
    const auto pool = [&] { graph.then(pool_rounding_up(graph.shape(graph.last()))); };
    std::size_t number = 1;
    pool();
    for (const std::size_t squeezed : {16, 16, 32}) fire(graph, squeezed, ++number);
    pool();
    for (const std::size_t squeezed : {32, 48, 48, 64}) fire(graph, squeezed, ++number);
    pool();
    fire(graph, 64, ++number);
    if (end == SqueezeNetEnd::scores) {
        graph.then(Convolution{1000, 1, 1, 1}, "conv_final");
        graph.then(relu);
    }
    graph.then(GlobalAveragePool{}, end == SqueezeNetEnd::scores ? "scores" : "features");
    return graph;
}

}  // namespace assay::solvers
