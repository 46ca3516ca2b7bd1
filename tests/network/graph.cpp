#include "solvers/network/graph.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::message_of;

namespace {

MapShape after(const MapShape& input, const Layer& layer) {
    return output_shape(layer, std::span(&input, 1));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(graph)

BOOST_AUTO_TEST_CASE(shapes_follow_the_layers) {
    const MapShape image{3, 32, 24};
    BOOST_TEST((after(image, Convolution{.channels = 8, .kernel = 9, .stride = 2, .padding = 4}) ==
                MapShape{8, 16, 12}));
    BOOST_TEST((after(image, Convolution{.channels = 8, .kernel = 3, .stride = 2, .padding = {0, 1}}) ==
                MapShape{8, 16, 12}));
    BOOST_TEST(
        (after({8, 16, 12},
               TransposedConvolution{
                   .channels = 3, .kernel = 9, .stride = 2, .padding = 4, .output_padding = 1}) == image));
    BOOST_TEST((after(image, MaxPool{.kernel = 3, .stride = 2, .padding = {0, 1}}) == MapShape{3, 16, 12}));
    BOOST_TEST((after(image, GlobalAveragePool{}) == MapShape{3, 1, 1}));
    BOOST_TEST((after(image, Linear{10}) == MapShape{10, 1, 1}));
    BOOST_TEST((after({16, 31, 8}, IdentityShortcut{.channels = 32, .stride = 2}) == MapShape{32, 16, 4}));
}

BOOST_AUTO_TEST_CASE(parameters_have_names_places_and_numbers) {
    Graph graph({3, 8, 8});
    graph.then(Convolution{.channels = 5, .kernel = 3}, "conv");
    graph.then(BatchNorm{});
    graph.then(Linear{10}, "fc");
    BOOST_TEST(graph.parameter_count() == 5u * 27 + 5 + 10 + 10 * 180 + 10);
    BOOST_TEST(graph.parameter("conv.weight").offset == 0u);
    BOOST_TEST(graph.parameter("conv.bias").offset == 144u);  // 135, in whole cache lines
    BOOST_TEST(graph.parameter("2.scale").shape.size() == 5u);
    BOOST_TEST(graph.parameter("fc.weight").shape.fan_in == 180u);
    BOOST_TEST(graph.find("fc") == 3u);
    BOOST_TEST(graph.find("input") == 0u);
    BOOST_TEST(graph.multiply_adds() == 135.0 * 36 + 1800);
    BOOST_TEST(message_of([&] { graph.find("nobody"); }).find("no node 'nobody'") != std::string::npos);
    BOOST_TEST(message_of([&] { graph.parameter("fc.wait"); }).find("'fc.wait'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_a_layer_cannot_take_is_refused_by_name) {
    const auto says = [](const Layer& layer, const MapShape& input, const std::string& text) {
        Graph graph(input);
        const std::string message = message_of([&] { graph.then(layer, "here"); });
        BOOST_TEST(message.find("node 'here'") != std::string::npos);
        BOOST_TEST(message.find(text) != std::string::npos, message << " lacks " << text);
    };
    const MapShape image{3, 8, 8};
    says(Convolution{.channels = 0}, image, "channels 0");
    says(Convolution{.channels = 4, .kernel = 0}, image, "kernel size 0");
    says(Convolution{.channels = 4, .stride = 0}, image, "stride 0");
    says(Convolution{.channels = 4, .kernel = 9}, image, "does not fit into 8 pixels");
    says(Convolution{.channels = 4, .kernel = 1, .groups = 2}, image, "in 2 groups");
    says(TransposedConvolution{.channels = 3, .kernel = 2, .stride = 2, .output_padding = 1}, image,
         "output padding 1");
    says(TransposedConvolution{.channels = 3, .kernel = 1, .padding = 4}, image, "leaves no pixel");
    says(Linear{0}, image, "features 0");
    says(MaxPool{.kernel = 2, .stride = 2, .padding = 2}, image, "padding of 2");
    says(AveragePool{.kernel = 9, .stride = 1}, image, "does not fit");
    says(IdentityShortcut{.channels = 4, .stride = 2}, image, "from 3 to 4 channels");
    says(Add{}, image, "with 1 inputs");
}

BOOST_AUTO_TEST_CASE(joins_of_unequal_maps_are_refused) {
    Graph graph({3, 9, 9});
    const Node half = graph.then(MaxPool{});
    const Node wide = graph.add(Convolution{.channels = 4}, {0});
    BOOST_TEST(message_of([&] {
                   graph.add(Add{}, {0, wide});
               }).find("3 x 9 x 9 and 4 x 9 x 9") != std::string::npos);
    BOOST_TEST(message_of([&] { graph.add(Concat{}, {0, half}); }).find("halving") != std::string::npos);
    BOOST_TEST(message_of([&] { graph.add(Add{}, {0, 0}); }).find("twice") != std::string::npos);
    BOOST_TEST(message_of([&] { graph.add(Linear{2}, {7}); }).find("node 7") != std::string::npos);
    BOOST_TEST(message_of([&] { graph.add(Linear{2}, {0}, "1"); }).find("taken") != std::string::npos);
    BOOST_TEST(message_of([&] { graph.add(Linear{2}, {0, 1}); }).find("with 2 inputs") != std::string::npos);
    BOOST_TEST(message_of([] { Graph(MapShape{0, 4, 4}); }).find("no entry") != std::string::npos);
    BOOST_TEST(graph.size() == 3u);  // what was refused left nothing
    BOOST_TEST(graph.parameters().size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
