#include "solvers/deep/learned_lista.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <utility>

#include "solvers/deep/weights.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/random.hpp"
#include "solvers/device/spectral_norm.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/sparse/ista.hpp"
#include "tests/deep/sample.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::DeepSample;
using assay::testing::message_of;

namespace {

using Matrix = Array<Cpu, double>;
using Network = LearnedLista<Cpu, double>;

constexpr std::size_t m = 9, p = 16, n = 7;
constexpr Unrolling kinds[] = {Unrolling::lista, Unrolling::lista_cp, Unrolling::alista};

Matrix gaussian(std::size_t rows, std::size_t cols, double size, std::uint64_t seed) {
    Random random(seed, "learned lista");
    Matrix X(rows, cols);
    for (std::size_t i = 0; i < X.size(); ++i) X.data()[i] = size * random.normal();
    return X;
}

struct Problem {
    Matrix A = random_dictionary<Cpu, double>(m, p, 1);
    Matrix truth, Y;

    explicit Problem(std::size_t samples = n)
        : truth(sparse_codes<Cpu, double>({.nonzeros = 3}, p, 0, samples, 2)), Y(m, samples) {
        gemm(Op::none, Op::none, 1.0, A, truth, 0.0, Y);
    }
    double square() const { return std::pow(spectral_norm(A), 2); }
    Matrix scaled() const {
        Matrix W = A.copy();
        scale(1.0 / square(), W);
        return W;
    }
};

/// Three layers that have left their start, each in its own direction.
Network moved(Unrolling kind, const Problem& problem) {
    Network network(kind, problem.A, problem.scaled(), 0.02);
    std::uint64_t seed = 10;
    for (std::size_t k = 0; k < 3; ++k) {
        network.add_layer();
        auto& layer = network.layers().back();
        if (layer.W.size() != 0) axpy(1.0, gaussian(m, p, 0.03, seed++), layer.W);
        if (layer.S.size() != 0) axpy(1.0, gaussian(p, p, 0.03, seed++), layer.S);
        layer.theta += 0.003 * static_cast<double>(k);
        if (kind == Unrolling::alista) layer.gamma = 0.9 + 0.2 * static_cast<double>(k);
    }
    return network;
}

double loss(const Network& network, const Problem& problem) {
    return squared_distance(network.forward(problem.Y).codes.back(), problem.truth) /
           static_cast<double>(problem.Y.cols());
}

/// Of the loss by what `parameter` refers to. Central differences with a step of 1e-6 err by some 1e-10 here,
/// and no threshold is crossed: the seeds are fixed.
double difference(Network& network, const Problem& problem, double& parameter) {
    constexpr double step = 1e-6;
    const double value = parameter;
    parameter = value + step;
    const double above = loss(network, problem);
    parameter = value - step;
    const double below = loss(network, problem);
    parameter = value;
    return (above - below) / (2 * step);
}

constexpr double difference_error = 1e-8;

}  // namespace

BOOST_AUTO_TEST_SUITE(learned_lista)

BOOST_AUTO_TEST_CASE(untrained_layers_are_iterations_of_ista) {
    const Problem problem;
    constexpr double lambda = 0.1;
    for (const Unrolling kind : kinds) {
        Network network(kind, problem.A, problem.scaled(), lambda / problem.square());
        for (std::size_t k = 0; k < 20; ++k) network.add_layer();
        const auto trace = network.forward(problem.Y);
        BOOST_TEST(trace.codes.size() == 21u);
        ista<Cpu, double>({.lambda = lambda, .max_iterations = 20, .check_every = 1}, problem.A, problem.Y,
                          [&](const IstaProgress<Cpu, double>& now) {
                              // Sums of 16 products of order 1 in another order, 20 times.
                              BOOST_TEST(distance(trace.codes[now.iteration], now.codes) < 1e-13);
                              BOOST_TEST(norm(now.codes) > 0.1);
                          });
    }
}

