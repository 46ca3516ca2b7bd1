#include "solvers/network/backbones.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/message_of.hpp"
#include "tests/network/reference.hpp"

using namespace assay::solvers;
using assay::testing::message_of;
using reference::draw;

namespace {

constexpr MapShape imagenet{3, 224, 224};

/// Draws running statistics too, which a frozen network brings.
void draw_statistics(Network<Cpu>& network) {
    Random random(3, "reference statistics");
    const Graph& graph = network.graph();
    for (Node node = 1; node < graph.size(); ++node) {
        if (!std::holds_alternative<BatchNorm>(graph.entry(node).layer)) continue;
        auto statistics = network.statistics(node);
        for (float& mean : statistics.mean) mean = static_cast<float>(random.uniform(-0.3, 0.3));
        for (float& variance : statistics.variance) variance = static_cast<float>(random.uniform(0.2, 2.0));
        network.set_statistics(node, statistics);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(backbones)

BOOST_AUTO_TEST_CASE(parameters_are_as_many_as_published) {
    BOOST_TEST(resnet18_to_layer3(imagenet).parameter_count() == 2780544u);
    BOOST_TEST(mobilenet_v1(imagenet).parameter_count() == 2145088u);
    BOOST_TEST(squeezenet(imagenet, SqueezeNetEnd::scores).parameter_count() == 1248424u);
    BOOST_TEST(squeezenet(imagenet).parameter_count() == 735424u);
}

// Millions of multiply-adds of the whole networks as published, less what is left out here: ResNet-18's
// fourth stage and classifier, MobileNet's thirteenth pair of convolutions and classifier.
BOOST_AUTO_TEST_CASE(multiply_adds_are_those_of_the_literature) {
    const auto millions = [](const Graph& graph) { return graph.multiply_adds() / 1e6; };
    const auto within = boost::test_tools::tolerance(0.01);
    BOOST_TEST(millions(resnet18_to_layer3(imagenet)) == 1814.1 - 411.0 - 0.5, within);
    BOOST_TEST(millions(mobilenet_v1(imagenet)) == 568.7 - 0.5 - 51.4 - 1.0, within);
    BOOST_TEST(millions(squeezenet({3, 227, 227}, SqueezeNetEnd::scores)) == 861.3, within);
}

BOOST_AUTO_TEST_CASE(maps_have_the_published_sizes) {
    const auto shape = [](const Graph& graph, const char* name) { return graph.shape(graph.find(name)); };
    BOOST_TEST((shape(resnet18_to_layer3(imagenet), "layer3.1.conv2") == MapShape{256, 14, 14}));
    BOOST_TEST((shape(mobilenet_v1(imagenet), "conv_pw_12") == MapShape{1024, 7, 7}));
    const Graph squeeze = squeezenet({3, 227, 227}, SqueezeNetEnd::scores);
    BOOST_TEST((shape(squeeze, "conv1") == MapShape{96, 111, 111}));
    BOOST_TEST((shape(squeeze, "fire4") == MapShape{256, 55, 55}));
    BOOST_TEST((shape(squeeze, "fire8") == MapShape{512, 27, 27}));
    BOOST_TEST((shape(squeeze, "fire9") == MapShape{512, 13, 13}));
    BOOST_TEST((shape(squeeze, "scores") == MapShape{1000, 1, 1}));
    BOOST_TEST((shape(squeezenet(imagenet), "features") == MapShape{512, 1, 1}));
}

// On sizes that are halved evenly and unevenly: padding and rounding differ.
BOOST_AUTO_TEST_CASE(each_against_plain_loops) {
    const std::vector<Graph> graphs = {resnet18_to_layer3({3, 22, 22}), mobilenet_v1({3, 40, 40}),
                                       squeezenet({3, 35, 35}), squeezenet({3, 38, 38})};
    for (const Graph& graph : graphs) {
        Network<Cpu> network(graph);
        reference::draw_parameters(network, 1);
        draw_statistics(network);
        const auto X = draw(graph.shape(0).size(), 1, 2);
        const auto Y = network.forward(X, Mode::evaluation);
        const auto maps = reference::evaluate(network, reference::numbers_of(network, X), Mode::evaluation);
        // Up to 80 layers, each rounding sums of up to 2,304 products.
        BOOST_TEST(reference::relative_difference(Y.to_host(), maps.back().values) < 1e-4);
    }
}

// "Same" padding puts a lone pixel at the end: on a ramp across, with a kernel that is 1 at its middle, the
// first output is the second pixel of an even side and the first of an odd one.
BOOST_AUTO_TEST_CASE(padding_is_that_of_tensorflow) {
    for (const std::size_t side : {8, 9}) {
        const Graph whole = mobilenet_v1({3, side, side});
        Graph graph({3, side, side});
        graph.then(whole.entry(whole.find("conv1")).layer, "conv1");
        Network<Cpu> network(graph);
        std::vector<float> weight(864);
        weight[4] = 1;  // output 0, input 0, the kernel's middle
        network.set_parameter("conv1.weight", weight);
        Array<Cpu, float> X(graph.shape(0).size(), 1);
        for (std::size_t x = 0; x < side; ++x)
            for (std::size_t y = 0; y < side; ++y) X.data()[y * side + x] = static_cast<float>(x);
        const auto Y = network.forward(X, Mode::evaluation);
        BOOST_TEST(Y.data()[0] == (side % 2 == 0 ? 1.0f : 0.0f));
        BOOST_TEST(graph.shape(1).width == (side + 1) / 2);
    }
}

BOOST_AUTO_TEST_CASE(images_that_do_not_fit_are_refused) {
    const auto says = [](const std::string& message, const char* text) {
        BOOST_TEST(message.find(text) != std::string::npos, message << " lacks " << text);
    };
    says(message_of([] { mobilenet_v1({3, 64, 63}); }), "3 x 64 x 63 need another padding");
    says(message_of([] { squeezenet({3, 64, 62}); }), "need another padding across");
    says(message_of([] { squeezenet({3, 6, 6}); }), "does not fit into 6 pixels");
    says(message_of([] { resnet18_to_layer3({3, 0, 32}); }), "no entry");
}

BOOST_AUTO_TEST_SUITE_END()
