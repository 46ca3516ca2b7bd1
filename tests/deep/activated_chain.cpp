#include "solvers/deep/activated_chain.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "solvers/device/primitives.hpp"
#include "solvers/proximal/threshold.hpp"
#include "tests/deep/sample.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::DeepSample;
using assay::testing::message_of;

namespace {

Array<Cpu, double> observation(const DeepSample& sample) {
    return Array<Cpu, double>::from_host(sample.instance.layers[0].rows(), 1,
                                         sample.instance.layers[0].times(sample.codes[0]));
}

std::vector<double> thresholds(const DeepSample& sample, double floor, std::size_t iterations) {
    std::vector<double> theta = certify(sample.bounds(), iterations).thresholds;
    for (double& value : theta) value = std::max(value, floor);
    return theta;
}

/// ||x^K - x_J||, infinite where the chain diverges.
double final_error(const DeepSample& sample, const LayerChain& chain, const ActivatedThreshold& activated,
                   double floor, std::size_t iterations = 60) {
    try {
        const auto X = run_chain(chain, matched_factors(sample.instance),
                                 thresholds(sample, floor, iterations), activated, observation(sample));
        return code_error(X.column(0), sample.deepest()).l2;
    } catch (const assay::Diverged&) {
        return std::numeric_limits<double>::infinity();
    }
}

/// sup |rho - relu| over a fine grid.
double beta(ActivationKind kind) {
    double largest = 0.0;
    for (double x = -60.0; x <= 60.0; x += 1e-3)
        largest = std::max(largest, std::abs(activate(kind, 1.0, x) - std::max(x, 0.0)));
    return largest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(activated_chain)

BOOST_AUTO_TEST_CASE(two_relus_are_the_soft_threshold_to_the_last_bit) {
    const ActivatedThreshold relu;
    Random random(1, "points");
    for (int k = 0; k < 2000; ++k) {
        const double x = random.normal(), a = std::abs(random.normal());
        BOOST_TEST(relu(x, a) == shrink(Shrinkage::soft, x, a));
        BOOST_TEST(relu(x, 0.0) == x);
    }
}

BOOST_AUTO_TEST_CASE(leaky_relus_in_the_exact_form_are_the_soft_threshold) {
    Random random(2, "points");
    for (const double slope : {0.0, 0.001, 0.3, 0.9}) {
        const ActivatedThreshold exact{ActivationKind::leaky_relu, slope, 1.0, true};
        const ActivatedThreshold naive{ActivationKind::leaky_relu, slope, 1.0, false};
        for (int k = 0; k < 500; ++k) {
            const double x = random.normal(), a = std::abs(random.normal());
            // Divided by 1 - slope^2, which is 0.19 at the steepest.
            BOOST_TEST(std::abs(exact(x, a) - shrink(Shrinkage::soft, x, a)) < 1e-14);
            if (slope > 0.0 && std::abs(x) < a)
                BOOST_TEST(naive(x, a) == 2 * slope * x, boost::test_tools::tolerance(1e-9));
        }
    }
}

BOOST_AUTO_TEST_CASE(activations_are_as_far_from_relu_as_they_are_known_to_be) {
    BOOST_TEST(std::abs(beta(ActivationKind::swish) - 0.27846) < 1e-5);
    BOOST_TEST(std::abs(beta(ActivationKind::mish) - 0.30884) < 1e-5);
    BOOST_TEST(std::abs(beta(ActivationKind::gelu) - 0.16997) < 1e-5);
    BOOST_TEST(std::abs(beta(ActivationKind::elu) - 1.0) < 1e-5);
    Random random(3, "points");
    for (const auto& [kind, bound] : {std::pair{ActivationKind::swish, 0.27847},
                                      {ActivationKind::mish, 0.30885},
                                      {ActivationKind::gelu, 0.16998},
                                      {ActivationKind::elu, 1.0}}) {
        for (const double c : {1.0, 100.0}) {
            const ActivatedThreshold rho{kind, 1.0, c};
            for (int k = 0; k < 500; ++k) {
                const double x = 2 * random.normal(), a = std::abs(random.normal());
                BOOST_TEST(std::abs(rho(x, a) - shrink(Shrinkage::soft, x, a)) <= 2 * bound / c + 1e-12);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(the_chain_is_the_matrix) {
    const DeepSample sample("II", 0.0);
    const LayerChain chain(sample.instance);
    const CircularDictionary D = effective_dictionary(sample.instance);
    const std::vector<double> x = assay::testing::gaussian(D.cols(), 1.0, 1);
    const std::vector<double> v = assay::testing::gaussian(D.rows(), 1.0, 2);
    const auto X = Array<Cpu, double>::from_host(x.size(), 1, x);
    const auto V = Array<Cpu, double>::from_host(v.size(), 1, v);
    const std::vector<double> y = D.times(x), u = D.transposed_times(v);
    for (const auto carried : {LayerChain::Carried::signed_values, LayerChain::Carried::relu_pairs}) {
        // Sums of 16 672 and of 1042 products.
        BOOST_TEST(distance(chain.times(X, carried), Array<Cpu, double>::from_host(y.size(), 1, y)) <
                   1e-11 * norm(X));
        BOOST_TEST(distance(chain.transposed_times(V, carried),
                            Array<Cpu, double>::from_host(u.size(), 1, u)) < 1e-12 * norm(V));
    }
    BOOST_TEST(dot(chain.times(X), V) == dot(X, chain.transposed_times(V)),
               boost::test_tools::tolerance(1e-10));
}

BOOST_AUTO_TEST_CASE(the_relu_chain_is_lista_cp) {
    const DeepSample sample("S", 0.0);
    const LayerChain chain(sample.instance);
    std::vector<std::vector<double>> codes;
    const Certificate certificate = certify(sample.bounds(), 30);
    DeepCoder(sample.instance)
        .deepest_first(
            sample.first, 30, certified_rule(certificate),
            [&](std::size_t, std::span<const double> x) { codes.emplace_back(x.begin(), x.end()); });
    for (const auto carried : {LayerChain::Carried::signed_values, LayerChain::Carried::relu_pairs}) {
        run_chain(
            chain, matched_factors(sample.instance), certificate.thresholds, {}, observation(sample),
            [&](std::size_t k, const Array<Cpu, double>& X) {
                for (std::size_t i = 0; i < X.rows(); ++i)
                    BOOST_TEST_REQUIRE(std::abs(X(i, 0) - codes[k - 1][i]) < 1e-12);
            },
            carried);
    }
}

BOOST_AUTO_TEST_CASE(the_exact_form_of_leaky_relu_loses_nothing_and_the_naive_one_diverges) {
    const DeepSample sample("S", 0.0);
    const LayerChain chain(sample.instance);
    const double relu = final_error(sample, chain, {}, 1e-13, 25);
    for (const double slope : {0.001, 0.3}) {
        const double exact =
            final_error(sample, chain, {ActivationKind::leaky_relu, slope, 1.0, true}, 1e-13, 25);
        BOOST_TEST(std::abs(exact - relu) < 1e-10 * relu + 1e-14);
    }
    BOOST_TEST(final_error(sample, chain, {ActivationKind::leaky_relu, 0.001, 1.0, false}, 1e-13) > 1e3);
}

BOOST_AUTO_TEST_CASE(smooth_activations_need_a_floor_and_then_err_by_it) {
    const DeepSample sample("S", 0.0);
    const LayerChain chain(sample.instance);
    for (const auto& [kind, floor] : {std::pair{ActivationKind::swish, 10.0},
                                      {ActivationKind::mish, 20.0},
                                      {ActivationKind::elu, 20.0},
                                      {ActivationKind::gelu, 6.0}}) {
        const double coarse = final_error(sample, chain, {kind, 1.0, 1e3}, floor / 1e3);
        const double fine = final_error(sample, chain, {kind, 1.0, 1e4}, floor / 1e4);
        // One non-zero is off by the floor; Mish and ELU by beta / c or so less or more.
        BOOST_TEST((coarse > 0.8 * floor / 1e3 && coarse < 1.2 * floor / 1e3), coarse << " at " << floor);
        BOOST_TEST(std::abs(std::log10(coarse / fine) - 1.0) < 0.02);
        BOOST_TEST(final_error(sample, chain, {kind, 1.0, 1e4}, 1e-13) > 1e3);
    }
}

BOOST_AUTO_TEST_CASE(ista_is_the_chain_with_other_weights) {
    // Its fixed point solves the lasso: |D^T (y - D x)| <= lambda with equality on the support.
    const DeepSample sample("tiny", 0.0);
    const LayerChain chain(sample.instance);
    const double step = 1.0 / (1.01 * squared_spectral_norm(chain)), lambda = 0.05;
    const std::vector<double> weights(sample.instance.layers.back().channels(), step);
    const auto Y = observation(sample);
    const auto X = run_chain(chain, weights, std::vector<double>(3000, lambda * step), {}, Y);
    Array<Cpu, double> residual = Y.copy();
    axpy(-1.0, chain.times(X), residual);
    const auto C = chain.transposed_times(residual);
    for (std::size_t i = 0; i < X.rows(); ++i) {
        BOOST_TEST(std::abs(C(i, 0)) <= lambda * (1 + 1e-6));
        if (X(i, 0) != 0.0)
            BOOST_TEST(C(i, 0) == std::copysign(lambda, X(i, 0)), boost::test_tools::tolerance(1e-6));
    }
}

BOOST_AUTO_TEST_CASE(the_spectral_norm_is_the_largest_eigenvalue) {
    const DeepSample sample("tiny", 0.0);
    const LayerChain chain(sample.instance);
    const auto G = gram(dense(effective_dictionary(sample.instance)));
    // Power iterations on the dense Gram matrix, many more of them.
    Array<Cpu, double> x(G.rows(), 1), next(G.rows(), 1);
    for (std::size_t i = 0; i < x.rows(); ++i) x(i, 0) = 1.0 + 0.1 * static_cast<double>(i % 7);
    for (int k = 0; k < 2000; ++k) {
        gemm(Op::none, Op::none, 1.0 / norm(x), G, x, 0.0, next);
        std::swap(x, next);
    }
    const double value = squared_spectral_norm(chain);
    BOOST_TEST(value <= norm(x) * (1 + 1e-9));
    BOOST_TEST(value >= 0.99 * norm(x));
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const DeepSample sample("tiny", 0.0);
    const LayerChain chain(sample.instance);
    const auto Y = observation(sample);
    const std::vector<double> weights = matched_factors(sample.instance), theta{0.1};
    BOOST_TEST(message_of([&] { run_chain(chain, {1.0}, theta, {}, Y); }).find("do not fit") !=
               std::string::npos);
    BOOST_TEST(message_of([&] { run_chain(chain, weights, theta, {.scale = 0.0}, Y); }).find("scale c") !=
               std::string::npos);
    BOOST_TEST(message_of([&] {
                   run_chain(chain, weights, theta, {.kind = ActivationKind::elu, .exact_leaky = true}, Y);
               }).find("exact form") != std::string::npos);
    BOOST_TEST(message_of([&] {
                   run_chain(chain, weights, theta,
                             {.kind = ActivationKind::leaky_relu, .slope = 1.0, .exact_leaky = true}, Y);
               }).find("[0, 1)") != std::string::npos);
    BOOST_CHECK_THROW(run_chain(chain, weights, std::vector<double>(5000, 0.0), {}, Y), assay::Diverged);
}

BOOST_AUTO_TEST_SUITE_END()
