// One training update of PUDLE (gradient g_ae-ls, Adam, column normalisation) on a problem that the peer can
// load too.
//
//   pudle_update prepare FOLDER m p n s perturbation epsilon warm_up   writes X, D, and the Adam state after
//   warm_up updates pudle_update time FOLDER repeats                                  prints seconds per
//   update, one a line; writes the gradient
//
// Arrays are raw little-endian float32, column-major; FOLDER/shape holds "m p n epsilon step".

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "solvers/device/primitives.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/synthetic.hpp"

using namespace assay::solvers;
using Matrix = Array<Cpu, float>;
namespace fs = std::filesystem;

namespace {

void save(const fs::path& file, const Matrix& A) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(A.data()),
               static_cast<std::streamsize>(A.size() * sizeof(float)));
}

Matrix load(const fs::path& file, std::size_t rows, std::size_t cols) {
    Matrix A(rows, cols);
    std::ifstream in(file, std::ios::binary);
    in.read(reinterpret_cast<char*>(A.data()), static_cast<std::streamsize>(A.size() * sizeof(float)));
    if (!in) throw assay::Error("cannot read the array", file.string(), "run 'prepare' first");
    return A;
}

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
    const Matrix X = load(folder / "X", m, n);
    for (int i = 0; i <= repeats; ++i) {  // the first one warms caches and pages
        State state{load(folder / "D", m, p), load(folder / "first", m, p), load(folder / "second", m, p),
                    Adam{}, step};
        state.adam.epsilon = epsilon;
        const auto start = std::chrono::steady_clock::now();
        const Matrix gradient = state.update(X);
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (i > 0) std::printf("%.6f\n", taken.count());
        if (i == 0) save(folder / "gradient", gradient);
    }
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
    } else {
        std::fprintf(stderr,
                     "usage: pudle_update prepare FOLDER m p n s perturbation epsilon warm_up\n"
                     "       pudle_update time FOLDER repeats\n");
        return 2;
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