BOOST_AUTO_TEST_CASE(certified_weights_and_thresholds_give_certified_lista_cp) {
    const DeepSample sample("tiny", 0.001);
    const CircularDictionary D = effective_dictionary(sample.instance);
    const Certificate certificate = certify(sample.bounds(), 12);
    Network network(Unrolling::alista, dense(D), dense(matched_weights(D)), 0.0);
    for (const double theta : certificate.thresholds) {
        network.add_layer();
        network.layers().back().theta = theta;
    }
    // An y that D_1^T takes to sample.first: D_1 D_1^T = U I.
    std::vector<double> y = sample.instance.layers[0].times(sample.first);
    for (double& entry : y) entry /= static_cast<double>(sample.instance.shape.sequences);
    const auto trace = network.forward(Matrix::from_host(y.size(), 1, y));
    DeepCoder(sample.instance)
        .deepest_first(sample.first, 12, certified_rule(certificate),
                       [&](std::size_t k, std::span<const double> x) {
                           const std::vector<double> own = trace.codes[k].to_host();
                           for (std::size_t i = 0; i < x.size(); ++i)
                               BOOST_TEST(std::abs(own[i] - x[i]) < 1e-13);  // sums of 104 products
                           BOOST_TEST(assay::testing::largest(own) > 0.1);
                       });
}

BOOST_AUTO_TEST_CASE(floats_need_thresholds_above_their_rounding) {
    // Off-support rounding errors pass a threshold below them and grow by ||D||^2 - 1, about ten, each time.
    const DeepSample sample("S", 0.0);
    const CircularDictionary D = effective_dictionary(sample.instance);
    const auto A = to_device<Cpu, float>(dense(D)), W = to_device<Cpu, float>(dense(matched_weights(D)));
    const std::vector<double> y = sample.instance.layers[0].times(sample.codes[0]);
    const auto Y = to_device<Cpu, float>(y.size(), 1, y);
    const auto error = [&](double rounding) {
        LearnedLista<Cpu, float> network(Unrolling::alista, A, W, 0.0);
        for (const double theta : certify(sample.bounds(rounding), 60).thresholds) {
            network.add_layer();
            network.layers().back().theta = theta;
        }
        const std::vector<float> x = network.forward(Y).codes.back().to_host();
        return code_error(std::vector<double>(x.begin(), x.end()), sample.deepest()).l2;
    };
    BOOST_TEST(!(error(0.0) < 1e3));  // NaN where it overflows
    BOOST_TEST(error(rounding_noise<float>) < 1e-5);
}

BOOST_AUTO_TEST_CASE(analytic_weights_of_a_matrix_are_those_of_a_dictionary) {
    const DeepSample sample("tiny", 0.0);
    const CircularDictionary D = effective_dictionary(sample.instance);
    const Matrix A = dense(D);
    BOOST_TEST(distance(frobenius_weights(A), dense(frobenius_weights(D))) < 1e-12);
    const Problem problem;
    const Matrix W = frobenius_weights(problem.A);
    for (const double own : column_dots(W, problem.A)) BOOST_TEST(std::abs(own - 1.0) < 1e-13);
}

