#include "solvers/network/optimiser.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/primitives.hpp"
#include "solvers/network/initialise.hpp"
#include "solvers/network/training.hpp"
#include "tests/message_of.hpp"
#include "tests/network/reference.hpp"

using namespace assay::solvers;
using assay::testing::message_of;
using reference::draw;

namespace {

Graph small() {
    Graph graph({3, 8, 8});
    graph.then(Convolution{.channels = 16, .kernel = 3, .padding = 1});
    graph.then(BatchNorm{});
    graph.then(Activation{}, "x1");
    graph.then(GlobalAveragePool{});
    graph.then(Linear{4}, "logits");
    return graph;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(optimiser)

BOOST_AUTO_TEST_CASE(sgd_is_its_definition) {
    for (const bool nesterov : {false, true}) {
        const Sgd options{.rate = 0.1, .momentum = 0.9, .weight_decay = 0.01, .nesterov = nesterov};
        auto w = draw(5, 4, 1);
        const auto g = draw(5, 4, 2);
        Array<Cpu, float> v(5, 4);
        std::vector<double> expected(w.data(), w.data() + 20), velocity(20);
        for (int step = 0; step < 3; ++step) {
            sgd_step(options, g, v, w);
            for (std::size_t e = 0; e < 20; ++e) {
                const double pull = static_cast<double>(g.data()[e]) + 0.01 * expected[e];
                velocity[e] = 0.9 * velocity[e] + pull;
                expected[e] -= 0.1 * (nesterov ? pull + 0.9 * velocity[e] : velocity[e]);
            }
        }
        // Three steps of five roundings each.
        BOOST_TEST(reference::relative_difference(w.to_host(), expected) < 15 * 6e-8);
    }
}

BOOST_AUTO_TEST_CASE(threads_do_not_move_the_bits_of_a_step) {
    const std::size_t count = 100003;
    const auto g = draw(count, 1, 2);
    std::vector<std::vector<float>> results;
    for (const unsigned threads : {1u, 2u, 3u}) {
        const LibraryThreads<Cpu> allowed(threads);
        auto w = draw(count, 1, 1), v = draw(count, 1, 3);
        sgd_step({}, g, v, w);
        results.push_back(w.to_host());
    }
    BOOST_TEST((results[0] == results[1]));
    BOOST_TEST((results[0] == results[2]));
}

BOOST_AUTO_TEST_CASE(adam_is_the_primitive) {
    Network<Cpu> network(small());
    initialise(network, Initialisation::he, 1);
    const auto X = draw(192, 6, 1);
    auto expected = network.parameters().copy();
    Array<Cpu, float> first(expected.rows(), 1), second(expected.rows(), 1);
    Optimiser<Cpu> optimiser(Adam{.rate = 0.02}, network);
    for (std::uint64_t step = 1; step <= 3; ++step) {
        const auto Y = network.forward(X, Mode::training);
        network.backward(draw(Y.rows(), Y.cols(), step));
        adam_step(Adam{.rate = 0.02}, step, network.gradients(), first, second, expected);
        optimiser.step(network);
        BOOST_TEST((network.parameters().to_host() == expected.to_host()));
    }
    BOOST_TEST(optimiser.steps() == 3u);
}

BOOST_AUTO_TEST_CASE(the_cosine_goes_from_its_rate_to_its_last) {
    BOOST_TEST(cosine_rate(0.1, 0, 200) == 0.1);
    BOOST_TEST(cosine_rate(0.1, 100, 200) == 0.05, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(cosine_rate(0.1, 50, 200, 0.02) == 0.02 + 0.04 * (1 + std::sqrt(0.5)),
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST(cosine_rate(0.1, 200, 200, 0.02) == 0.02);
    BOOST_TEST(cosine_rate(0.1, 999, 200, 0.02) == 0.02);
    BOOST_TEST(cosine_rate(0.1, 0, 0) == 0.0);
}

BOOST_AUTO_TEST_CASE(training_learns_labels_by_heart) {
    const auto X = draw(192, 16, 1);
    Labels labels(16);
    for (std::size_t i = 0; i < 16; ++i) labels[i] = static_cast<std::uint32_t>(i % 4);
    for (const Optimiser<Cpu>::Method& method :
         {Optimiser<Cpu>::Method(Sgd{.rate = 0.3}), Optimiser<Cpu>::Method(Adam{.rate = 0.03})}) {
        Network<Cpu> network(small());
        initialise(network, Initialisation::he, 1);
        Optimiser<Cpu> optimiser(method, network);
        BatchReport first, last;
        for (std::uint64_t step = 0; step < 150; ++step) {
            last =
                train_classifier(network, optimiser, cosine_rate(optimiser.rate(), step, 150), X, 4, labels);
            if (step == 0) first = last;
        }
        BOOST_TEST(last.loss < 0.1 * first.loss);
        BOOST_TEST(last.correct == 16u);
    }
}

BOOST_AUTO_TEST_CASE(a_penalty_on_features_makes_them_smaller) {
    const auto X = draw(192, 16, 1);
    const Labels labels(16, 1);
    double size[2] = {};
    for (const bool penalised : {false, true}) {
        Network<Cpu> network(small());
        initialise(network, Initialisation::he, 1);
        Optimiser<Cpu> optimiser(Sgd{.rate = 0.05}, network);
        const std::vector<FeaturePenalty> penalties = {{network.graph().find("x1"), 1e-3}};
        for (int step = 0; step < 30; ++step) {
            const BatchReport report = train_classifier(
                network, optimiser, 0.05, X, 4, labels,
                penalised ? std::span<const FeaturePenalty>(penalties) : std::span<const FeaturePenalty>());
            size[penalised] = network.penalty(penalties);
            BOOST_TEST((report.penalty > 0) == penalised);
        }
    }
    BOOST_TEST(size[1] < 0.9 * size[0]);
}

BOOST_AUTO_TEST_CASE(regression_learns_targets) {
    Graph graph({3, 6, 6});
    graph.then(Convolution{.channels = 8, .kernel = 3, .padding = 1});
    graph.then(Activation{});
    graph.then(Convolution{.channels = 2});
    Network<Cpu> network(graph);
    initialise(network, Initialisation::he, 1);
    Network<Cpu> teacher(graph);
    initialise(teacher, Initialisation::he, 2);
    const auto X = draw(108, 10, 1);
    const auto targets = teacher.forward(X, Mode::evaluation);
    for (const auto kind : {RegressionKind::squared, RegressionKind::exponential}) {
        initialise(network, Initialisation::he, 1);
        Optimiser<Cpu> optimiser(Adam{.rate = 0.02}, network);
        const double first = train_regression(network, optimiser, 0.02, X, {.kind = kind}, targets);
        double last = first;
        for (int step = 0; step < 100; ++step)
            last = train_regression(network, optimiser, 0.02, X, {.kind = kind}, targets);
        BOOST_TEST(last < 0.2 * first);
    }
}

BOOST_AUTO_TEST_CASE(divergence_is_a_finding) {
    Graph graph({4, 1, 1});
    graph.then(Linear{4});
    graph.then(Linear{2});
    Network<Cpu> network(graph);
    initialise(network, Initialisation::he, 1);
    Optimiser<Cpu> optimiser(Sgd{}, network);
    const auto X = draw(4, 3, 1);
    const auto targets = draw(2, 3, 2);
    const auto many_steps = [&] {
        for (int step = 0; step < 100; ++step) train_regression(network, optimiser, 1e12, X, {}, targets);
    };
    BOOST_CHECK_THROW(many_steps(), assay::Diverged);
}

BOOST_AUTO_TEST_CASE(bad_options_are_explained) {
    Network<Cpu> network(small());
    const auto says = [](const std::string& message, const char* text) {
        BOOST_TEST(message.find(text) != std::string::npos, message << " lacks " << text);
    };
    says(message_of([&] { Optimiser<Cpu>(Sgd{.momentum = 1}, network); }), "momentum 1");
    says(message_of([&] { Optimiser<Cpu>(Sgd{.weight_decay = -1}, network); }), "weight decay");
    says(message_of([&] { Optimiser<Cpu>(Adam{.beta1 = 1}, network); }), "outside [0, 1)");
    Optimiser<Cpu> optimiser(Sgd{}, network);
    says(message_of([&] { optimiser.step(network, std::nan("")); }), "learning rate");
    says(message_of([&] { optimiser.step(network, -1); }), "learning rate");
    BOOST_TEST(optimiser.steps() == 0u);
    auto w = draw(3, 1, 1), v = draw(4, 1, 1);
    says(message_of([&] { sgd_step({}, w, v, w); }), "4 x 1 and 3 x 1");
}

BOOST_AUTO_TEST_SUITE_END()
