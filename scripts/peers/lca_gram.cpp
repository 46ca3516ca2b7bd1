// Convolutional LCA on 32 x 32 x 3 images, on a problem that the peer can load too.
//
//   lca_gram prepare FOLDER atoms kernel stride count tau lambda   learns a dictionary from FOLDER/images and
//                                                                  writes it to FOLDER/atoms; prints
//                                                                  lambda_max
//   lca_gram states FOLDER float|double hard|soft signed iterations tau lambda   writes the states of the
//                                                                  first 32 images to FOLDER/states
//   lca_gram time FOLDER iterations tau lambda     prints seconds per image and iteration, the peak of fused
//                                                  multiply-adds, the operations of one direct correlation
//                                                  and the part of them that shared products leave
//
// Arrays are raw little-endian, channel by channel as PyTorch has them: images (count x 3 x 32 x 32) and
// atoms (M x 3 x k x k) in float32. FOLDER/shape holds "atoms kernel stride".

#include <immintrin.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "solvers/convolutional/hebbian.hpp"
#include "solvers/convolutional/lca.hpp"
#include "solvers/device/cpu/correlation_plan.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/device/transfer.hpp"

using namespace assay::solvers;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t timed_images = 32;
const ImageShape image_shape{3, 32, 32};

template <class T>
void save(const fs::path& file, const std::vector<T>& values) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(T)));
}

std::vector<float> load(const fs::path& file, std::size_t count) {
    std::vector<float> values(count);
    std::ifstream in(file, std::ios::binary);
    in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(float)));
    if (!in) throw assay::Error("cannot read the array", file.string(), "run 'prepare' first");
    return values;
}

Geometry geometry_of(const fs::path& folder) {
    AtomGrid grid{.border = Border::padded};
    std::ifstream(folder / "shape") >> grid.atoms >> grid.kernel >> grid.stride;
    grid.padding = grid.kernel / 2;
    return Geometry(grid, image_shape);
}

template <class T>
Images<Cpu, T> load_images(const fs::path& folder, std::size_t count) {
    const auto planes = load(folder / "images", count * image_shape.size());
    return from_planes<Cpu, T>(image_shape, std::vector<T>(planes.begin(), planes.end()));
}

/// Atoms are images of their own, in the file with their channels apart. Their norms are 1 in T, as the Gram
/// form takes them to be.
template <class T>
AtomBank<Cpu, T> load_atoms(const fs::path& folder, const Geometry& g) {
    const auto planes = load(folder / "atoms", g.atoms * g.atom_entries());
    auto atoms = from_planes<Cpu, T>({g.image.channels, g.kernel, g.kernel},
                                     std::vector<T>(planes.begin(), planes.end()));
    normalize_columns(atoms.data);
    return AtomBank<Cpu, T>(g, atoms.data);
}

LcaOptions options_of(double tau, double lambda, std::size_t iterations) {
    return {.penalty = {PenaltyKind::l0, lambda},
            .tau = tau,
            .max_iterations = iterations,
            .check_every = iterations};
}

/// Random atoms, smoothed by what the images teach them: 60 batches of 40 images, 100 iterations each.
void prepare(const fs::path& folder, std::size_t count, double tau, double lambda) {
    const Geometry g = geometry_of(folder);
    const auto images = load_images<float>(folder, count);
    Random random(1, "atoms");
    std::vector<float> start(g.atoms * g.atom_entries());
    for (float& value : start) value = static_cast<float>(random.normal());
    HebbianLearner<Cpu, float> learner({.rate = 0.2}, g,
                                       Array<Cpu, float>::from_host(g.atom_entries(), g.atoms, start));
    const std::size_t batch = 40;
    for (std::size_t n = 0; n < 60; ++n) {
        const auto part = images.columns(n * batch % (count - batch + 1), batch);
        const auto codes = lca(options_of(tau, lambda, 100), learner.atoms(), part).codes;
        learner.update(part, codes);
    }
    const Images<Cpu, float> atoms({g.image.channels, g.kernel, g.kernel}, learner.dictionary().copy());
    save(folder / "atoms", to_planes(atoms));
    std::printf("%.1f\n", largest_eigenvalue(learner.atoms()));
}

template <class T>
void write_states(const fs::path& folder, const Penalty& penalty, std::size_t iterations, double tau) {
    const Geometry g = geometry_of(folder);
    LcaOptions options = options_of(tau, penalty.lambda, iterations);
    options.penalty = penalty;
    const auto result = lca(options, load_atoms<T>(folder, g), load_images<T>(folder, timed_images));
    save(folder / "states", to_planes(result.states));
}

