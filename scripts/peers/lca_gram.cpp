// Convolutional LCA on 32 x 32 x 3 images, on a problem that the peer can load too
// (scripts/peers/convolutional_problem.hpp).
//
//   lca_gram prepare FOLDER atoms kernel stride count tau lambda
//       learns a dictionary from the first `count` images; prints lambda_max
//   lca_gram states FOLDER float|double hard|soft signed iterations tau lambda images
//       writes the states of the first images to FOLDER/states
//   lca_gram splits FOLDER hard|soft signed iterations tau lambda images
//       runs float and double side by side, iteration by iteration; prints for each image the first iteration
//       after which their supports differ (0: none), how far the nearest state in double then is from its
//       threshold and how far the states were apart until then; for all images how close a state in double
//       ever came to its threshold
//   lca_gram time FOLDER iterations tau lambda plain|lazy threads
//       prints CPU seconds and seconds of the clock, each per image and iteration
//   lca_gram roofline FOLDER
//       prints the peak of fused multiply-adds a second, and of one sweep: the operations of the direct
//       correlation, the part of them that shared products leave, the bytes of the arrays that it passes over
//   lca_gram reach FOLDER tau lambda iterations images plain|lazy|adaptive share
//       runs the cold start for `iterations` (this is the reference), then until the mean energy is within
//       `share` of the reference; prints both energies, iterations, CPU seconds and active codes an image

#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <thread>

#include "scripts/peers/convolutional_problem.hpp"
#include "scripts/peers/fma_peak.hpp"
#include "solvers/convolutional/accelerated_lca.hpp"
#include "solvers/device/cpu/convolution_layout.hpp"

using namespace assay::peers;

