#include "solvers/network/network.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <limits>

#include "solvers/device/primitives.hpp"
#include "solvers/network/initialise.hpp"
#include "tests/message_of.hpp"
#include "tests/network/reference.hpp"

using namespace assay::solvers;
using assay::testing::message_of;
using reference::draw;

namespace {

/// Convolutions with batch norms, a skip, a join, a pooling and a growing path, three readers of one node.
Graph crossed() {
    Graph graph({3, 12, 12});
    const Node wide = graph.then(Convolution{.channels = 16, .kernel = 3, .padding = 1, .bias = false});
    const Node normal = graph.add(BatchNorm{}, {wide});
    const Node bent = graph.add(Activation{ActivationKind::swish}, {normal}, "bent");
    const Node change =
        graph.add(Convolution{.channels = 16, .kernel = 3, .padding = 1, .groups = 16}, {bent});
    const Node sum = graph.add(Add{}, {change, bent});
    const Node small = graph.add(AveragePool{}, {sum});
    const Node grown = graph.add(TransposedConvolution{.channels = 16, .kernel = 2, .stride = 2}, {small});
    const Node joined = graph.add(Concat{}, {grown, bent});
    graph.add(Convolution{.channels = 8, .kernel = 3, .stride = 2}, {joined});
    graph.then(Activation{ActivationKind::elu, 1.0}, "last");
    graph.then(GlobalAveragePool{});
    graph.then(Linear{5});
    return graph;
}

struct Pass {
    std::vector<float> output, gradients, statistics;
    bool operator==(const Pass&) const = default;
};
Pass pass(Network<Cpu>& network, const Array<Cpu, float>& X) {
    const auto Y = network.forward(X, Mode::training);
    network.backward(draw(Y.rows(), Y.cols(), 3));
    return {Y.to_host(), network.gradients().to_host(), network.statistics().to_host()};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(network)

// Ten layers, each with the rounding of the single ones, on gradients that cancel more.
BOOST_AUTO_TEST_CASE(a_whole_network_against_central_differences) {
    Network<Cpu> network(crossed());
    reference::draw_parameters(network, 1);
    const auto X = draw(network.graph().shape(0).size(), 4, 2);
    const auto Y = network.forward(X, Mode::training);
    const auto maps = reference::evaluate(network, reference::numbers_of(network, X), Mode::training);
    BOOST_TEST(reference::relative_difference(Y.to_host(), maps.back().values) < 1e-5);
    for (Node node = 0; node < network.graph().size(); ++node)
        BOOST_TEST(reference::relative_difference(network.features(node).to_host(), maps[node].values) <
                   1e-5);
    const auto weights = draw(Y.rows(), Y.cols(), 3);
    network.backward(weights, {}, Network<Cpu>::InputGradient::wanted);
    BOOST_TEST(reference::gradient_error(network, X, weights, {}, 12) < 1e-4);
    for (const FeatureNorm norm : {FeatureNorm::l1, FeatureNorm::l2_squared, FeatureNorm::l1_over_l2}) {
        const std::vector<FeaturePenalty> penalties = {{network.graph().find("bent"), 0.02, norm},
                                                       {network.graph().find("last"), 0.3, norm}};
        network.backward(weights, penalties, Network<Cpu>::InputGradient::wanted);
        BOOST_TEST(reference::gradient_error(network, X, weights, penalties, 12) < 1e-4);
        const double loss = reference::loss(network, reference::numbers_of(network, X), weights, penalties) -
                            reference::loss(network, reference::numbers_of(network, X), weights, {});
        BOOST_TEST(network.penalty(penalties) == loss, boost::test_tools::tolerance(1e-5));
    }
}

BOOST_AUTO_TEST_CASE(norms_of_features_in_closed_form) {
    // Columns (3, -4), (0, 0) and (0, 2): ||x||_1 = 7, 0, 2 and ||x||_2 = 5, 0, 2.
    const std::vector<float> entries = {3, -4, 0, 0, 0, 2};
    const auto X = Array<Cpu, float>::from_host(2, 3, entries);
    BOOST_TEST(feature_norm(FeatureNorm::l1, X) == 9.0);
    BOOST_TEST(feature_norm(FeatureNorm::l2_squared, X) == 29.0);
    BOOST_TEST(feature_norm(FeatureNorm::l1_over_l2, X) == 7.0 / 5.0 + 1.0);
    const auto gradient = [&](FeatureNorm norm) { return feature_norm_gradient(norm, 0.5, X).to_host(); };
    BOOST_TEST((gradient(FeatureNorm::l1) == std::vector<float>{0.5f, -0.5f, 0, 0, 0, 0.5f}));
    BOOST_TEST((gradient(FeatureNorm::l2_squared) == entries));
    // 1/5 - 3 * 7/125 = 0.032 and -1/5 + 4 * 7/125 = 0.024; a single entry is as sparse as can be.
    const std::vector<float> expected = {0.016f, 0.012f, 0, 0, 0, 0};
    const std::vector<float> found = gradient(FeatureNorm::l1_over_l2);
    for (std::size_t e = 0; e < found.size(); ++e) BOOST_TEST(std::abs(found[e] - expected[e]) < 1e-7f);
}

BOOST_AUTO_TEST_CASE(running_statistics_follow_the_batches) {
    Graph graph({2, 2, 2});
    graph.then(BatchNorm{.momentum = 0.25, .epsilon = 0});
    Network<Cpu> network(graph);
    Array<Cpu, float> X(8, 2);
    for (std::size_t e = 0; e < 16; ++e) X.data()[e] = static_cast<float>(e);
    network.forward(X, Mode::training);
    const auto statistics = network.statistics(1);
    // Channel 0 holds 0..3 and 8..11: mean 5.5, sum of squares 138, unbiased variance 138 / 7.
    BOOST_TEST(statistics.mean[0] == 0.25f * 5.5f, boost::test_tools::tolerance(1e-6f));
    BOOST_TEST(statistics.mean[1] == 0.25f * 9.5f, boost::test_tools::tolerance(1e-6f));
    BOOST_TEST(statistics.variance[0] == 0.75f + 0.25f * 138.0f / 7.0f, boost::test_tools::tolerance(1e-6f));
    const auto before = network.statistics().to_host();
    network.forward(X, Mode::evaluation);
    BOOST_TEST((network.statistics().to_host() == before));
}

BOOST_AUTO_TEST_CASE(equal_bits_on_repeat_with_each_number_of_threads) {
    const auto X = draw(crossed().shape(0).size(), 8, 2);
    for (const unsigned threads : {1u, 2u}) {
        std::vector<Pass> passes;
        for (int repeat = 0; repeat < 3; ++repeat) {
            Network<Cpu> network(crossed(), threads);
            initialise(network, Initialisation::he, 5);
            passes.push_back(pass(network, X));
        }
        BOOST_TEST((passes[0] == passes[1]));
        BOOST_TEST((passes[0] == passes[2]));
    }
}

BOOST_AUTO_TEST_CASE(batches_of_changing_sizes_do_not_mix) {
    Network<Cpu> network(crossed());
    initialise(network, Initialisation::xavier, 5);
    const auto X = draw(network.graph().shape(0).size(), 9, 2);
    const auto all = network.forward(X, Mode::evaluation);
    for (const std::size_t count : {1, 2, 3, 4, 5, 9, 3, 1}) {  // more sizes than are kept
        const auto some = network.forward(X.columns(9 - count, count), Mode::evaluation);
        // Blocks of a convolution may be summed in another order for another number of samples.
        BOOST_TEST(distance(some, all.columns(9 - count, count)) < 1e-5 * norm(all));
    }
}

BOOST_AUTO_TEST_CASE(changed_weights_are_used_at_once) {
    Graph graph({16, 4, 4});
    graph.then(Convolution{.channels = 16, .kernel = 3, .padding = 1, .bias = false}, "c");
    Network<Cpu> network(graph);
    initialise(network, Initialisation::he, 1);
    const auto X = draw(256, 2, 2);
    auto twice = network.forward(X, Mode::training);
    std::vector<float> weights = network.parameter("c.weight");
    for (float& w : weights) w *= 2;
    network.set_parameter("c.weight", weights);
    const auto Y = network.forward(X, Mode::training);
    axpy(1.0f, Array<Cpu, float>(twice.copy()), twice);
    BOOST_TEST(distance(Y, twice) == 0.0);  // a doubling is exact
    network.backward(draw(Y.rows(), Y.cols(), 3), {}, Network<Cpu>::InputGradient::wanted);
    const double size = norm(network.input_gradient());
    network.update([](Array<Cpu, float>& parameters, const Array<Cpu, float>&) { scale(0.5f, parameters); });
    network.forward(X, Mode::training);
    network.backward(draw(Y.rows(), Y.cols(), 3), {}, Network<Cpu>::InputGradient::wanted);
    BOOST_TEST(norm(network.input_gradient()) == size / 2);
}

BOOST_AUTO_TEST_CASE(initialisations_have_their_variance) {
    Graph graph({8, 16, 16});
    graph.then(Convolution{.channels = 64, .kernel = 5, .padding = 2}, "c");
    graph.then(BatchNorm{}, "b");
    for (const auto kind : {Initialisation::he, Initialisation::xavier}) {
        Network<Cpu> network(graph);
        initialise(network, kind, 3);
        const std::vector<float> weights = network.parameter("c.weight");
        double sum = 0, squares = 0, largest = 0;
        for (const float w : weights) {
            sum += static_cast<double>(w);
            squares += static_cast<double>(w) * static_cast<double>(w);
            largest = std::max(largest, static_cast<double>(std::abs(w)));
        }
        const auto n = static_cast<double>(weights.size());  // 12,800
        const double variance = kind == Initialisation::he ? 2.0 / 200 : 2.0 / (200 + 1600);
        BOOST_TEST(std::abs(sum / n) < 4 * std::sqrt(variance / n));  // four standard errors, as below
        BOOST_TEST(std::abs(squares / n / variance - 1) < 4 * std::sqrt(2 / n));
        if (kind == Initialisation::xavier) BOOST_TEST(largest <= std::sqrt(3 * variance));
        BOOST_TEST(network.parameter("c.bias") == std::vector<float>(64, 0.0f));
        BOOST_TEST(network.parameter("b.scale") == std::vector<float>(64, 1.0f));
        Network<Cpu> other(graph);
        initialise(other, kind, 3);
        BOOST_TEST((other.parameter("c.weight") == weights));
        initialise(other, kind, 4);
        BOOST_TEST((other.parameter("c.weight") != weights));
    }
}

BOOST_AUTO_TEST_CASE(bad_batches_are_explained) {
    Network<Cpu> network(crossed());
    initialise(network, Initialisation::he, 1);
    const std::size_t size = network.graph().shape(0).size();
    const auto says = [](const std::string& message, const char* text) {
        BOOST_TEST(message.find(text) != std::string::npos, message << " lacks " << text);
    };
    const auto X = draw(size, 4, 2);
    says(message_of([&] { network.features(1); }), "no forward pass");
    says(message_of([&] { network.backward(draw(5, 4, 1)); }), "no forward pass");
    says(message_of([&] { network.forward(draw(size + 1, 4, 1), Mode::training); }), "input of 3 x 12 x 12");
    says(message_of([&] { network.forward(Array<Cpu, float>(size, 0), Mode::training); }), "at least one");
    for (const float bad :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        auto broken = X.copy();
        broken(7, 1) = bad;
        says(message_of([&] { network.forward(broken, Mode::evaluation); }), "not a number");
    }
    network.forward(X, Mode::evaluation);
    says(message_of([&] { network.backward(draw(5, 4, 1)); }), "in training");
    network.forward(X, Mode::training);
    says(message_of([&] { network.backward(draw(5, 3, 1)); }), "5 x 3 for 4 samples");
    says(message_of([&] { network.input_gradient(); }), "was not computed");
    says(message_of([&] { network.features(99); }), "no node 99");
    const std::vector<FeaturePenalty> on_input = {{0, 1.0}};
    says(message_of([&] { network.penalty(on_input); }), "node 0");
    says(message_of([&] { network.backward(draw(5, 4, 1), on_input); }), "node 0");
    says(message_of([&] { network.set_parameter("bent.weight", {}); }), "no parameter");
    says(message_of([&] { network.set_parameter("1.weight", std::vector<float>(3)); }), "3 values");
    says(message_of([&] { network.statistics(1); }), "no batch norm");
    const std::vector<float> infinite(16, std::numeric_limits<float>::infinity());
    says(message_of([&] { network.set_statistics(2, {infinite, infinite}); }), "infinite");
}

BOOST_AUTO_TEST_CASE(bad_networks_are_explained) {
    const auto says = [](const std::string& message, const char* text) {
        BOOST_TEST(message.find(text) != std::string::npos, message << " lacks " << text);
    };
    says(message_of([] { Network<Cpu> network(Graph({1, 2, 2})); }), "without layers");
    Graph dead({1, 4, 4});
    dead.add(Activation{}, {0}, "dead");
    dead.add(Linear{2}, {0});
    says(message_of([&] { Network<Cpu> network(dead); }), "no layer reads the node 'dead'");
    says(message_of([] { Network<Cpu> network(crossed(), 0); }), "0 threads");
    Graph narrow({4, 1, 1});
    narrow.then(BatchNorm{}, "norm");
    Network<Cpu> network(narrow);
    says(message_of([&] { network.forward(draw(4, 1, 1), Mode::training); }), "node 'norm'");
    BOOST_TEST(network.forward(draw(4, 1, 1), Mode::evaluation).cols() == 1u);
}

BOOST_AUTO_TEST_CASE(the_library_says_what_it_is) {
    BOOST_TEST(layer_library<Cpu>().starts_with("oneDNN "));
}

BOOST_AUTO_TEST_CASE(the_most_threads_of_a_network_are_known) {
    const unsigned before = most_layer_threads();
    { const LibraryThreads<Cpu> allowed(before + 2); }
    { const LibraryThreads<Cpu> allowed(1); }
    BOOST_TEST(most_layer_threads() == before + 2);
    BOOST_CHECK_THROW(LibraryThreads<Cpu>(0), assay::Error);
    BOOST_TEST(most_layer_threads() == before + 2);
}

BOOST_AUTO_TEST_SUITE_END()