// Twelve independent chains keep two pipes of latency five busy.
#define ASSAY_TWELVE(F) F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11)

__attribute__((target("avx512f"))) float chains_avx512(long rounds) {
    const __m512 factor = _mm512_set1_ps(0.999F), summand = _mm512_set1_ps(1e-3F);
#define ASSAY_DECLARE(i) __m512 a##i = _mm512_set1_ps(1.0F + i);
#define ASSAY_STEP(i) a##i = _mm512_fmadd_ps(a##i, factor, summand);
#define ASSAY_ADD(i) sum += a##i[0];
    ASSAY_TWELVE(ASSAY_DECLARE)
    for (long n = 0; n < rounds; ++n) {
        ASSAY_TWELVE(ASSAY_STEP)
    }
    float sum = 0;
    ASSAY_TWELVE(ASSAY_ADD)
    return sum;
#undef ASSAY_DECLARE
#undef ASSAY_STEP
}

__attribute__((target("avx2,fma"))) float chains_avx2(long rounds) {
    const __m256 factor = _mm256_set1_ps(0.999F), summand = _mm256_set1_ps(1e-3F);
#define ASSAY_DECLARE(i) __m256 a##i = _mm256_set1_ps(1.0F + i);
#define ASSAY_STEP(i) a##i = _mm256_fmadd_ps(a##i, factor, summand);
    ASSAY_TWELVE(ASSAY_DECLARE)
    for (long n = 0; n < rounds; ++n) {
        ASSAY_TWELVE(ASSAY_STEP)
    }
    float sum = 0;
    ASSAY_TWELVE(ASSAY_ADD)
    return sum;
#undef ASSAY_DECLARE
#undef ASSAY_STEP
#undef ASSAY_ADD
}

double seconds_of(const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Operations a second of float32 multiply-adds in registers.
double peak() {
    const bool wide = __builtin_cpu_supports("avx512f");
    const long rounds = 2000000;
    double best = 1e9;
    volatile float sink = 0;
    for (int i = 0; i < 3; ++i)
        best = std::min(best, seconds_of([&] { sink = wide ? chains_avx512(rounds) : chains_avx2(rounds); }));
    return 2.0 * 12 * (wide ? 16 : 8) * static_cast<double>(rounds) / best;
}

void time_sweeps(const fs::path& folder, std::size_t iterations, double tau, double lambda) {
    const Geometry g = geometry_of(folder);
    const auto atoms = load_atoms<float>(folder, g);
    const auto images = load_images<float>(folder, timed_images);
    const double seconds = seconds_of([&] { lca(options_of(tau, lambda, iterations), atoms, images); });
    const kernels::CorrelationPlan plan = kernels::plan_correlation(g);
    std::size_t products = 0;
    for (const auto& list : plan.products) products += list.size();
    const double direct = static_cast<double>(g.positions() * g.atom_entries() * g.atoms);
    std::printf("%.9f %.6g %.0f %.4f\n", seconds / static_cast<double>(iterations * timed_images), peak(),
                2 * direct, static_cast<double>(products * plan.blocks() * g.atoms) / direct);
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string mode = argc > 2 ? argv[1] : "";
    const auto number = [&](int i) { return static_cast<std::size_t>(std::atoll(argv[i])); };
    const fs::path folder = argc > 2 ? argv[2] : "";
    if (mode == "prepare" && argc == 9) {
        std::ofstream(folder / "shape") << argv[3] << ' ' << argv[4] << ' ' << argv[5] << '\n';
        prepare(folder, number(6), std::atof(argv[7]), std::atof(argv[8]));
    } else if (mode == "states" && argc == 9) {
        const PenaltyKind kind = std::string(argv[4]) == "hard" ? PenaltyKind::l0 : PenaltyKind::l1;
        const Penalty penalty{kind, std::atof(argv[8]), 0.0, number(5) == 0};
        const bool wide = std::string(argv[3]) == "double";
        (wide ? write_states<double> : write_states<float>)(folder, penalty, number(6), std::atof(argv[7]));
    } else if (mode == "time" && argc == 6) {
        time_sweeps(folder, number(3), std::atof(argv[4]), std::atof(argv[5]));
    } else {
        std::fprintf(stderr,
                     "usage: lca_gram prepare FOLDER atoms kernel stride count tau lambda\n"
                     "       lca_gram states FOLDER float|double hard|soft signed iterations tau lambda\n"
                     "       lca_gram time FOLDER iterations tau lambda\n");
        return 2;
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
