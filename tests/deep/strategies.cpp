#include "solvers/deep/strategies.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/deep/sample.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::DeepSample;
using assay::testing::largest;
using assay::testing::message_of;

BOOST_AUTO_TEST_SUITE(strategies)

BOOST_AUTO_TEST_CASE(codes_of_all_layers_have_their_sparsity_and_bound) {
    for (const char* name : {"tiny", "S", "I", "II"}) {
        const DeepSample sample(name, 0.0, 5);
        const std::vector<double> bounds = code_bounds_of_layers(sample.instance.shape);
        for (std::size_t j = 0; j < sample.instance.depth(); ++j) {
            std::size_t nonzeros = 0;
            double l1 = 0.0;
            for (const double value : sample.codes[j]) {
                nonzeros += value != 0.0 ? 1 : 0;
                l1 += std::abs(value);
            }
            BOOST_TEST(nonzeros <= sample.instance.sparsity[j]);
            BOOST_TEST(l1 <= bounds[j] * (1 + 1e-14));
            BOOST_TEST(l1 > 0.0);
        }
    }
}

BOOST_AUTO_TEST_CASE(correlations_reach_the_deepest_layer) {
    const DeepSample sample("II", 0.01);
    const std::vector<double> y = assay::testing::gaussian(sample.instance.layers[0].rows(), 1.0, 9);
    const CircularDictionary D = effective_dictionary(sample.instance);
    const std::vector<double> expected = D.transposed_times(y);
    const std::vector<double> b =
        DeepCoder(sample.instance).effective_correlations(sample.instance.layers[0].transposed_times(y));
    for (std::size_t i = 0; i < b.size(); ++i)
        BOOST_TEST(std::abs(b[i] * D.squared_norm(i / D.length()) - expected[i]) < 1e-12);
}

BOOST_AUTO_TEST_CASE(layer_by_layer_keeps_its_certificates) {
    for (const char* name : {"tiny", "S", "I", "II"}) {
        for (const double deviation : {0.0, 1e-7}) {
            const DeepSample sample(name, deviation);
            const DeepInstance& instance = sample.instance;
            std::vector<double> noise(instance.depth());
            noise[0] = largest(sample.noise) + rounding_noise<double>;
            const std::vector<std::size_t> iterations(instance.depth(), 80);
            const auto certificates =
                certify_layers(instance, code_bounds_of_layers(instance.shape), noise, iterations);
            const auto codes = DeepCoder(instance).layer_by_layer(
                sample.first, iterations,
                [&](std::size_t j, std::span<const double>) { return certified_rule(certificates[j]); });
            for (std::size_t j = 0; j < instance.depth(); ++j) {
                const CodeError error = code_error(codes[j], sample.codes[j]);
                BOOST_TEST(error.l1 <= certificates[j].errors.back());
                BOOST_TEST(error.support_inside);
            }
            if (deviation == 0.0)  // the slowest rate here is 0.8324^80 = 4e-7, of a start near 4.5
                BOOST_TEST(code_error(codes.back(), sample.deepest()).l2 < 1e-4);
        }
    }
}

BOOST_AUTO_TEST_CASE(gains_are_the_products_of_their_formulas) {
    // 119.3 x 0.447 x 10 / 15.6 = 34.2 for one choice of signs; only the last factor depends on them.
    const DeepSample sample("I", 0.0);
    const double r = sample.instance.contraction();
    BOOST_TEST(layerwise_gain(sample.instance) ==
                   2 * 10 / (1 - 19 / std::sqrt(521.0)) / std::sqrt(5.0) * 2 * 2 / (1 - 3.0 / 5.0),
               boost::test_tools::tolerance(1e-4));  // mu(D_1) is 1/sqrt(p) to five digits
    BOOST_TEST(deepest_gain(sample.instance) == 4.0 / (1.0 - r), boost::test_tools::tolerance(1e-12));
    const DeepInstance III = make_instance({"small III", 127, 3, {{3, 12}}, 4, false}, TapSigns::random, 1);
    BOOST_TEST(std::isinf(layerwise_gain(III)));
}

BOOST_AUTO_TEST_CASE(a_deviation_between_layers_is_no_noise_to_the_first) {
    // x_1 = D_2 x_2 plus one spike: layer by layer finds that x_1, deepest first cannot.
    const DeepSample sample("S", 0.0, 3);
    const DeepInstance& instance = sample.instance;
    std::vector<double> x1 = sample.codes[0];
    x1[5] += x1[5] == 0.0 ? 0.01 : 0.0;
    BOOST_TEST_REQUIRE(x1[5] == 0.01);
    const std::vector<double> first = instance.layers[0].transposed_times(instance.layers[0].times(x1));
    const DeepCoder coder(instance);
    const auto deepest = coder.deepest_first(
        first, 60, oracle_rule({1, instance.weighted_coherence, 1.0, 0.01}, sample.deepest()));
    const std::vector<std::size_t> iterations{60, 60};
    const auto layers = coder.layer_by_layer(first, iterations, [&](std::size_t j, std::span<const double>) {
        const CodeBounds bounds{instance.sparsity[j], instance.coherence[j], 1.0, j == 0 ? 0.0 : 0.01};
        return oracle_rule(bounds, j == 0 ? x1 : sample.deepest());
    });
    const auto product = codes_of_all_layers(instance, deepest);
    BOOST_TEST(code_error(layers[0], x1).l2 < 1e-10);
    BOOST_TEST(code_error(product[0], x1).l2 > 0.009);
}

BOOST_AUTO_TEST_CASE(a_layer_can_be_mended_before_the_next_reads_it) {
    const DeepSample sample("S", 1e-3);
    const std::vector<std::size_t> iterations{30, 30};
    const auto rule = [&](std::size_t, std::span<const double>) { return geometric_rule(1.0, 0.8, 1e-2); };
    const DeepCoder coder(sample.instance);
    const auto mended =
        coder.layer_by_layer(sample.first, iterations, rule, [&](std::size_t j, std::vector<double>& code) {
            if (j == 0) code = sample.codes[0];
        });
    BOOST_TEST(mended[0] == sample.codes[0], boost::test_tools::per_element());
    const auto plain = coder.layer_by_layer(sample.first, iterations, rule);
    BOOST_TEST(code_error(mended[1], sample.codes[1]).l2 < code_error(plain[1], sample.codes[1]).l2);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const DeepSample sample("tiny", 0.0);
    const DeepCoder coder(sample.instance);
    const std::vector<std::size_t> one{3};
    BOOST_TEST(message_of([&] {
                   coder.layer_by_layer(sample.first, one, {});
               }).find("iterations of 1 layers for an instance of 2") != std::string::npos);
    const std::vector<double> starts{1.0, 1.0}, short_noise{0.0};
    const std::vector<std::size_t> two{3, 3};
    BOOST_TEST(message_of([&] {
                   certify_layers(sample.instance, starts, short_noise, two);
               }).find("noise of 1 layers") != std::string::npos);
    BOOST_TEST(message_of([&] { codes_of_all_layers(sample.instance, starts); }).find("D x") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