namespace {

constexpr std::size_t timed_images = 32;

LcaOptions options_of(double tau, const Penalty& penalty, std::size_t iterations) {
    return {.penalty = penalty, .tau = tau, .max_iterations = iterations, .check_every = iterations};
}

template <class T>
void write_states(const fs::path& folder, const LcaOptions& options, std::size_t count) {
    const Geometry g = geometry_of(folder);
    const auto result = lca(options, load_atoms<T>(folder, g), load_images<T>(folder, count));
    save_values(folder / "states", to_planes(result.states));
}

/// One image in both scalars, iteration by iteration.
void follow_image(const LcaOptions& options, std::size_t iterations, const AtomBank<Cpu, float>& narrow,
                  const AtomBank<Cpu, double>& wide, const Images<Cpu, float>& image,
                  const Images<Cpu, double>& same_image) {
    const Threshold<float> narrow_threshold = threshold_of<float>(options.penalty);
    const Threshold<double> wide_threshold = threshold_of<double>(options.penalty);
    const double threshold = wide_threshold.threshold, never = std::numeric_limits<double>::infinity();
    Images<Cpu, float> u;
    Images<Cpu, double> v;
    std::size_t split = 0;
    double at_split = never, apart = 0, closest = never;
    for (std::size_t t = 1; t <= iterations; ++t) {
        u = lca<Cpu, float>(options, narrow, image, {}, u).states;
        v = lca<Cpu, double>(options, wide, same_image, {}, v).states;
        double largest = 0;
        for (std::size_t k = 0; k < v.data.size(); ++k) {
            const double state = v.data.data()[k],
                         size = options.penalty.nonnegative ? state : std::abs(state);
            const double distance = std::abs(size - threshold);
            closest = std::min(closest, distance);
            largest = std::max(largest, std::abs(static_cast<double>(u.data.data()[k]) - state));
            if (split != 0 && split != t) continue;
            if ((narrow_threshold(u.data.data()[k]) != 0.0F) != (wide_threshold(state) != 0.0)) {
                split = t;
                at_split = std::min(at_split, distance);
            }
        }
        if (split == 0 || split == t) apart = std::max(apart, largest);
    }
    std::printf("%zu %.3g %.3g %.3g\n", split, at_split, apart, closest);
}

void find_splits(const fs::path& folder, const LcaOptions& options, std::size_t iterations,
                 std::size_t count) {
    const Geometry g = geometry_of(folder);
    const auto narrow = load_atoms<float>(folder, g);
    const auto wide = load_atoms<double>(folder, g);
    const auto images = load_images<float>(folder, count);
    const auto same_images = load_images<double>(folder, count);
    for (std::size_t i = 0; i < count; ++i)
        follow_image(options, iterations, narrow, wide, images.columns(i, 1), same_images.columns(i, 1));
}

/// Images are independent: threads take a share of them each, and no bit changes.
void time_sweeps(const fs::path& folder, const LcaOptions& options, std::size_t threads) {
    const Geometry g = geometry_of(folder);
    const auto atoms = load_atoms<float>(folder, g);
    const auto images = load_images<float>(folder, timed_images);
    std::vector<Images<Cpu, float>> shares;
    for (std::size_t n = 0; n < threads; ++n)
        shares.push_back(images.columns(n * timed_images / threads, timed_images / threads));
    const double wall_start = wall_seconds();
    const double seconds = cpu_seconds_of([&] {
        std::vector<std::thread> workers;
        for (const auto& share : shares) workers.emplace_back([&] { lca(options, atoms, share); });
        for (std::thread& worker : workers) worker.join();
    });
    const auto updates = static_cast<double>(options.max_iterations * timed_images);
    std::printf("%.9f %.9f\n", seconds / updates, (wall_seconds() - wall_start) / updates);
}

void print_roofline(const fs::path& folder) {
    const Geometry g = geometry_of(folder);
    const auto atoms = load_atoms<float>(folder, g);
    const BankLayout<float>& layout = atoms.layout();
    const kernels::CorrelationPlan& plan = layout.plan;
    const auto direct = static_cast<double>(g.positions() * g.atom_entries() * g.atoms);
    const double shared = static_cast<double>(layout.offset.size() * plan.blocks() * g.atoms) / direct;
    const std::size_t tiles = (plan.blocks() + kernels::tile_blocks - 1) / kernels::tile_blocks;
    const std::size_t entries = 2 * layout.ld * layout.slots()          // states, read and written
                                + layout.products.size() * tiles        // the transformed dictionary
                                + 3 * plan.plane_entries * plan.planes  // planes, read for and written
                                + 3 * g.canvas.size();                  // target and residual
    std::printf("%.6g %.0f %.4f %zu\n", fma_peak(), 2 * direct, shared, entries * sizeof(float));
}

double mean_energy(const std::vector<SweepReading>& readings) {
    double sum = 0;
    for (const SweepReading& reading : readings) sum += reading.energy();
    return sum / static_cast<double>(readings.size());
}

/// Raised by an observer: far enough.
struct Reached {};

void reach(const fs::path& folder, LcaOptions options, std::size_t count, const std::string& member,
           double share) {
    const Geometry g = geometry_of(folder);
    const auto atoms = load_atoms<float>(folder, g);
    const auto images = load_images<float>(folder, count);
    options.lazy = true;
    const double reference = mean_energy(lca(options, atoms, images).readings);
    options.lazy = member != "plain";
    options.check_every = 50;
    double energy = 0, nonzeros = 0;
    std::size_t iterations = 0;
    const LcaObserver<Cpu, float> watch = [&](const LcaProgress<Cpu, float>& progress) {
        energy = mean_energy(progress.readings);
        iterations = progress.iteration;
        nonzeros = static_cast<double>(count_nonzero(progress.codes.data)) / static_cast<double>(count);
        if (energy <= (1.0 + share) * reference) throw Reached{};
    };
    const double seconds = cpu_seconds_of([&] {
        try {
            if (member == "adaptive") {
                accelerated_lca<Cpu, float>(
                    {.lca = options, .growth = 1.3, .max_rate = 16 / options.tau, .settled_checks = 4}, atoms,
                    images, watch);
            } else {
                lca<Cpu, float>(options, atoms, images, watch);
            }
        } catch (const Reached&) {
        }
    });
    std::printf("%.9g %.9g %zu %.6f %.1f\n", reference, energy, iterations, seconds, nonzeros);
}

int usage() {
    std::fprintf(stderr,
                 "usage: lca_gram prepare FOLDER atoms kernel stride count tau lambda\n"
                 "       lca_gram states FOLDER float|double hard|soft signed iterations tau lambda images\n"
                 "       lca_gram splits FOLDER hard|soft signed iterations tau lambda images\n"
                 "       lca_gram time FOLDER iterations tau lambda plain|lazy threads\n"
                 "       lca_gram roofline FOLDER\n"
                 "       lca_gram reach FOLDER tau lambda iterations images plain|lazy|adaptive share\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string mode = argc > 2 ? argv[1] : "";
    const auto number = [&](int i) { return static_cast<std::size_t>(std::atoll(argv[i])); };
    const auto penalty = [&](int kind, int lambda) {
        return Penalty{std::string(argv[kind]) == "hard" ? PenaltyKind::l0 : PenaltyKind::l1,
                       std::atof(argv[lambda]), 0.0, number(kind + 1) == 0};
    };
    const fs::path folder = argc > 2 ? argv[2] : "";
    if (mode == "prepare" && argc == 9) {
        std::ofstream(folder / "shape") << argv[3] << ' ' << argv[4] << ' ' << argv[5] << '\n';
        std::printf("%.1f\n", learn_atoms(folder, number(6), std::atof(argv[7]), std::atof(argv[8])));
    } else if (mode == "states" && argc == 10) {
        const LcaOptions options = options_of(std::atof(argv[7]), penalty(4, 8), number(6));
        (std::string(argv[3]) == "double" ? write_states<double> : write_states<float>)(folder, options,
                                                                                        number(9));
    } else if (mode == "splits" && argc == 9) {
        find_splits(folder, options_of(std::atof(argv[6]), penalty(3, 7), 1), number(5), number(8));
    } else if (mode == "time" && argc == 8) {
        LcaOptions options = options_of(std::atof(argv[4]), {PenaltyKind::l0, std::atof(argv[5])}, number(3));
        options.lazy = std::string(argv[6]) == "lazy";
        time_sweeps(folder, options, number(7));
    } else if (mode == "roofline" && argc == 3) {
        print_roofline(folder);
    } else if (mode == "reach" && argc == 9) {
        const Penalty hard{PenaltyKind::l0, std::atof(argv[4])};
        reach(folder, options_of(std::atof(argv[3]), hard, number(5)), number(6), argv[7],
              std::atof(argv[8]));
    } else {
        return usage();
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
