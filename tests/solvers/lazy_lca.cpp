#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "solvers/convolutional/accelerated_lca.hpp"
#include "solvers/device/cpu/convolution_layout.hpp"
#include "tests/solvers/convolution_reference.hpp"

using namespace assay::solvers;
using namespace assay::testing;
namespace solvers = assay::solvers;

// Lazy sweeps leave alone what cannot reach the threshold: the iterates are LCA's but for rounding, which in
// double moves no state across a threshold here.
BOOST_AUTO_TEST_SUITE(lazy_lca)

namespace {

/// Rounding moves no state across a threshold here, so that the paths stay together.
void check_equal(LcaOptions options, const AtomBank<Cpu, double>& atoms, const Images<Cpu, double>& images,
                 const Images<Cpu, double>& start = {}) {
    const auto full = solvers::lca<Cpu, double>(options, atoms, images, {}, start);
    options.lazy = true;
    const auto lazy = solvers::lca<Cpu, double>(options, atoms, images, {}, start);
    double largest = 0;
    std::size_t supports = 0;
    for (std::size_t k = 0; k < full.states.data.size(); ++k) {
        largest = std::max(largest, std::abs(full.states.data.data()[k] - lazy.states.data.data()[k]));
        supports += (full.codes.data.data()[k] != 0.0) != (lazy.codes.data.data()[k] != 0.0);
    }
    BOOST_TEST(largest < 1e-10);
    BOOST_TEST(supports == 0U);
    BOOST_TEST(full.iterations == lazy.iterations);
    for (std::size_t i = 0; i < images.count(); ++i) {
        BOOST_TEST(full.readings[i].energy() == lazy.readings[i].energy(),
                   boost::test_tools::tolerance(1e-9));
        BOOST_TEST(std::abs(full.readings[i].change - lazy.readings[i].change) < 1e-10);
    }
}

std::vector<Penalty> penalties() {
    std::vector<Penalty> all;
    for (const bool nonnegative : {true, false}) {
        all.insert(all.end(), {{PenaltyKind::l0, 0.5, 0.0, nonnegative},
                               {PenaltyKind::l1, 0.4, 0.0, nonnegative},
                               {PenaltyKind::rozell, 0.4, 0.5, nonnegative},
                               {PenaltyKind::firm, 0.4, 0.3, nonnegative},
                               {PenaltyKind::cel0, 0.5, 0.0, nonnegative},
                               {PenaltyKind::half, 0.3, 0.0, nonnegative},
                               {PenaltyKind::l1, 0.0, 0.0, nonnegative}});
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(iterates_are_those_of_full_sweeps) {
    for (const Geometry& g : odd_geometries()) {
        const AtomBank<Cpu, double> atoms(g, draw_atoms<double>(g));
        const auto images = draw_images<double>(g.image, 2);
        const double tau = largest_eigenvalue(atoms, 200) + 2;
        for (const Penalty& penalty : penalties()) {
            check_equal({.penalty = penalty, .tau = tau, .max_iterations = 120, .check_every = 50}, atoms,
                        images);
        }
    }
}

BOOST_AUTO_TEST_CASE(any_start_gain_and_length_of_atoms_will_do) {
    const Geometry g = odd_geometries()[0];
    auto D = draw_atoms<double>(g);
    for (std::size_t e = 0; e < D.rows(); ++e) D(e, 3) *= 1.7;
    const AtomBank<Cpu, double> atoms(g, D);
    const auto images = draw_images<double>(g.image, 2);
    const Images<Cpu, double> start(g.code, draw_matrix<double>(g.code.size(), 2, "start", 0.4));
    for (const Penalty& penalty : penalties()) {
        check_equal({.penalty = penalty, .tau = 40, .gain = 0.6, .max_iterations = 100, .check_every = 33},
                    atoms, images, start);
    }
    check_equal({.penalty = {PenaltyKind::l0, 0.5}, .tau = 1.5, .gain = 0.01, .max_iterations = 90}, atoms,
                images, start);
}

BOOST_AUTO_TEST_CASE(the_exponential_integrator_may_be_lazy) {
    for (const std::size_t n : {0, 1}) {  // a cropped border and a padded one
        const Geometry g = odd_geometries()[n];
        const AtomBank<Cpu, double> atoms(g, draw_atoms<double>(g));
        const auto images = draw_images<double>(g.image, 2);
        for (const double dt : {1.0, 4.0}) {
            check_equal({.penalty = {PenaltyKind::l0, 0.5},
                         .tau = 100,
                         .dt = dt,
                         .integrator = Integrator::exponential,
                         .max_iterations = 300,
                         .check_every = 60},
                        atoms, images);
        }
    }
}

BOOST_AUTO_TEST_CASE(images_stop_at_the_same_iterations) {
    const Geometry g = odd_geometries()[0];
    const AtomBank<Cpu, double> atoms(g, draw_atoms<double>(g));
    const auto images = draw_images<double>(g.image, 4);
    const LcaOptions options{.penalty = {PenaltyKind::l0, 0.9},
                             .tau = 60,
                             .max_iterations = 3000,
                             .tolerance = 3e-3,
                             .check_every = 20};
    const auto full = solvers::lca(options, atoms, images);
    BOOST_TEST(*std::min_element(full.iterations.begin(), full.iterations.end()) <
               *std::max_element(full.iterations.begin(), full.iterations.end()));
    check_equal(options, atoms, images);
}

BOOST_AUTO_TEST_CASE(a_start_may_be_the_end_of_a_lazy_run) {
    const Geometry g = odd_geometries()[1];
    const AtomBank<Cpu, double> atoms(g, draw_atoms<double>(g));
    const auto images = draw_images<double>(g.image, 2);
    LcaOptions options{.penalty = {PenaltyKind::l0, 0.5}, .tau = 60, .max_iterations = 200};
    const auto whole = solvers::lca(options, atoms, images);
    options.lazy = true;
    options.max_iterations = 100;
    const auto first = solvers::lca(options, atoms, images);
    const auto second = solvers::lca<Cpu, double>(options, atoms, images, {}, first.states);
    BOOST_TEST(distance(whole.states.data, second.states.data) < 1e-10);
}

// Smooth atoms and images, as the field's are, and codes of which a few per cent are active.
BOOST_AUTO_TEST_CASE(few_states_are_computed_once_codes_are_sparse) {
    const Geometry g({.atoms = 24, .kernel = 7, .stride = 1, .border = Border::padded}, {3, 12, 15});
    auto D = draw_atoms<double>(g);
    auto images = draw_images<double>(g.image, 1);
    for (Array<Cpu, double>* columns : {&D, &images.data}) {
        for (int pass = 0; pass < 3; ++pass) {
            for (std::size_t j = 0; j < columns->cols(); ++j) {
                for (std::size_t k = columns->rows(); k-- > 3;)
                    (*columns)(k, j) = ((*columns)(k, j) + (*columns)(k - 3, j)) / 2;
            }
        }
    }
    normalize_columns(D);
    const AtomBank<Cpu, double> atoms(g, D);
    std::vector<std::uint64_t> computed, nonzeros;
    LcaOptions options{
        .penalty = {PenaltyKind::l0, 1.0}, .tau = 100, .max_iterations = 600, .check_every = 100};
    const auto note = [&](const LcaProgress<Cpu, double>& progress) {
        computed.push_back(progress.readings[0].computed);
        nonzeros.push_back(progress.readings[0].nonzeros);
    };
    const auto full = solvers::lca<Cpu, double>(options, atoms, images, note);
    const std::uint64_t all = options.check_every * g.code.size();
    BOOST_TEST((computed == std::vector<std::uint64_t>(6, all)));
    BOOST_TEST(nonzeros.back() > 10U);
    computed.clear();
    options.lazy = true;
    const auto lazy = solvers::lca<Cpu, double>(options, atoms, images, note);
    BOOST_TEST(distance(full.states.data, lazy.states.data) < 1e-10);
    BOOST_TEST(computed.back() < computed.front());
    // Two of the hundred sweeps compute everything; beside them the active codes and their like remain.
    BOOST_TEST(computed.back() < all / 10);
    BOOST_TEST(computed.back() > 2 * g.code.size() + 98 * nonzeros.back() / 2);
}

// Rates above 1 turn W's sign, momentum has a velocity everywhere: then sweeps are full, and lazy ones can
// follow.
BOOST_AUTO_TEST_CASE(what_cannot_be_lazy_is_not) {
    const Geometry g = odd_geometries()[1];
    const AtomBank<Cpu, double> atoms(g, draw_atoms<double>(g));
    const auto images = draw_images<double>(g.image, 2);
    AcceleratedLcaOptions options{.lca = {.penalty = {PenaltyKind::l0, 0.5}, .tau = 60, .max_iterations = 60},
                                  .momentum = 0.5};
    const auto full = solvers::accelerated_lca(options, atoms, images);
    options.lca.lazy = true;
    const auto lazy = solvers::accelerated_lca(options, atoms, images);
    BOOST_TEST(distance(full.states.data, lazy.states.data) == 0.0);
    LcaOptions fast{.penalty = {PenaltyKind::l0, 0.5}, .tau = 0.8, .gain = 0.01, .max_iterations = 20};
    const auto one = solvers::lca(fast, atoms, images);
    fast.lazy = true;
    BOOST_TEST(distance(one.states.data, solvers::lca(fast, atoms, images).states.data) == 0.0);
}

BOOST_AUTO_TEST_CASE(rates_may_cross_one) {
    const Geometry g = odd_geometries()[0];
    const AtomBank<Cpu, double> atoms(g, draw_atoms<double>(g));
    const auto targets = on_canvas(g, draw_images<double>(g.image, 1));
    const std::vector<std::uint32_t> listed{0};
    Images<Cpu, double> states[2];
    for (const bool lazy : {false, true}) {
        const Dynamics dynamics{.penalty = {PenaltyKind::l0, 0.3}, .gain = 0.01, .sweeps = 7, .lazy = lazy};
        SweepBatch<Cpu, double> batch(g, dynamics, targets.copy());
        for (const double rate : {0.5, 1.5, 0.2, 1.0}) {
            const std::vector<double> rates{rate};
            sweep<Cpu, double>(atoms, dynamics, listed, rates, batch);
        }
        BOOST_TEST(count_nonzero(batch.codes.data) > 0U);
        states[lazy] = std::move(batch.states);
    }
    BOOST_TEST(distance(states[0].data, states[1].data) < 1e-10);
}

BOOST_AUTO_TEST_CASE(relatives_may_be_lazy_too) {
    const Geometry g = odd_geometries()[0];
    const AtomBank<Cpu, double> atoms(g, draw_atoms<double>(g));
    const auto images = draw_images<double>(g.image, 2);
    AcceleratedLcaOptions options{
        .lca = {.penalty = {PenaltyKind::l0, 0.5}, .tau = 60, .max_iterations = 400, .check_every = 20},
        .growth = 1.2,
        .max_rate = 0.1,
        .settled_checks = 2};
    const auto full = solvers::accelerated_lca(options, atoms, images);
    options.lca.lazy = true;
    const auto lazy = solvers::accelerated_lca(options, atoms, images);
    BOOST_TEST(distance(full.states.data, lazy.states.data) < 1e-8);
}

BOOST_AUTO_TEST_CASE(instruction_sets_have_equal_bits) {
    if (!__builtin_cpu_supports("avx512bw")) return;
    const auto wide = kernels::avx512::correlation_kernels<float>();
    const auto narrow = kernels::avx2::correlation_kernels<float>();
    for (const Geometry& g : odd_geometries()) {
        const AtomBank<Cpu, float> atoms(g, draw_atoms<float>(g));
        const auto targets = on_canvas(g, draw_images<float>(g.image, 1));
        std::vector<float> results[2];
        for (const auto* set : {&wide, &narrow}) {
            Workspace<float> work(g, atoms.layout());
            LazyWorkspace<float> lazy(g, atoms.layout());
            const kernels::SweepResult sums = set->lazy_sweep(
                lazy.job({work.correlation(), work.drawing(), g.canvas.size(), targets.data.data(), nullptr,
                          threshold_of<float>({PenaltyKind::l0, 0.4}), 1.0F, 0.0F, 0.02F, 60,
                          work.states().data(), nullptr, work.index(), work.value()}));
            std::vector<float>& result = results[set == &wide ? 0 : 1];
            result = work.states().to_host();
            result.push_back(static_cast<float>(sums.fit));
        }
        BOOST_TEST((results[0] == results[1]));
    }
}

BOOST_AUTO_TEST_SUITE_END()
