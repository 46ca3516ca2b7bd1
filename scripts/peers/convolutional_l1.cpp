// Convolutional sparse coding with the l1 penalty on 32 x 32 x 3 images, signed codes, on a problem that the
// peer can load too (scripts/peers/convolutional_problem.hpp).
//
//   convolutional_l1 prepare FOLDER atoms kernel count     learns a dictionary at stride 1; prints lambda_max
//   convolutional_l1 solve FOLDER lambda images fista|lazy|momentum|settling iterations lambda_max energy
//       in float32; prints at every check: iterations, CPU seconds so far (checks included) and the mean
//       energy; stops once it is not above `energy`
//   convolutional_l1 optimum FOLDER lambda images iterations     the mean energy of FISTA in float64, and how
//                                                                far its codes are from the conditions of a
//                                                                minimum, as a part of lambda
//   convolutional_l1 energy FOLDER lambda images     the mean energy of the codes in FOLDER/codes, float64,
//                                                    images x M x 32 x 32

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "scripts/peers/convolutional_problem.hpp"
#include "scripts/peers/cpu_clock.hpp"
#include "solvers/convolutional/accelerated_lca.hpp"
#include "solvers/convolutional/ista.hpp"

using namespace assay::peers;

namespace {

Penalty signed_l1(double lambda) {
    return {PenaltyKind::l1, lambda, 0.0, false};
}

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

/// Raised by an observer: far enough.
struct Reached {};

/// Prints the course of a run and ends it at the energy that is asked for.
class Course {
  public:
    explicit Course(double energy) : energy_(energy), start_(cpu_seconds()) {}
    void note(std::size_t iteration, double energy) const {
        std::printf("%zu %.6f %.9g\n", iteration, cpu_seconds() - start_, energy);
        if (energy <= energy_) throw Reached{};
    }

  private:
    double energy_, start_;
};

void solve(const fs::path& folder, double lambda, std::size_t count, const std::string& member,
           std::size_t iterations, double eigenvalue, double energy) {
    const Geometry g = geometry_of(folder);
    const auto atoms = load_atoms<float>(folder, g);
    const auto images = load_images<float>(folder, count);
    const Course course(energy);
    if (member == "fista") {
        const ConvolutionalIstaOptions options{.penalty = signed_l1(lambda),
                                               .accelerated = true,
                                               .step = 1.0 / (1.05 * eigenvalue),
                                               .max_iterations = iterations};
        convolutional_ista<Cpu, float>(options, atoms, images, [&](const auto& progress) {
            course.note(progress.iteration, mean(progress.energy));
        });
        return;
    }
    AcceleratedLcaOptions options{.lca = {.penalty = signed_l1(lambda),
                                          .tau = 0.55 * eigenvalue,  // steps are stable above 0.5
                                          .max_iterations = iterations,
                                          .check_every = 25,
                                          .lazy = true}};
    if (member == "momentum") {
        options.momentum = 0.95;
        options.lca.tau = 0.27 * eigenvalue;  // with it they are above 0.5 / (1 + momentum)
        options.lca.check_every = 10;
    } else if (member == "settling") {
        options.growth = 1.3;
        options.max_rate = 4.0 / options.lca.tau;
        options.settled_checks = 3;
    }
    accelerated_lca<Cpu, float>(options, atoms, images, [&](const auto& progress) {
        double sum = 0;
        for (const SweepReading& reading : progress.readings) sum += reading.energy();
        course.note(progress.iteration, sum / static_cast<double>(count));
    });
}

/// The largest violation of |phi^T r| <= lambda, = lambda sign(a) on the support, as a part of lambda.
double violation(const AtomBank<Cpu, double>& atoms, const Images<Cpu, double>& images, double lambda,
                 const Images<Cpu, double>& codes) {
    Images<Cpu, double> residual = on_canvas(atoms.geometry(), images);
    axpy(-1.0, synthesis(atoms, codes).data, residual.data);
    const auto c = analysis(atoms, residual);
    double largest = 0;
    for (std::size_t k = 0; k < c.data.size(); ++k) {
        const double a = codes.data.data()[k], value = c.data.data()[k];
        largest = std::max(
            largest, a == 0.0 ? std::abs(value) - lambda : std::abs(value - (a > 0.0 ? lambda : -lambda)));
    }
    return largest / lambda;
}

void print_optimum(const fs::path& folder, double lambda, std::size_t count, std::size_t iterations) {
    const auto atoms = load_atoms<double>(folder, geometry_of(folder));
    const auto images = load_images<double>(folder, count);
    const auto result = convolutional_ista<Cpu, double>({.penalty = signed_l1(lambda),
                                                         .accelerated = true,
                                                         .max_iterations = iterations,
                                                         .check_every = iterations},
                                                        atoms, images);
    std::printf("%.12g %.3g %.1f\n", mean(result.energy), violation(atoms, images, lambda, result.codes),
                static_cast<double>(count_nonzero(result.codes.data)) / static_cast<double>(count));
}

void print_energy(const fs::path& folder, double lambda, std::size_t count) {
    const Geometry g = geometry_of(folder);
    const auto codes =
        from_planes<Cpu, double>(g.code, load_values<double>(folder / "codes", count * g.code.size()));
    std::printf("%.12g\n", mean(convolutional_energy(signed_l1(lambda), load_atoms<double>(folder, g),
                                                     load_images<double>(folder, count), codes)));
}

int usage() {
    std::fprintf(stderr,
                 "usage: convolutional_l1 prepare FOLDER atoms kernel count\n"
                 "       convolutional_l1 solve FOLDER lambda images fista|lazy|momentum|settling iterations "
                 "lambda_max energy\n"
                 "       convolutional_l1 optimum FOLDER lambda images iterations\n"
                 "       convolutional_l1 energy FOLDER lambda images\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) try {
    const std::string mode = argc > 2 ? argv[1] : "";
    const auto number = [&](int i) { return static_cast<std::size_t>(std::atoll(argv[i])); };
    const fs::path folder = argc > 2 ? argv[2] : "";
    if (mode == "prepare" && argc == 6) {
        std::ofstream(folder / "shape") << argv[3] << ' ' << argv[4] << " 1\n";
        std::printf("%.1f\n", learn_atoms(folder, number(5), 100.0, 1.0));
    } else if (mode == "solve" && argc == 9) {
        try {
            solve(folder, std::atof(argv[3]), number(4), argv[5], number(6), std::atof(argv[7]),
                  std::atof(argv[8]));
        } catch (const Reached&) {
        }
    } else if (mode == "optimum" && argc == 6) {
        print_optimum(folder, std::atof(argv[3]), number(4), number(5));
    } else if (mode == "energy" && argc == 5) {
        print_energy(folder, std::atof(argv[3]), number(4));
    } else {
        return usage();
    }
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
