#include <boost/test/unit_test.hpp>
#include <cstdio>

#include "solvers/network/backbones.hpp"
#include "solvers/network/checkpoint.hpp"
#include "solvers/network/initialise.hpp"
#include "solvers/network/models.hpp"
#include "solvers/network/training.hpp"
#include "tests/cuda/parity.hpp"

using namespace assay::solvers;
using parity::epsilon;
using parity::largest_difference;
using parity::largest_entry;
using parity::Pair;

namespace {

/// Sums of up to a few thousand products, each rounded, through ten layers: what two orders of summation may
/// differ by, relative to the largest entry.
constexpr double bound = 2000 * epsilon<float>;

boost::test_tools::assertion_result cudnn_is_there(boost::unit_test::test_unit_id) {
    if (layer_library<Cuda>().starts_with("cuDNN")) return true;
    std::puts("SKIPPED: built without cuDNN");
    return false;
}

/// One pass in training of the same network on both devices.
void expect_equal_passes(const Graph& graph, std::size_t samples = 4) {
    Network<Cpu> cpu(graph);
    Network<Cuda> gpu(graph), again(graph);
    initialise(cpu, Initialisation::he, 1);
    restore_network(network_bytes(cpu), gpu);
    restore_network(network_bytes(cpu), again);
    const Pair<float> X(graph.shape(0).size(), samples, 2);
    const auto close = [](const std::vector<float>& of_gpu, const std::vector<float>& of_cpu) {
        BOOST_TEST(largest_difference(of_gpu, of_cpu) <= bound * largest_entry(of_cpu));
    };
    const auto output = cpu.forward(X.cpu, Mode::training);
    close(gpu.forward(X.gpu, Mode::training).to_host(), output.to_host());
    const Pair<float> weights(output.rows(), output.cols(), 3);
    const std::vector<FeaturePenalty> penalties = {
        {1, 0.01}, {1, 0.02, FeatureNorm::l2_squared}, {1, 0.03, FeatureNorm::l1_over_l2}};
    cpu.backward(weights.cpu, penalties, Network<Cpu>::InputGradient::wanted);
    gpu.backward(weights.gpu, penalties, Network<Cuda>::InputGradient::wanted);
    BOOST_TEST(gpu.penalty(penalties) == cpu.penalty(penalties), boost::test_tools::tolerance(1e-5));
    close(gpu.input_gradient().to_host(), cpu.input_gradient().to_host());
    for (const Parameter& parameter : graph.parameters()) {
        BOOST_TEST_CONTEXT(parameter.name) {
            close(gpu.gradient(parameter.name), cpu.gradient(parameter.name));
        }
    }
    if (cpu.statistics().size() != 0) close(gpu.statistics().to_host(), cpu.statistics().to_host());
    close(gpu.forward(X.gpu, Mode::evaluation).to_host(), cpu.forward(X.cpu, Mode::evaluation).to_host());
    again.forward(X.gpu, Mode::training);
    again.backward(weights.gpu, penalties, Network<Cuda>::InputGradient::wanted);
    BOOST_TEST((again.gradients().to_host() == gpu.gradients().to_host()));
}

void expect_equal_passes(const MapShape& shape, const Layer& layer) {
    Graph graph(shape);
    graph.then(layer);
    BOOST_TEST_CONTEXT(layer_name(layer)) {
        expect_equal_passes(graph);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cuda_network, *boost::unit_test::precondition(cudnn_is_there))

BOOST_AUTO_TEST_CASE(layers_agree) {
    expect_equal_passes({3, 11, 9}, Convolution{.channels = 16, .kernel = 9, .stride = 2, .padding = 4});
    expect_equal_passes(
        {16, 8, 8}, Convolution{.channels = 16, .kernel = 3, .stride = 2, .padding = {0, 1}, .groups = 16});
    expect_equal_passes({6, 8, 8}, Convolution{.channels = 4, .kernel = 3, .groups = 2, .bias = false});
    expect_equal_passes(
        {5, 6, 6},
        TransposedConvolution{.channels = 3, .kernel = 9, .stride = 2, .padding = 4, .output_padding = 1});
    expect_equal_passes({3, 4, 5}, Linear{7});
    expect_equal_passes({5, 4, 3}, BatchNorm{.momentum = 0.3, .epsilon = 1e-3});
    for (const auto kind :
         {ActivationKind::relu, ActivationKind::relu6, ActivationKind::leaky_relu, ActivationKind::elu,
          ActivationKind::swish, ActivationKind::mish, ActivationKind::gelu}) {
        expect_equal_passes({3, 5, 5}, Activation{kind, 0.2});
    }
    expect_equal_passes({3, 7, 8}, MaxPool{.kernel = 3, .stride = 2, .padding = {0, 1}});
    expect_equal_passes({3, 7, 8}, AveragePool{.kernel = 3, .stride = 1, .padding = 1});
    expect_equal_passes({3, 5, 4}, GlobalAveragePool{});
    expect_equal_passes({4, 7, 6}, IdentityShortcut{.channels = 8, .stride = 2});
}

BOOST_AUTO_TEST_CASE(models_agree) {
    expect_equal_passes(warp_cnn({3, 16, 16}, {}, WarpSize::small));
    expect_equal_passes(lenet5({3, 32, 32}, 10, Activation{ActivationKind::elu, 1.0}));
    expect_equal_passes(resnet({3, 16, 16}, 10, 1), 8);
    expect_equal_passes(unet({3, 32, 32}, 2, 4), 8);
}

// Frozen networks only look: up to 80 layers in evaluation.
BOOST_AUTO_TEST_CASE(backbones_agree) {
    for (const Graph& graph : {resnet18_to_layer3({3, 64, 64}), mobilenet_v1({3, 64, 64}),
                               squeezenet({3, 64, 64}, SqueezeNetEnd::scores), resnet({3, 32, 32}, 10)}) {
        Network<Cpu> cpu(graph);
        Network<Cuda> gpu(graph);
        initialise(cpu, Initialisation::he, 1);
        restore_network(network_bytes(cpu), gpu);
        const Pair<float> X(graph.shape(0).size(), 3, 2);
        const auto expected = cpu.forward(X.cpu, Mode::evaluation).to_host();
        const auto found = gpu.forward(X.gpu, Mode::evaluation).to_host();
        BOOST_TEST(largest_difference(found, expected) <= bound * largest_entry(expected));
    }
}

BOOST_AUTO_TEST_CASE(losses_agree) {
    const Pair<float> logits(12, 7, 1), target(12, 7, 2);
    for (const std::size_t classes : {12, 4}) {
        Labels labels(84 / classes);
        for (std::size_t i = 0; i < labels.size(); ++i)
            labels[i] = static_cast<std::uint32_t>(5 * i % classes);
        const auto cpu = cross_entropy(logits.cpu, classes, labels);
        const auto gpu = cross_entropy(logits.gpu, classes, labels);
        // The formula is shared and contraction is off; the logarithm and the sum's order are the devices'
        // own.
        BOOST_TEST((gpu.gradient.to_host() == cpu.gradient.to_host()));
        BOOST_TEST(gpu.value == cpu.value, boost::test_tools::tolerance(1e-12));
    }
    for (const auto kind : {RegressionKind::squared, RegressionKind::absolute, RegressionKind::exponential,
                            RegressionKind::laplacian, RegressionKind::correntropy}) {
        const auto cpu = regression({.kind = kind}, logits.cpu, target.cpu);
        const auto gpu = regression({.kind = kind}, logits.gpu, target.gpu);
        BOOST_TEST((gpu.gradient.to_host() == cpu.gradient.to_host()));
        BOOST_TEST(gpu.value == cpu.value, boost::test_tools::tolerance(1e-12));
    }
}

BOOST_AUTO_TEST_CASE(trainings_stay_together_and_repeat) {
    const Pair<float> X(3 * 16 * 16, 8, 1);
    const Labels labels = {0, 1, 2, 3, 0, 1, 2, 3};
    Network<Cpu> cpu(resnet({3, 16, 16}, 4, 1));
    Network<Cuda> gpu(resnet({3, 16, 16}, 4, 1)), again(resnet({3, 16, 16}, 4, 1));
    initialise(cpu, Initialisation::he, 1);
    initialise(gpu, Initialisation::he, 1);
    initialise(again, Initialisation::he, 1);
    BOOST_TEST((gpu.parameters().to_host() == cpu.parameters().to_host()));
    Optimiser<Cpu> of_cpu(Sgd{.rate = 0.01, .weight_decay = 5e-4}, cpu);
    Optimiser<Cuda> of_gpu(Sgd{.rate = 0.01, .weight_decay = 5e-4}, gpu), of_again(of_gpu.method(), again);
    for (int step = 0; step < 5; ++step) {
        const double on_cpu = train_classifier(cpu, of_cpu, 0.01, X.cpu, 4, labels).loss;
        const double on_gpu = train_classifier(gpu, of_gpu, 0.01, X.gpu, 4, labels).loss;
        train_classifier(again, of_again, 0.01, X.gpu, 4, labels);
        BOOST_TEST(on_gpu == on_cpu, boost::test_tools::tolerance(1e-3));  // rounding, grown over five steps
    }
    BOOST_TEST((checkpoint_bytes(again, of_again, {}) == checkpoint_bytes(gpu, of_gpu, {})));
}

BOOST_AUTO_TEST_SUITE_END()
