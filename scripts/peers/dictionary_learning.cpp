// Dictionary learning on Fashion-MNIST images that the peers load too: the lasso objective, mean over the
// images,
//   min over z of 1/2 ||x - D z||^2 + lambda ||z||_1,  ||d_k|| <= 1.
//
//   dictionary_learning prepare FOLDER samples     writes X (training images in a random order) and the start
//   D0 (520
//                                                  atoms, 52 images a class)
//   dictionary_learning objective FOLDER FILE lambda    prints the objective of the dictionary in FILE, by
//   exact codes dictionary_learning reach FOLDER SCALAR lambda batch target       learns until the objective
//   is at most `target`,
//                                                  looking after every few batches with the clock stopped;
//                                                  prints "seconds objective samples"
//   dictionary_learning parts FOLDER SCALAR lambda batch    prints what a step's time goes into
//
// Arrays are raw little-endian float64, column-major; FOLDER/shape holds "m p n". SCALAR is double or float.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>

#include "scripts/peers/cpu_clock.hpp"
#include "scripts/peers/fashion_images.hpp"
#include "scripts/peers/raw_arrays.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/online.hpp"
#include "solvers/dictionary/palm_blocks.hpp"

using namespace assay::solvers;
using namespace assay::peers;

namespace {

using Matrix = Array<Cpu, double>;

struct Data {
    Matrix X, D0;

    explicit Data(const fs::path& folder) {
        std::size_t m = 0, p = 0, n = 0;
        std::ifstream(folder / "shape") >> m >> p >> n;
        X = load<double>(folder / "X", m, n);
        D0 = load<double>(folder / "D0", m, p);
    }
};

void prepare(const fs::path& folder, std::size_t samples) {
    const auto train = fashion_images(Part::train);
    const Matrix first = unit_images(train, samples);
    Matrix X(first.rows(), samples);
    std::vector<std::size_t> order(samples);
    std::iota(order.begin(), order.end(), std::size_t{0});
    Random random(1, "order of the images");
    for (std::size_t i = samples; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    for (std::size_t i = 0; i < samples; ++i) X.set_columns(i, first.columns(order[i], 1));
    const Matrix D0 = class_atoms(train, 10, 52);
    save(folder / "X", X);
    save(folder / "D0", D0);
    std::ofstream(folder / "shape") << X.rows() << ' ' << D0.cols() << ' ' << samples << '\n';
}

double objective(double lambda, const Matrix& D, const Matrix& X) {
    const auto values = lasso_objective(lambda, D, X, lasso({.lambda = lambda}, D, X).codes);
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

OnlineOptions options_of(double lambda, std::size_t batch) {
    return {.codes = {.lambda = lambda, .tolerance = 1e-4}, .batch = batch};
}

/// Looks at the objective each time that the seconds have grown by a twentieth.
template <class T>
void reach(const fs::path& folder, double lambda, std::size_t batch, double target) {
    const Data data(folder);
    const auto X = to_device<Cpu, T>(data.X);
    const auto D0 = to_device<Cpu, T>(data.D0);
    const std::size_t n = X.cols();
    double seconds = 0, looked = 0, value = 0;
    std::size_t samples = 0;
    double start = cpu_seconds();
    OnlineLearner<Cpu, T> learner(options_of(lambda, batch), D0);
    for (std::size_t first = 0; samples < 100 * n; first = first + batch < n ? first + batch : 0) {
        const std::size_t count = std::min(batch, n - first);
        learner.step(X.columns(first, count));
        samples += count;
        const double now = seconds + cpu_seconds() - start;
        if (now < 1.05 * looked) continue;
        seconds = looked = now;
        value = objective(lambda, to_device<Cpu, double>(learner.dictionary()), data.X);
        std::fprintf(stderr, "%.3f s: %.6f\n", seconds, value);
        if (value <= target) break;
        start = cpu_seconds();
    }
    std::printf("%.4f %.8f %zu\n", seconds, value, samples);
}

/// One step's parts, each by itself on the dictionary after a pass.
template <class T>
void print_parts(const fs::path& folder, double lambda, std::size_t batch) {
    const Data data(folder);
    const auto all = to_device<Cpu, T>(data.X);
    OnlineLearner<Cpu, T> learner(options_of(lambda, batch), to_device<Cpu, T>(data.D0));
    for (std::size_t first = 0; first + batch <= all.cols(); first += batch)
        learner.step(all.columns(first, batch));
    const auto X = all.columns(0, batch);
    const auto& D = learner.dictionary();
    const DictionaryOptions atoms{.atoms = AtomSet::ball, .method = DictionaryMethod::per_atom, .eps_D = 0.0};
    double step = 1e9, coding = 1e9, gram_only = 1e9, update = 1e9;
    const auto best = [](double& seconds, const auto& work) {
        seconds = std::min(seconds, cpu_seconds_of(work));
    };
    Array<Cpu, T> Z;
    for (int i = 0; i < 5; ++i) {
        best(gram_only, [&] { gram(D); });
        best(coding, [&] { Z = lasso(options_of(lambda, batch).codes, D, X).codes; });
        best(update, [&] { update_dictionary(atoms, learner.moments(), 0.0, D); });
        best(step, [&] { learner.step(X); });
    }
    const auto m = static_cast<double>(D.rows()), p = static_cast<double>(D.cols());
    std::printf("non-zeros a code %.1f\n",
                static_cast<double>(count_nonzero(Z)) / static_cast<double>(batch));
    std::printf(
        "a step of %zu samples %.1f ms: codes %.1f (of it D^T D %.1f), atoms %.1f, %.1f G multiply-adds "
        "a second of m p^2\n",
        batch, 1e3 * step, 1e3 * coding, 1e3 * gram_only, 1e3 * update, 1e-9 * m * p * p / update);
}

int run(int argc, char** argv) {
    const std::string mode = argc > 2 ? argv[1] : "", scalar = argc > 3 ? argv[3] : "";
    const auto number = [&](int i) { return static_cast<std::size_t>(std::atoll(argv[i])); };
    if (mode == "prepare" && argc == 4) {
        prepare(argv[2], number(3));
    } else if (mode == "objective" && argc == 5) {
        const Data data(argv[2]);
        const auto D = load<double>(fs::path(argv[2]) / argv[3], data.D0.rows(), data.D0.cols());
        std::printf("%.8f\n", objective(std::atof(argv[4]), D, data.X));
    } else if (mode == "reach" && argc == 7) {
        (scalar == "float" ? reach<float> : reach<double>)(argv[2], std::atof(argv[4]), number(5),
                                                           std::atof(argv[6]));
    } else if (mode == "parts" && argc == 6) {
        (scalar == "float" ? print_parts<float> : print_parts<double>)(argv[2], std::atof(argv[4]),
                                                                       number(5));
    } else {
        std::fprintf(stderr,
                     "usage: dictionary_learning prepare FOLDER samples\n"
                     "       dictionary_learning objective FOLDER FILE lambda\n"
                     "       dictionary_learning reach FOLDER double|float lambda batch target\n"
                     "       dictionary_learning parts FOLDER double|float lambda batch\n");
        return 2;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
