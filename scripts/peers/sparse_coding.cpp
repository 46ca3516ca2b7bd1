// Sparse coding of Fashion-MNIST images on data that the peers load too.
//
//   sparse_coding prepare FOLDER samples lambda     writes X (test images) and two dictionaries of 520 atoms:
//   `classes`
//                                            (training images, 52 a class) and `learned` (from those, on all
//                                            images)
//   sparse_coding lasso FOLDER DICTIONARY SCALAR lambda repeats    prints CPU seconds, one a line; writes the
//   codes Z sparse_coding omp FOLDER DICTIONARY SCALAR T CHOICE repeats    likewise; CHOICE: correlation or
//   reduction sparse_coding parts FOLDER DICTIONARY SCALAR lambda            prints what a lasso's time goes
//   into
//
// Arrays are raw little-endian float64, column-major; FOLDER/shape holds "m p n". SCALAR is double or float.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "scripts/peers/cpu_clock.hpp"
#include "scripts/peers/fashion_images.hpp"
#include "scripts/peers/raw_arrays.hpp"
#include "solvers/device/lasso_descent.hpp"
#include "solvers/dictionary/online.hpp"
#include "solvers/sparse/lasso.hpp"
#include "solvers/sparse/omp.hpp"

using namespace assay::solvers;
using namespace assay::peers;

namespace {

struct Shape {
    std::size_t m = 0, p = 0, n = 0;

    explicit Shape(const fs::path& folder) { std::ifstream(folder / "shape") >> m >> p >> n; }
};

void prepare(const fs::path& folder, std::size_t samples, double lambda) {
    const auto train = fashion_images(Part::train), test = fashion_images(Part::test);
    const auto atoms = class_atoms(train, 10, 52);
    save(folder / "X", unit_images(test, samples));
    save(folder / "classes", atoms);
    const OnlineOptions options{.codes = {.lambda = lambda, .tolerance = 1e-3},
                                .iterations = 235};  // one pass
    save(folder / "learned", online_dictionary(options, atoms, unit_images(train, train.count())));
    std::ofstream(folder / "shape") << atoms.rows() << ' ' << atoms.cols() << ' ' << samples << '\n';
}

/// Prints the seconds of each repeat of `code`(D, X), which returns codes, and writes the last ones.
template <class T, class Code>
void time_codes(const fs::path& folder, const std::string& dictionary, int repeats, const Code& code) {
    const Shape shape(folder);
    const auto X = load<T, double>(folder / "X", shape.m, shape.n);
    const auto D = load<T, double>(folder / dictionary, shape.m, shape.p);
    Array<Cpu, T> Z;
    for (int i = 0; i <= repeats; ++i) {  // the first one warms caches and pages
        const double seconds = cpu_seconds_of([&] { Z = code(D, X); });
        if (i > 0) std::printf("%.6f\n", seconds);
    }
    save(folder / "Z", to_device<Cpu, double>(Z));
}

template <class T>
void time_lasso(const fs::path& folder, const std::string& dictionary, double lambda, int repeats) {
    time_codes<T>(folder, dictionary, repeats,
                  [&](const auto& D, const auto& X) { return lasso({.lambda = lambda}, D, X).codes; });
}

template <class T>
void time_omp(const fs::path& folder, const std::string& dictionary, std::size_t nonzeros, Choice choice,
              int repeats) {
    time_codes<T>(folder, dictionary, repeats, [&](const auto& D, const auto& X) {
        return to_dense(omp({.nonzeros = nonzeros, .choice = choice}, D, X));
    });
}

/// The products by themselves, the rounds by themselves, and the multiply-adds that
/// solvers/device/lasso_sample.hpp counts for them, against the rate of the products.
template <class T>
void print_parts(const fs::path& folder, const std::string& dictionary, double lambda) {
    const Shape shape(folder);
    const auto D = load<T, double>(folder / dictionary, shape.m, shape.p);
    const auto X = load<T, double>(folder / "X", shape.m, shape.n);
    const auto lengths = column_distances(X, Array<Cpu, T>(shape.m, shape.n));
    Array<Cpu, T> G, B(shape.p, shape.n), Z(shape.p, shape.n);
    double gram_seconds = 1e9, product_seconds = 1e9, descent_seconds = 1e9;
    std::vector<LassoOutcome> outcomes;
    for (int i = 0; i < 3; ++i) {
        gram_seconds = std::min(gram_seconds, cpu_seconds_of([&] { G = gram(D); }));
        product_seconds = std::min(
            product_seconds, cpu_seconds_of([&] { gemm(Op::transpose, Op::none, T(1), D, X, T(0), B); }));
        descent_seconds =
            std::min(descent_seconds,
                     cpu_seconds_of([&] { outcomes = lasso_descent({.lambda = lambda}, G, B, lengths, Z); }));
    }
    double work = 0, rounds = 0, nonzeros = 0;
    for (std::size_t i = 0; i < shape.n; ++i) {
        const auto s = static_cast<double>(count_nonzero(Z.columns(i, 1)));
        const auto r = static_cast<double>(outcomes[i].rounds), p = static_cast<double>(shape.p);
        nonzeros += s;
        rounds += r;
        // At most ten coordinates a round; S grows about evenly, so that half of it is in an average product.
        work += 2 * p * 10 * r + 0.5 * p * s * r + 2 * s * s * s / 3;
    }
    const auto n = static_cast<double>(shape.n);
    const double product = static_cast<double>(shape.m * shape.p) * n;
    std::printf("non-zeros a sample %.1f, rounds %.1f\n", nonzeros / n, rounds / n);
    std::printf("D^T D %.4f s; D^T X %.1f us a sample, %.1f G multiply-adds a second\n", gram_seconds,
                1e6 * product_seconds / n, 1e-9 * product / product_seconds);
    std::printf(
        "rounds %.1f us a sample, %.0f k multiply-adds, %.1f G a second: %.0f %% of the product's rate\n",
        1e6 * descent_seconds / n, 1e-3 * work / n, 1e-9 * work / descent_seconds,
        100 * work / descent_seconds * product_seconds / product);
}

int run(int argc, char** argv) {
    const std::string mode = argc > 2 ? argv[1] : "", scalar = argc > 4 ? argv[4] : "";
    if (mode == "prepare" && argc == 5) {
        prepare(argv[2], static_cast<std::size_t>(std::atoll(argv[3])), std::atof(argv[4]));
    } else if (mode == "lasso" && argc == 7) {
        (scalar == "float" ? time_lasso<float> : time_lasso<double>)(argv[2], argv[3], std::atof(argv[5]),
                                                                     std::atoi(argv[6]));
    } else if (mode == "omp" && argc == 8) {
        const Choice choice = std::string(argv[6]) == "reduction" ? Choice::reduction : Choice::correlation;
        (scalar == "float" ? time_omp<float>
                           : time_omp<double>)(argv[2], argv[3],
                                               static_cast<std::size_t>(std::atoll(argv[5])), choice,
                                               std::atoi(argv[7]));
    } else if (mode == "parts" && argc == 6) {
        (scalar == "float" ? print_parts<float> : print_parts<double>)(argv[2], argv[3], std::atof(argv[5]));
    } else {
        std::fprintf(
            stderr,
            "usage: sparse_coding prepare FOLDER samples lambda\n"
            "       sparse_coding lasso FOLDER DICTIONARY double|float lambda repeats\n"
            "       sparse_coding omp FOLDER DICTIONARY double|float T correlation|reduction repeats\n"
            "       sparse_coding parts FOLDER DICTIONARY double|float lambda\n");
        return 2;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
