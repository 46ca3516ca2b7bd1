#include <boost/test/unit_test.hpp>

#include "solvers/network/network.hpp"
#include "tests/network/reference.hpp"

using namespace assay::solvers;
using reference::draw;

// Every layer, forward and backward, against plain loops in double. Sums of up to 1000 float products, each
// rounded to 6e-8 of its size, differ by less than this from the exact ones, relative to the largest entry.
constexpr double bound = 1e-5;

namespace {

/// The layer between an input of `shape` and the output, on a few samples, with all gradients.
void check(const Graph& graph, std::size_t samples = 3, unsigned threads = 1) {
    Network<Cpu> network(graph, threads);
    reference::draw_parameters(network, 1);
    const auto X = draw(graph.shape(0).size(), samples, 2);
    const auto Y = network.forward(X, Mode::training);
    const auto maps = reference::evaluate(network, reference::numbers_of(network, X), Mode::training);
    BOOST_TEST(reference::relative_difference(Y.to_host(), maps.back().values) < bound);
    const auto weights = draw(Y.rows(), Y.cols(), 3);
    network.backward(weights, {}, Network<Cpu>::InputGradient::wanted);
    BOOST_TEST(reference::gradient_error(network, X, weights) < bound);
    const auto in_evaluation = network.forward(X, Mode::evaluation);
    const auto expected = reference::evaluate(network, reference::numbers_of(network, X), Mode::evaluation);
    BOOST_TEST(reference::relative_difference(in_evaluation.to_host(), expected.back().values) < bound);
}

void check(const MapShape& shape, const Layer& layer, std::size_t samples = 3) {
    BOOST_TEST_CONTEXT(layer_name(layer) << " from " << shape_text(shape)) {
        Graph graph(shape);
        graph.then(layer);
        check(graph, samples);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(layers)

BOOST_AUTO_TEST_CASE(convolutions_of_every_geometry) {
    for (const bool bias : {true, false}) {
        check({3, 8, 6}, Convolution{.channels = 5, .kernel = 3, .padding = 1, .bias = bias});
        check({16, 6, 7}, Convolution{.channels = 32, .kernel = 3, .padding = 1, .bias = bias});
    }
    check({3, 11, 9}, Convolution{.channels = 16, .kernel = 9, .stride = 2, .padding = 4});
    check({4, 5, 5}, Convolution{.channels = 6, .kernel = 1});
    check({4, 9, 9}, Convolution{.channels = 6, .kernel = 2, .stride = 3});
    check({2, 3, 3}, Convolution{.channels = 1, .kernel = 5, .padding = 2});  // larger than the image
    check({1, 6, 6}, Convolution{.channels = 1, .kernel = 3, .stride = 2, .padding = {0, 1}});
}

BOOST_AUTO_TEST_CASE(grouped_and_depthwise_convolutions) {
    check({4, 6, 6}, Convolution{.channels = 8, .kernel = 3, .padding = 1, .groups = 2});
    check({32, 7, 7}, Convolution{.channels = 32, .kernel = 3, .padding = 1, .groups = 32});
    check({16, 8, 8}, Convolution{.channels = 16, .kernel = 3, .stride = 2, .padding = {0, 1}, .groups = 16});
    check({5, 6, 6}, Convolution{.channels = 10, .kernel = 3, .padding = 1, .groups = 5, .bias = false});
}

BOOST_AUTO_TEST_CASE(transposed_convolutions) {
    check({16, 4, 5}, TransposedConvolution{.channels = 16, .kernel = 2, .stride = 2});
    check({3, 4, 4},
          TransposedConvolution{.channels = 2, .kernel = 3, .stride = 2, .padding = 1, .output_padding = 1});
    check({5, 6, 6},
          TransposedConvolution{
              .channels = 3, .kernel = 9, .stride = 2, .padding = 4, .output_padding = 1, .bias = false});
}

BOOST_AUTO_TEST_CASE(linear_layers) {
    check({20, 1, 1}, Linear{7});
    check({3, 4, 5}, Linear{.features = 10, .bias = false});
    Graph graph({3, 8, 8});  // behind maps in blocks of 16 channels
    graph.then(Convolution{.channels = 32, .kernel = 3});
    graph.then(Linear{10});
    check(graph);
}

BOOST_AUTO_TEST_CASE(batch_norms) {
    check({5, 4, 3}, BatchNorm{});
    check({32, 3, 3}, BatchNorm{.momentum = 0.3, .epsilon = 1e-3});
    check({4, 1, 1}, BatchNorm{}, 8);
}

BOOST_AUTO_TEST_CASE(the_input_s_gradient_may_be_wanted_or_not) {
    for (const Layer& layer : {Layer(BatchNorm{}), Layer(Convolution{.channels = 16, .kernel = 3})}) {
        Graph graph({16, 5, 5});
        graph.then(layer);
        Network<Cpu> network(graph);
        reference::draw_parameters(network, 1);
        const auto Y = network.forward(draw(400, 3, 2), Mode::training);
        std::vector<std::vector<float>> gradients;
        for (const auto input : {Network<Cpu>::InputGradient::wanted, Network<Cpu>::InputGradient::skipped,
                                 Network<Cpu>::InputGradient::wanted}) {
            network.backward(draw(Y.rows(), Y.cols(), 3), {}, input);
            gradients.push_back(network.gradients().to_host());
        }
        BOOST_TEST((gradients[0] == gradients[1]));
        BOOST_TEST((gradients[0] == gradients[2]));
    }
}

BOOST_AUTO_TEST_CASE(activations) {
    for (const auto kind :
         {ActivationKind::relu, ActivationKind::relu6, ActivationKind::leaky_relu, ActivationKind::elu,
          ActivationKind::swish, ActivationKind::mish, ActivationKind::gelu}) {
        check({3, 5, 5}, Activation{kind, 0.2});
    }
}

BOOST_AUTO_TEST_CASE(poolings) {
    check({3, 6, 8}, MaxPool{});
    check({16, 7, 7}, MaxPool{.kernel = 3, .stride = 2, .padding = 1});
    check({3, 6, 6}, MaxPool{.kernel = 3, .stride = 2, .padding = {0, 1}});  // rounding the size up
    check({3, 6, 8}, AveragePool{});
    check({16, 5, 5}, AveragePool{.kernel = 3, .stride = 1, .padding = 1});
    check({3, 5, 4}, GlobalAveragePool{});
    check({32, 4, 4}, GlobalAveragePool{});
}

BOOST_AUTO_TEST_CASE(shortcuts) {
    check({4, 6, 6}, IdentityShortcut{.channels = 8, .stride = 2});
    check({16, 5, 7}, IdentityShortcut{.channels = 32, .stride = 2});
    check({3, 4, 4}, IdentityShortcut{.channels = 3, .stride = 1});
}

BOOST_AUTO_TEST_CASE(sums_and_joins_of_any_widths) {
    for (const std::size_t width : {5, 16, 24}) {
        for (const Layer& join : {Layer(Add{}), Layer(Concat{})}) {
            Graph graph({3, 6, 6});
            const Node one = graph.add(Convolution{.channels = width, .kernel = 3, .padding = 1}, {0});
            const Node two = graph.add(Convolution{.channels = width, .kernel = 1}, {one});
            const Node three = graph.add(Activation{ActivationKind::mish}, {one});
            graph.add(join, {two, one, three});
            BOOST_TEST_CONTEXT(layer_name(join) << ", " << width << " wide") {
                check(graph);
            }
        }
    }
    Graph graph({3, 6, 6});  // of maps with and without blocks
    const Node one = graph.add(Convolution{.channels = 16, .kernel = 3, .padding = 1}, {0});
    graph.add(Concat{}, {0, one});
    check(graph);
}

BOOST_AUTO_TEST_CASE(layers_with_two_threads) {
    Graph graph({3, 16, 16});
    graph.then(Convolution{.channels = 32, .kernel = 3, .padding = 1, .bias = false});
    graph.then(BatchNorm{});
    graph.then(Activation{});
    graph.then(MaxPool{});
    graph.then(Linear{4});
    check(graph, 4, 2);
}

BOOST_AUTO_TEST_SUITE_END()
