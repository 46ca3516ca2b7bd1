#include <algorithm>
#include <cmath>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/deep/activated_chain.hpp"
#include "solvers/deep/relu_cnn.hpp"

/// The network of Theorem 5 against LISTA-CP in matrix form: as relu pairs through every layer in double, and
/// as a plain ReLU network of convolutions in float.
namespace assay::depth {

namespace {

using namespace assay::solvers;

/// max over the codes' entries of |x^k - X(:, i)|.
template <class T>
double deviation(const std::vector<std::vector<double>>& codes, const Array<Cpu, T>& X) {
    double largest = 0.0;
    for (std::size_t i = 0; i < X.cols(); ++i)
        for (std::size_t k = 0; k < X.rows(); ++k)
            largest = std::max(largest, std::abs(static_cast<double>(X(k, i)) - codes[i][k]));
    return largest;
}

void compare(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const std::size_t iterations = run.count("iterations");
    run.axis("iteration", harness::counted(1, iterations), "", "K");
    const Batch batch =
        run.off_clock([&] { return SampleSource(instance, run.seed()).batch(run.count("codes")); });
    const bool network = run.flag("network");
    const double rounding = network ? rounding_noise<float> : rounding_noise<double>;
    const Certificate certificate = certify(code_bounds(instance, rounding), iterations);
    // Matrix form: codes[k - 1][i] is x^k of sample i.
    std::vector<std::vector<std::vector<double>>> codes(iterations);
    const DeepCoder coder(instance);
    for (const Sample& sample : batch.samples)
        coder.deepest_first(
            sample.clean, iterations, certified_rule(certificate),
            [&](std::size_t k, std::span<const double> x) { codes[k - 1].emplace_back(x.begin(), x.end()); });
    if (network) {
        Array<Cpu, float> Y(batch.Y.rows(), batch.Y.cols());
        for (std::size_t i = 0; i < Y.size(); ++i) Y.data()[i] = static_cast<float>(batch.Y.data()[i]);
        for (std::size_t k = 1; k <= iterations; ++k) {
            const ReluCnn cnn = make_relu_cnn(instance, std::span(certificate.thresholds).subspan(0, k));
            run.record_at("network_deviation", {k - 1}, deviation(codes[k - 1], run_relu_cnn<Cpu>(cnn, Y)));
            run.record_at("convolutions", {k - 1}, static_cast<double>(cnn.convolutions));
            run.progress(static_cast<double>(k) / static_cast<double>(iterations), "networks");
        }
    } else {
        run_chain(
            LayerChain(instance), matched_factors(instance), certificate.thresholds, {}, batch.Y,
            [&](std::size_t k, const Array<Cpu, double>& X) {
                run.record_at("pairs_deviation", {k - 1}, deviation(codes[k - 1], X));
            },
            LayerChain::Carried::relu_pairs);
    }
    for (std::size_t k = 1; k <= iterations; ++k) {
        run.record_at("layers", {k - 1}, static_cast<double>(convolution_layers(instance, k)));
        run.record_at("strided_depth", {k - 1}, strided_depth(instance, k, 3));
    }
}

std::vector<std::string> check(const harness::Params& params) {
    if (!std::get<bool>(params.at("network")) || std::get<std::string>(params.at("instance")) == "tiny")
        return {};
    return {
        "network = true needs instance = \"tiny\": a circular border takes kernels of 2 p - 1 by 2 p - 1"};
}

}  // namespace

void register_cnn() {
    harness::register_experiment(
        {.name = "depth.cnn",
         .doc = "LISTA-CP as a ReLU network against its matrix form",
         .params = harness::joined(instance_params("S"),
                                   {codes_param(),
                                    iterations_param(24),
                                    {.name = "network",
                                     .fallback = false,
                                     .doc = "the plain network of convolutions in float; else relu pairs "
                                            "through the layers in double"}}),
         .metrics =
             {{"pairs_deviation", "", "max over codes of |x^K, by pairs - by matrix|", {"iteration"}},
              {"network_deviation", "", "max over codes of |x^K, network - matrix|", {"iteration"}},
              {"convolutions", "", "of the network, the one that reads y in among them", {"iteration"}},
              {"layers", "", "2 J K", {"iteration"}},
              {"strided_depth", "", "K log_3 prod (d_{j-1} + d_j)", {"iteration"}}},
         .body = compare,
         .on_cuda = false,
         .check = check});
}

}  // namespace assay::depth
