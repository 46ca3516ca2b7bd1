#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "solvers/deep/learned_lista.hpp"
#include "solvers/dictionary/alternating.hpp"
#include "solvers/dictionary/noodl.hpp"
#include "solvers/dictionary/training_contributions.hpp"
#include "solvers/sparse/ista.hpp"
#include "tests/cuda/parity.hpp"
#include "tests/cuda/problem.hpp"

using namespace assay::solvers;
using parity::largest_difference;
using parity::Pair;

// The algorithms that are written on the primitives alone, in double: here rounding moves no entry across a
// threshold, so `iterations` products over `terms` terms of order one differ by at most iterations terms
// epsilon.
namespace {

constexpr std::size_t height = 41, atoms = 70, samples = 33;

double rounding(std::size_t iterations, std::size_t terms) {
    return static_cast<double>(iterations * terms) * parity::epsilon<double>;
}

/// Without the zero atom, which has no direction that a learner could keep.
struct Data {
    parity::Problem<double> problem{height, atoms + 4, samples, 2};
    Pair<double> D{height, atoms, problem.D.columns(4, atoms).to_host()}, X{problem.X};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cuda_algorithms)

BOOST_AUTO_TEST_CASE(ista_and_fista_agree) {
    const Data data;
    for (const bool accelerated : {false, true}) {
        IstaOptions options;
        options.max_iterations = 50;
        options.accelerated = accelerated;
        const IstaResult<Cpu, double> cpu = ista(options, data.D.cpu, data.X.cpu);
        const IstaResult<Cuda, double> gpu = ista(options, data.D.gpu, data.X.gpu);
        BOOST_TEST(gpu.iterations == cpu.iterations);
        BOOST_TEST(norm(cpu.codes) > 1.0);
        BOOST_TEST(largest_difference(gpu.codes.to_host(), cpu.codes.to_host()) <= rounding(50, atoms));
    }
}

BOOST_AUTO_TEST_CASE(a_step_of_noodl_agrees) {
    const Data data;
    NoodlOptions options;
    options.code_step = 0.1;
    options.code_iterations = 20;
    options.rate = 0.5;
    Array<Cpu, double> cpu = data.D.cpu.copy();
    Array<Cuda, double> gpu = data.D.gpu.copy();
    const std::vector<double> cpu_codes = noodl_step(options, data.X.cpu, cpu).to_host();
    const std::vector<double> gpu_codes = noodl_step(options, data.X.gpu, gpu).to_host();
    BOOST_TEST(largest_difference(cpu.to_host(), data.D.cpu.to_host()) > 1e-3);
    BOOST_TEST(largest_difference(gpu_codes, cpu_codes) <= rounding(20, atoms));
    BOOST_TEST(largest_difference(gpu.to_host(), cpu.to_host()) <= rounding(20, atoms));
}

BOOST_AUTO_TEST_CASE(alternating_minimisation_agrees) {
    const Data data;
    AlternatingOptions options;
    options.iterations = 10;
    options.rho_dictionary = 1.0;
    // Without the zero atom, which has no direction to keep; the solves bring in condition numbers of up to
    // 1000.
    const Pair<double> D(height, atoms - 4, data.D.cpu.columns(4, atoms - 4).to_host());
    const auto cpu = alternating_minimisation(options, D.cpu, data.X.cpu);
    const auto gpu = alternating_minimisation(options, D.gpu, data.X.gpu);
    BOOST_TEST(largest_difference(gpu.dictionary.to_host(), cpu.dictionary.to_host()) <=
               1000 * rounding(10, atoms));
    BOOST_TEST(largest_difference(gpu.codes.to_host(), cpu.codes.to_host()) <= 1000 * rounding(10, atoms));
}

BOOST_AUTO_TEST_CASE(gradients_of_learned_layers_agree) {
    const Data data;
    const Pair<double> truth(atoms, samples, 5, 3);
    for (const Unrolling kind : {Unrolling::lista, Unrolling::lista_cp, Unrolling::alista}) {
        // Steps below 1 / ||A||^2, so that codes stay of order one.
        const auto gradient = [&]<class Device>(const Array<Device, double>& A,
                                                const Array<Device, double>& Y,
                                                const Array<Device, double>& target) {
            Array<Device, double> W = A.copy();
            scale(0.1, W);
            LearnedLista<Device, double> network(kind, A, W, 0.02);
            for (std::size_t k = 0; k < 4; ++k) network.add_layer();
            return learned_gradient(network, network.forward(Y), Y, target, 1);
        };
        const auto cpu = gradient(data.D.cpu, data.X.cpu, truth.cpu);
        const auto gpu = gradient(data.D.gpu, data.X.gpu, truth.gpu);
        BOOST_TEST(gpu.loss == cpu.loss, boost::test_tools::tolerance(rounding(4, atoms)));
        for (std::size_t k = 0; k < 4; ++k) {
            const auto& a = cpu.layers[k];
            const auto& b = gpu.layers[k];
            // Sums over all samples, and for theta and gamma over all atoms or rows too.
            BOOST_TEST(largest_difference(b.W.to_host(), a.W.to_host()) <= rounding(4 * samples, atoms));
            BOOST_TEST(largest_difference(b.S.to_host(), a.S.to_host()) <= rounding(4 * samples, atoms));
            BOOST_TEST(std::abs(b.theta - a.theta) <= rounding(4 * samples * atoms, atoms));
            BOOST_TEST(std::abs(b.gamma - a.gamma) <= rounding(4 * samples * atoms, atoms));
        }
    }
}

BOOST_AUTO_TEST_CASE(the_ridge_dictionary_agrees) {
    const Data data;
    const Pair<double> Z(atoms, samples, 4, 3);
    // The condition number of Z Z^T + omega I is below ||Z||^2 / omega, and ||Z||^2 below the number of
    // entries.
    const double bound = rounding(1, atoms) * static_cast<double>(atoms * samples);
    BOOST_TEST(largest_difference(ridge_dictionary(1.0, data.X.gpu, Z.gpu).to_host(),
                                  ridge_dictionary(1.0, data.X.cpu, Z.cpu).to_host()) <= bound);
}

BOOST_AUTO_TEST_SUITE_END()
