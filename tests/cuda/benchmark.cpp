#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "solvers/device/gpu.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/gradient.hpp"

/// Times the unrolled gradient on the GPU in float, at the two shapes of the PUDLE study that cost most.
namespace {

using namespace assay::solvers;
using Clock = std::chrono::steady_clock;

/// Median and spread of the milliseconds that `work` takes, after two calls that warm up. The small download
/// at the end waits for the GPU.
void report(const char* what, double gflop, const std::function<Array<Cuda, float>()>& work) {
    std::vector<double> milliseconds;
    for (int call = 0; call < 12; ++call) {
        const Clock::time_point start = Clock::now();
        const Array<Cuda, float> result = work();
        static_cast<void>(result.columns(0, 1).to_host());
        const double elapsed = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
        if (call >= 2) milliseconds.push_back(elapsed);
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    const double median = milliseconds[milliseconds.size() / 2];
    std::printf("  %-28s %9.3f ms  (%.3f to %.3f)  %8.2f TFLOP/s\n", what, median, milliseconds.front(),
                milliseconds.back(), gflop / median);
}

/// Samples of `sparsity` atoms with amplitudes on [1, 2] and a dictionary near the true one.
void benchmark(const std::string& title, std::size_t m, std::size_t p, std::size_t n, std::size_t sparsity) {
    Random random(1, "benchmark");
    const auto normals = [&](std::size_t count) {
        std::vector<float> values(count);
        for (float& value : values) value = static_cast<float>(random.normal());
        return values;
    };
    Array<Cuda, float> truth = Array<Cuda, float>::from_host(m, p, normals(m * p));
    normalize_columns(truth);
    std::vector<float> codes(p * n);
    for (std::size_t k = 0; k < sparsity * n; ++k) {
        codes[random.below(p) + k / sparsity * p] = static_cast<float>(random.sign() * random.uniform(1, 2));
    }
    Array<Cuda, float> X(m, n), D = truth.copy();
    gemm(Op::none, Op::none, 1.0F, truth, Array<Cuda, float>::from_host(p, n, codes), 0.0F, X);
    axpy(0.005F, Array<Cuda, float>::from_host(m, p, normals(m * p)), D);
    normalize_columns(D);

    const Encoder encoder;
    const Array<Cuda, float> G = gram(D);
    Array<Cuda, float> B(p, n);
    gemm(Op::transpose, Op::none, 1.0F, D, X, 0.0F, B);
    const double layer = 2e-9 * static_cast<double>(p * p * n), layers = static_cast<double>(encoder.layers);
    std::printf("%s: m = %zu, p = %zu, n = %zu, T = %zu, float\n", title.c_str(), m, p, n, encoder.layers);
    report("encode", layer * layers, [&] { return encode(encoder, G, B); });
    report("encode, traced", layer * layers,
           [&] { return encode_traced(encoder, G, B).codes(encoder.layers); });
    report("gradient dec", layer * layers,
           [&] { return unrolled_gradient(encoder, Gradient::dec, D, X).gradient; });
    report("gradient ae-ls", 3 * layer * layers,
           [&] { return unrolled_gradient(encoder, Gradient::ae_ls, D, X).gradient; });
}

}  // namespace

int main() try {
    require_gpu();
    std::printf("GPU: %s\n", gpu_status().name.c_str());
    benchmark("Figure 4(c), full batch", 50, 100, 10000, 5);
    benchmark("Figure 5, one batch", 1000, 1500, 50, 20);
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