BOOST_AUTO_TEST_CASE(gradients_are_differences_of_the_loss) {
    const Problem problem;
    for (const Unrolling kind : kinds) {
        Network network = moved(kind, problem);
        const auto gradient =
            learned_gradient(network, network.forward(problem.Y), problem.Y, problem.truth, 1);
        BOOST_TEST(gradient.loss == loss(network, problem), boost::test_tools::tolerance(1e-13));
        BOOST_TEST(gradient.layers.size() == 3u);
        for (std::size_t k = 0; k < 3; ++k) {
            auto& layer = network.layers()[k];
            const auto& own = gradient.layers[k];
            BOOST_TEST(std::abs(own.theta - difference(network, problem, layer.theta)) < difference_error);
            BOOST_TEST(own.theta != 0.0);
            if (kind == Unrolling::alista) {
                BOOST_TEST(std::abs(own.gamma - difference(network, problem, layer.gamma)) <
                           difference_error);
                BOOST_TEST(own.gamma != 0.0);
            }
            for (const auto& [value, derivative] : {std::pair{&layer.W, &own.W}, {&layer.S, &own.S}}) {
                BOOST_TEST(value->size() == derivative->size());
                for (std::size_t i = 0; i < value->size(); ++i)
                    BOOST_TEST(std::abs(derivative->data()[i] -
                                        difference(network, problem, value->data()[i])) < difference_error);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_gradient_of_late_layers_is_part_of_the_whole) {
    const Problem problem;
    for (const Unrolling kind : kinds) {
        const Network network = moved(kind, problem);
        const auto trace = network.forward(problem.Y);
        const auto whole = learned_gradient(network, trace, problem.Y, problem.truth, 1);
        const auto late = learned_gradient(network, trace, problem.Y, problem.truth, 3);
        BOOST_TEST(late.layers.size() == 1u);
        BOOST_TEST(late.layers[0].theta == whole.layers[2].theta);
        BOOST_TEST(late.layers[0].gamma == whole.layers[2].gamma);
        BOOST_TEST((late.layers[0].W.to_host() == whole.layers[2].W.to_host()));
        BOOST_TEST((late.layers[0].S.to_host() == whole.layers[2].S.to_host()));
    }
}

BOOST_AUTO_TEST_CASE(training_moves_the_layers_of_its_stage_and_lowers_the_loss) {
    const Problem problem(64);
    for (const Unrolling kind : kinds) {
        Network network(kind, problem.A, problem.scaled(), 0.1 / problem.square());
        for (std::size_t k = 0; k < 3; ++k) network.add_layer();
        const LearnedLayer<Cpu, double> start = network.layers().front().copy();
        const double before = loss(network, problem);
        LearnedTrainer<Cpu, double> trainer({.matrices = 5e-3, .scalars = 5e-2}, 2);
        BOOST_TEST(trainer.step(problem.Y, problem.truth, 1.0, network) == before,
                   boost::test_tools::tolerance(1e-13));
        for (std::size_t i = 0; i < 200; ++i) trainer.step(problem.Y, problem.truth, 1.0, network);
        BOOST_TEST(loss(network, problem) < 0.8 * before);
        const LearnedLayer<Cpu, double>& first = network.layers().front();
        BOOST_TEST((first.W.to_host() == start.W.to_host() && first.S.to_host() == start.S.to_host()));
        BOOST_TEST((first.theta == start.theta && first.gamma == start.gamma));
        for (std::size_t k = 1; k < 3; ++k) {
            BOOST_TEST(network.layers()[k].theta != start.theta);
            BOOST_TEST((network.layers()[k].gamma != start.gamma) == (kind == Unrolling::alista));
        }
    }
}

BOOST_AUTO_TEST_CASE(training_again_gives_equal_bits) {
    const Problem problem(33);
    const auto values = [&](Unrolling kind) {
        Network network = moved(kind, problem);
        LearnedTrainer<Cpu, double> trainer({}, 1);
        for (std::size_t i = 0; i < 20; ++i) trainer.step(problem.Y, problem.truth, 0.5, network);
        return network.forward(problem.Y).codes.back().to_host();
    };
    for (const Unrolling kind : kinds)
        BOOST_TEST(values(kind) == values(kind), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_step_of_training_is_adams) {
    // The first step of Adam moves every parameter by its rate, against its derivative's sign.
    const Problem problem;
    Network network = moved(Unrolling::alista, problem);
    const auto gradient = learned_gradient(network, network.forward(problem.Y), problem.Y, problem.truth, 1);
    const auto& layer = network.layers().back();
    const double theta = layer.theta, gamma = layer.gamma;
    const LearningRates rates{.scalars = 0.01};
    LearnedTrainer<Cpu, double>(rates, 1).step(problem.Y, problem.truth, 0.5, network);
    // Adam's epsilon of 1e-8 beside derivatives above 1e-3.
    BOOST_TEST(std::log(layer.theta / theta) == -0.005 * sign(gradient.layers.back().theta),
               boost::test_tools::tolerance(1e-4));
    BOOST_TEST(layer.gamma - gamma == -0.005 * sign(gradient.layers.back().gamma),
               boost::test_tools::tolerance(1e-4));
}

BOOST_AUTO_TEST_CASE(thresholds_stay_above_rounding) {
    const Problem problem;
    Network network(Unrolling::alista, problem.A, problem.scaled(), 0.0);
    network.add_layer();
    LearnedTrainer<Cpu, double> trainer({.scalars = 5.0}, 1);
    for (std::size_t i = 0; i < 20; ++i) {
        trainer.step(problem.Y, problem.truth, 1.0, network);
        BOOST_TEST(network.layers()[0].theta >= rounding_noise<double>);
    }
}

BOOST_AUTO_TEST_CASE(both_precisions_agree) {
    const Problem problem;
    for (const Unrolling kind : kinds) {
        const auto codes = moved(kind, problem).forward(problem.Y).codes.back().to_host();
        LearnedLista<Cpu, float> single(kind, to_device<Cpu, float>(problem.A),
                                        to_device<Cpu, float>(problem.scaled()), 0.02);
        const Network network = moved(kind, problem);
        for (const auto& layer : network.layers()) {
            single.add_layer();
            single.layers().back() = {to_device<Cpu, float>(layer.W), to_device<Cpu, float>(layer.S),
                                      layer.theta, layer.gamma};
        }
        const auto rounded = single.forward(to_device<Cpu, float>(problem.Y)).codes.back().to_host();
        for (std::size_t i = 0; i < codes.size(); ++i)  // sums of 16 products of order 1, three times
            BOOST_TEST(std::abs(codes[i] - static_cast<double>(rounded[i])) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(what_cannot_be_is_refused) {
    const Problem problem;
    const auto made = [&](const Matrix& A, const Matrix& W, double theta) {
        return message_of([&] { Network(Unrolling::lista_cp, A, W, theta); });
    };
    const Matrix W = problem.scaled();
    BOOST_TEST(made(Matrix(), Matrix(), 0.1).find("the dictionary A is empty") != std::string::npos);
    BOOST_TEST(made(problem.A, Matrix(m, p + 1), 0.1).find("shapes do not match") != std::string::npos);
    BOOST_TEST(made(problem.A, W, -0.1).find("a threshold of -0.1") != std::string::npos);
    BOOST_TEST(made(problem.A, W, std::nan("")).find("a threshold of") != std::string::npos);
    Matrix broken = problem.A.copy();
    broken(0, 0) = std::numeric_limits<double>::infinity();
    BOOST_TEST(made(broken, W, 0.1).find("A holds NaN or Inf") != std::string::npos);
    BOOST_TEST(made(problem.A, broken, 0.1).find("W holds NaN or Inf") != std::string::npos);

    Network network = moved(Unrolling::lista_cp, problem);
    BOOST_TEST(message_of([&] {
                   network.forward(Matrix(m + 1, 2));
               }).find("differ in their number of rows") != std::string::npos);
    const auto trace = network.forward(problem.Y);
    const auto asked = [&](const Matrix& truth, std::size_t first) {
        return message_of([&] { learned_gradient(network, trace, problem.Y, truth, first); });
    };
    BOOST_TEST(asked(problem.truth, 0).find("no layer 0 in a network of 3") != std::string::npos);
    BOOST_TEST(asked(problem.truth, 4).find("no layer 4") != std::string::npos);
    BOOST_TEST(asked(Matrix(p, n + 1), 1).find("shapes do not match") != std::string::npos);
    network.layers()[1].W(0, 0) = std::nan("");
    BOOST_TEST(message_of([&] { network.forward(problem.Y); }).find("is not finite at iteration 2") !=
               std::string::npos);
    BOOST_TEST(message_of([&] { frobenius_weights(Matrix(p, m)); }).find("singular") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
