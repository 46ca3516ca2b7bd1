#include "solvers/deep/relu_cnn.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "tests/deep/sample.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::DeepSample;
using assay::testing::message_of;

namespace {

Array<Cpu, float> observations(const DeepInstance& instance, std::size_t samples) {
    Array<Cpu, float> Y(instance.layers[0].rows(), samples);
    for (std::size_t i = 0; i < samples; ++i) {
        const auto x = assay::testing::sparse_code(instance.layers.back().cols(), instance.shape.sparsity, i);
        const auto y = instance.layers[0].times(codes_of_all_layers(instance, x)[0]);
        for (std::size_t k = 0; k < y.size(); ++k) Y(k, i) = static_cast<float>(y[k]);
    }
    return Y;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(relu_cnn)

BOOST_AUTO_TEST_CASE(the_network_is_lista_cp) {
    const DeepSample sample("tiny", 0.0);
    const DeepCoder coder(sample.instance);
    const auto Y = observations(sample.instance, 3);
    for (const std::size_t iterations : {1u, 2u, 6u}) {
        const Certificate certificate = certify(sample.bounds(rounding_noise<float>), iterations);
        const auto X = run_relu_cnn<Cpu>(make_relu_cnn(sample.instance, certificate.thresholds), Y);
        BOOST_TEST_REQUIRE(X.rows() == sample.instance.layers.back().cols());
        for (std::size_t i = 0; i < Y.cols(); ++i) {
            const std::vector<double> y(Y.column(i).begin(), Y.column(i).end());
            const auto x = coder.deepest_first(sample.instance.layers[0].transposed_times(y), iterations,
                                               certified_rule(certificate));
            // Floats of size 1 through 4 K layers of sums, each good to 1e-7 or so.
            for (std::size_t k = 0; k < x.size(); ++k) BOOST_TEST(std::abs(X(k, i) - x[k]) < 1e-5);
        }
    }
}

BOOST_AUTO_TEST_CASE(three_layers_make_six_convolutions_an_iteration) {
    const DeepInstance instance =
        make_instance({"three layers", 7, 2, {{2, 6}, {3, 8}}, 1, false}, TapSigns::random, 2);
    const std::vector<double> thresholds{0.3, 0.1};
    const ReluCnn cnn = make_relu_cnn(instance, thresholds);
    BOOST_TEST(cnn.convolutions == 2u * 3 * 2 + 1);
    BOOST_TEST(convolution_layers(instance, 2) == 12u);
    // D_3's input, the code and y ride together: 2 (6 + 8 + 2) channels.
    BOOST_TEST(cnn.widest == 32u);
    const auto Y = observations(instance, 2);
    const auto X = run_relu_cnn<Cpu>(cnn, Y);
    for (std::size_t i = 0; i < 2; ++i) {
        const std::vector<double> y(Y.column(i).begin(), Y.column(i).end());
        const auto x = DeepCoder(instance).deepest_first(
            instance.layers[0].transposed_times(y), 2,
            [&](std::size_t k, std::span<const double>) { return thresholds[k]; });
        for (std::size_t k = 0; k < x.size(); ++k) BOOST_TEST(std::abs(X(k, i) - x[k]) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(the_strided_depth_is_its_formula) {
    const DeepSample sample("tiny", 0.0);  // 26, 52, 104
    BOOST_TEST(strided_depth(sample.instance, 5, 3) == 5 * std::log(78.0 * 156.0) / std::log(3.0),
               boost::test_tools::tolerance(1e-14));
    BOOST_TEST(message_of([&] { strided_depth(sample.instance, 5, 1); }).find("1 taps") != std::string::npos);
    BOOST_TEST(message_of([&] { make_relu_cnn(sample.instance, {}); }).find("no iteration") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
