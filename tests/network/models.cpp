#include "solvers/network/models.hpp"

#include <boost/test/unit_test.hpp>

#include "solvers/device/primitives.hpp"
#include "solvers/network/initialise.hpp"
#include "solvers/network/training.hpp"
#include "tests/message_of.hpp"
#include "tests/network/reference.hpp"

using namespace assay::solvers;
using assay::testing::message_of;
using reference::draw;

namespace {

constexpr MapShape cifar{3, 32, 32};

}  // namespace

BOOST_AUTO_TEST_SUITE(models)

BOOST_AUTO_TEST_CASE(parameters_are_as_many_as_published) {
    BOOST_TEST(lenet5(cifar, 10).parameter_count() == 62006u);
    BOOST_TEST(vgg11(cifar, 10, Normalisation::batch).parameter_count() == 9231114u);
    BOOST_TEST(vgg11(cifar, 10, Normalisation::none).parameter_count() == 9225610u);
    BOOST_TEST(resnet(cifar, 10).parameter_count() == 269722u);
    BOOST_TEST(warp_cnn(cifar, {}, WarpSize::small).parameter_count() == 45440u);
    BOOST_TEST(warp_cnn(cifar, {}, WarpSize::medium).parameter_count() == 160256u);
    BOOST_TEST(warp_cnn(cifar, {}, WarpSize::large).parameter_count() == 540480u);
    // The five levels' two convolutions, the four growths, the logits, and batch norms: 31.04 million.
    BOOST_TEST(unet({3, 64, 64}, 2).parameter_count() == 31043586u);
}

BOOST_AUTO_TEST_CASE(multiply_adds_are_those_of_the_literature) {
    BOOST_TEST(lenet5(cifar, 10).multiply_adds() / 1e6 == 0.65, boost::test_tools::tolerance(0.01));
    BOOST_TEST(vgg11(cifar, 10, Normalisation::batch).multiply_adds() / 1e6 == 153.0,
               boost::test_tools::tolerance(0.01));
    BOOST_TEST(resnet(cifar, 10).multiply_adds() / 1e6 == 40.8, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(shapes_of_outputs_and_features) {
    for (const MapShape& image : {cifar, MapShape{3, 48, 64}}) {
        const Graph warp = warp_cnn(image, {}, WarpSize::medium);
        BOOST_TEST((warp.shape(warp.last()) == MapShape{64, image.height / 2, image.width / 2}));
        const Graph segments = unet(image, 2, 8);
        BOOST_TEST((segments.shape(segments.last()) == MapShape{2, image.height, image.width}));
        BOOST_TEST((segments.shape(segments.find("x1")) == MapShape{8, image.height, image.width}));
    }
    const Graph vgg = vgg11(cifar, 10, Normalisation::none);
    BOOST_TEST(vgg.shape(vgg.find("x1")).size() == 65536u);
    BOOST_TEST((vgg.shape(vgg.find("x8")) == MapShape{512, 2, 2}));
    const Graph lenet = lenet5(cifar, 10);
    BOOST_TEST(lenet.shape(lenet.find("x1")).size() == 4704u);
    const Graph residual = resnet(cifar, 10);
    BOOST_TEST((residual.shape(residual.find("features")) == MapShape{64, 1, 1}));
}

BOOST_AUTO_TEST_CASE(warp_starts_as_the_dictionary_s_analysis) {
    Network<Cpu> network(warp_cnn(cifar, {}, WarpSize::small));
    initialise(network, Initialisation::he, 1);
    const auto atoms = draw(64 * 3 * 81, 1, 4).to_host();
    start_from_dictionary(network, std::span<const float>(atoms));
    const auto X = draw(cifar.size(), 2, 1);
    network.forward(X, Mode::evaluation);
    Graph analysis(cifar);
    analysis.then(Convolution{.channels = 64, .kernel = 9, .stride = 2, .padding = 4, .bias = false}, "c");
    Network<Cpu> alone(analysis);
    alone.set_parameter("c.weight", atoms);
    const auto expected = alone.forward(X, Mode::evaluation);
    BOOST_TEST(distance(network.features(1), expected) < 1e-6 * norm(expected));
}

// Each against plain loops once, in the shapes that are its own.
BOOST_AUTO_TEST_CASE(small_ones_against_plain_loops) {
    const std::vector<Graph> graphs = {warp_cnn({3, 16, 16}, {16, 9, 2}, WarpSize::large),
                                       lenet5({1, 28, 28}, 10, Activation{ActivationKind::mish}),
                                       resnet({3, 8, 8}, 4, 1), unet({3, 16, 16}, 2, 4)};
    for (const Graph& graph : graphs) {
        Network<Cpu> network(graph);
        reference::draw_parameters(network, 1);
        const auto X = draw(graph.shape(0).size(), 2, 2);
        const auto Y = network.forward(X, Mode::training);
        const auto maps = reference::evaluate(network, reference::numbers_of(network, X), Mode::training);
        // Up to 23 layers; batch norms of the smallest maps divide by deviations of few values.
        BOOST_TEST(reference::relative_difference(Y.to_host(), maps.back().values) < 1e-4);
    }
}

BOOST_AUTO_TEST_CASE(a_segmentation_learns_its_pixels) {
    const MapShape image{1, 16, 16};
    Network<Cpu> network(unet(image, 2, 4));
    initialise(network, Initialisation::he, 1);
    const auto X = draw(256, 4, 1);
    Labels labels(1024);
    for (std::size_t i = 0; i < 1024; ++i) labels[i] = X.data()[i] > 0 ? 1 : 0;
    Optimiser<Cpu> optimiser(Adam{.rate = 0.01}, network);
    BatchReport report;
    for (int step = 0; step < 60; ++step) report = train_classifier(network, optimiser, 0.01, X, 2, labels);
    BOOST_TEST(report.correct > 950u);
}

BOOST_AUTO_TEST_CASE(images_that_do_not_fit_are_refused) {
    BOOST_TEST(message_of([] { unet({3, 40, 40}, 2); }).find("halving") != std::string::npos);
    BOOST_TEST(message_of([] {
                   vgg11({3, 16, 16}, 10, Normalisation::none);
               }).find("does not fit") != std::string::npos);
    BOOST_TEST(message_of([] { lenet5({3, 4, 4}, 10); }).find("does not fit") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
