// One training update of PUDLE (gradient g_ae-ls, Adam, column normalisation) on a problem that the peer can
// load too.
//
//   pudle_update prepare FOLDER m p n s perturbation epsilon warm_up   writes X, D, and the Adam state after
//                                                                      warm_up updates
//   pudle_update time FOLDER repeats     prints seconds per update, one a line; writes the gradient
//   pudle_update count FOLDER            prints what the codes of this problem are like and the least work
//
// Arrays are raw little-endian float32, column-major; FOLDER/shape holds "m p n epsilon step".

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "scripts/peers/raw_arrays.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/synthetic.hpp"

using namespace assay::solvers;
using namespace assay::peers;
using Matrix = Array<Cpu, float>;

namespace {

struct State {
    Matrix D, first, second;
    Adam adam;
    std::uint64_t step = 0;

    Matrix update(const Matrix& X) {
        auto [gradient, codes] = unrolled_gradient(Encoder{}, Gradient::ae_ls, D, X);
        adam_step(adam, ++step, gradient, first, second, D);
        normalize_columns(D);
        return std::move(gradient);
    }
};

void prepare(const fs::path& folder, std::size_t m, std::size_t p, std::size_t n, std::size_t s,
             double perturbation, double epsilon, int warm_up) {
    const Matrix truth = random_dictionary<Cpu, float>(m, p, 1);
    CodeLaw law;
    law.nonzeros = s;
    State state{perturbed_dictionary(truth, perturbation, 1), Matrix(m, p), Matrix(m, p), Adam{}};
    state.adam.epsilon = epsilon;
    const std::size_t batches =
        n < 1000 ? static_cast<std::size_t>(warm_up) : 0;  // small batches: a fresh one each time
    for (int i = 0; i < warm_up; ++i) {
        const auto set =
            draw_samples(truth, law, 0.0, batches == 0 ? 0 : static_cast<std::size_t>(i) * n, n, 1);
        state.update(set.samples);
    }
    save(folder / "X", draw_samples(truth, law, 0.0, batches * n, n, 1).samples);
    save(folder / "D", state.D);
    save(folder / "first", state.first);
    save(folder / "second", state.second);
    std::ofstream(folder / "shape") << m << ' ' << p << ' ' << n << ' ' << epsilon << ' ' << state.step
                                    << '\n';
}

void time_updates(const fs::path& folder, int repeats) {
    std::size_t m = 0, p = 0, n = 0;
    std::uint64_t step = 0;
    double epsilon = 0;
    std::ifstream(folder / "shape") >> m >> p >> n >> epsilon >> step;
    const Matrix X = load<float>(folder / "X", m, n);
    for (int i = 0; i <= repeats; ++i) {  // the first one warms caches and pages
        State state{load<float>(folder / "D", m, p), load<float>(folder / "first", m, p),
                    load<float>(folder / "second", m, p), Adam{}, step};
        state.adam.epsilon = epsilon;
        const auto start = std::chrono::steady_clock::now();
        const Matrix gradient = state.update(X);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (i > 0) std::printf("%.6f\n", taken.count());
        if (i == 0) save(folder / "gradient", gradient);
    }
}

/// Seconds of a floating-point operation in a dense product, the fastest work there is on this machine.
double seconds_per_operation() {
    const std::size_t size = 768;
    const Matrix A = random_dictionary<Cpu, float>(size, size, 1);
    Matrix C(size, size);
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        gemm(Op::none, Op::none, 1.0F, A, A, 0.0F, C);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        best = std::min(best, taken.count());
    }
    return best / (2.0 * size * size * size);
}

/// The sums over samples that the work depends on.
struct Counts {
    double nonzeros = 0, squared = 0, first = 0, last = 0, settled = 0;

    void add(const Matrix& D, const Matrix& G, const Matrix& X) {
        Matrix B(D.cols(), X.cols());
        gemm(Op::transpose, Op::none, 1.0F, D, X, 0.0F, B);
        const auto trace = encode_traced(Encoder{}, G, B);
        for (const std::size_t t : trace.last_support_change()) settled += static_cast<double>(t);
        for (std::size_t t = 1; t <= trace.layers(); ++t) {
            const Matrix Z = trace.codes(t);
            for (std::size_t i = 0; i < Z.cols(); ++i) {
                const auto count = static_cast<double>(count_nonzero(Z.columns(i, 1)));
                nonzeros += count;
                squared += count * count;
                if (t == 1) first += count;
                if (t == trace.layers()) last += count;
            }
        }
    }
};

/// Least work: p products for a code's non-zero forward, back as many as its layer's support for G v and for
/// the outer product; D^T X and X Y^T; half of D^T D; D (H + H^T), or four products with m for a non-zero.
void print_counts(const fs::path& folder) {
    std::size_t m = 0, p = 0, n = 0;
    std::ifstream(folder / "shape") >> m >> p >> n;
    const Matrix X = load<float>(folder / "X", m, n), D = load<float>(folder / "D", m, p), G = gram(D);
    Counts counts;
    for (std::size_t first = 0; first < n; first += 64) {
        counts.add(D, G, X.columns(first, std::min<std::size_t>(64, n - first)));
    }
    const auto md = static_cast<double>(m), pd = static_cast<double>(p), nd = static_cast<double>(n);
    const double forward = 2 * pd * counts.nonzeros, back = 4 * counts.squared;
    const double samples = 4 * md * pd * nd, dense = md * pd * pd;
    const double assemble = std::min(2 * dense, 8 * md * counts.nonzeros);
    const double total = forward + back + samples + dense + assemble, second = seconds_per_operation();
    std::printf("non-zeros a sample: %.0f (layer 1: %.1f, last layer: %.1f); support settled at layer %.0f\n",
                counts.nonzeros / nd, counts.first / nd, counts.last / nd, counts.settled / nd);
    std::printf(
        "least work: %.2f GFLOP (forward %.2f, back %.2f, D^T X and X Y^T %.2f, D^T D %.2f, "
        "D (H + H^T) %.2f)\n",
        total * 1e-9, forward * 1e-9, back * 1e-9, samples * 1e-9, dense * 1e-9, assemble * 1e-9);
    std::printf("floor %.4f s at the %.0f GFLOP/s of a dense product\n", total * second, 1e-9 / second);
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string mode = argc > 2 ? argv[1] : "";
    if (mode == "prepare" && argc == 10) {
        const auto number = [&](int i) { return static_cast<std::size_t>(std::atoll(argv[i])); };
        prepare(argv[2], number(3), number(4), number(5), number(6), std::atof(argv[7]), std::atof(argv[8]),
                std::atoi(argv[9]));
    } else if (mode == "time" && argc == 4) {
        time_updates(argv[2], std::atoi(argv[3]));
    } else if (mode == "count" && argc == 3) {
        print_counts(argv[2]);
    } else {
        std::fprintf(stderr,
                     "usage: pudle_update prepare FOLDER m p n s perturbation epsilon warm_up\n"
                     "       pudle_update time FOLDER repeats\n"
                     "       pudle_update count FOLDER\n");
        return 2;
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
