#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

#include "datasets/feature_sets.hpp"
#include "experiments/harness/checkpoint.hpp"
#include "experiments/harness/cli/cli.hpp"
#include "experiments/harness/declarations.hpp"
#include "experiments/harness/run_context.hpp"
#include "solvers/sparse/ista.hpp"

/// A program like `assay` whose experiments do nothing but end in every way in which a run can end.
namespace {

using namespace assay::harness;

void sleep_seconds(double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

/// Three metrics of 100 values, as large as the first study's error curves.
void curve(Run& run) {
    std::vector<double> t(100);
    for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<double>(i + 1);
    run.axis("t", t, "iterations", "layers unrolled");
    const double rate = run.real("rate");
    for (const char* name : {"error", "distance", "objective"}) {
        for (std::size_t i = 0; i < t.size(); ++i) {
            run.record_at(name, {i},
                          std::exp(-rate * t[i]) * (1 + 1e-3 * static_cast<double>(run.seed() % 97)));
        }
    }
    run.progress(0.5, "half way");
    sleep_seconds(run.real("seconds"));
}

void diverge(Run& run) {
    run.axis("t", {1, 2, 3, 4, 5});
    for (std::size_t i = 0; i < 5; ++i) {
        run.record_at("error", {i}, i < 3 ? 1.0 : std::numeric_limits<double>::infinity());
    }
}

/// A solver whose step is far too large, and an axis of which it reaches the first points alone.
void overflow_in_solver(Run& run) {
    using Matrix = assay::solvers::Array<assay::solvers::Cpu, double>;
    const std::vector<double> one{1}, small{1e-9};
    const Matrix D = Matrix::from_host(1, 1, one), x = Matrix::from_host(1, 1, small);
    std::vector<double> iterations(1000);
    for (std::size_t i = 0; i < iterations.size(); ++i) iterations[i] = static_cast<double>(i + 1);
    run.axis_at_most("t", iterations);
    assay::solvers::ista<assay::solvers::Cpu, double>(
        {.lambda = 0, .step = 1e40, .max_iterations = iterations.size(), .check_every = 1}, D, x,
        [&](const auto& progress) { run.record_at("error", {progress.iteration - 1}, progress.change); });
}

/// Stops by itself after as many iterations as the seed says.
void stop_early(Run& run) {
    run.axis_at_most("t", {1, 2, 3, 4, 5});
    for (std::size_t i = 0; i < run.seed() % 5; ++i) run.record_at("error", {i}, static_cast<double>(i));
}

/// Memory taken in pieces until there is none.
void devour() {
    std::vector<std::vector<char>> pieces;
    for (;;) pieces.emplace_back(std::size_t{1} << 24, 'x');
}

/// Calls itself until the stack ends, long before the depth is reached.
double overflow(volatile double* below) {
    constexpr double depth = 1e9;
    volatile double here[4096] = {*below + 1};
    return *below > depth ? 0 : overflow(here) + here[1];
}

void end_badly(Run& run) {
    const std::string& how = run.text("how");
    if (how == "throw") throw assay::Error("the probe was told to fail", "probe");
    if (how == "abort") std::abort();
    if (how == "segfault") std::raise(SIGSEGV);
    if (how == "overflow") {
        volatile double start = 0;
        overflow(&start);
    }
    if (how == "exit") ::_exit(0);
    if (how == "memory") devour();
    if (how == "gpu-memory") throw assay::OutOfMemory("no room for 9 MiB on the GPU", "probe");
    if (how == "hang") sleep_seconds(3600);
    if (how == "ignore-sigterm") {
        std::signal(SIGTERM, SIG_IGN);
        for (;;) sleep_seconds(1);
    }
    if (how == "third") {  // one seed of three fails
        if (run.seed() % 3 == 0) throw assay::Error("the probe fails for every third seed", "probe");
    }
    run.record("value", static_cast<double>(run.seed()));
}

/// A long run that keeps a state after each of its steps, and says on stderr where it starts.
void count_on(Run& run) {
    Checkpoint checkpoint(run);
    run.axis("t", counted(1, 20));
    std::uint64_t sum = run.seed(), step = 0;
    if (const auto state = checkpoint.resume()) {
        std::memcpy(&sum, state->data(), sizeof sum);
        std::memcpy(&step, state->data() + sizeof sum, sizeof step);
    }
    std::cerr << "starts at step " << step << std::endl;
    while (step < 20) {
        sleep_seconds(run.real("seconds"));
        sum = sum * 6364136223846793005u + 1;
        run.record_at("value", {step++}, static_cast<double>(sum >> 40));
        std::array<std::byte, sizeof sum + sizeof step> state;
        std::memcpy(state.data(), &sum, sizeof sum);
        std::memcpy(state.data() + sizeof sum, &step, sizeof step);
        checkpoint.keep(state);
    }
}

/// Sums up a data set that the spec names.
void sum_up(Run& run) {
    const std::string& name = run.text("data");
    const auto set = assay::datasets::read_feature_set<double>(
        name, [&](const std::string& file) { return run.data_file(name, file); });
    run.record("value", std::accumulate(set.train.values.begin(), set.train.values.end(), 0.0));
}

void register_probes() {
    const ParamSpec seconds{"seconds", 0.0, "how long to sleep", 0, 1e6};
    const ParamSpec rate{"rate", 0.1, "decay of the curve", 0, 10};
    const MetricSpec value{"value", "", "the seed"};
    register_experiment({.name = "probe.curve",
                         .doc = "Three curves, at once or after a while",
                         .params = {seconds, rate},
                         .metrics = {{"error", "", "a curve", {"t"}},
                                     {"distance", "", "another", {"t"}},
                                     {"objective", "", "a third", {"t"}}},
                         .body = curve});
    register_experiment({.name = "probe.diverge",
                         .doc = "Grows beyond all bounds at the fourth point",
                         .params = {},
                         .metrics = {{"error", "", "a curve", {"t"}}},
                         .body = diverge});
    register_experiment({.name = "probe.overflow",
                         .doc = "A solver that overflows",
                         .params = {},
                         .metrics = {{"error", "", "a curve", {"t"}}},
                         .body = overflow_in_solver});
    register_experiment({.name = "probe.stop_early",
                         .doc = "An algorithm that stops by itself",
                         .params = {},
                         .metrics = {{"error", "", "a curve", {"t"}}},
                         .body = stop_early});
    register_experiment({.name = "probe.end",
                         .doc = "Ends as it is told",
                         .params = {{"how", std::string("well"), "the way to end"}},
                         .metrics = {value},
                         .body = end_badly});
    register_experiment({.name = "probe.count_on",
                         .doc = "Keeps its state step by step",
                         .params = {seconds},
                         .metrics = {{"value", "", "of each step", {"t"}}},
                         .body = count_on});
    register_experiment({.name = "probe.cpu_only",
                         .doc = "Refuses the GPU",
                         .params = {},
                         .metrics = {value},
                         .body = [](Run& run) { run.record("value", 1.0); },
                         .on_cuda = false});
    register_experiment({.name = "probe.data",
                         .doc = "Opens a data set",
                         .params = {{"data", std::string("mine"), "the data set"}},
                         .metrics = {value},
                         .body = sum_up,
                         .data = [](const Params& params) {
                             return std::vector<std::string>{std::get<std::string>(params.at("data"))};
                         }});
}

}  // namespace

int main(int argc, char** argv) {
    register_probes();
    return run_cli(argc, argv);
}
