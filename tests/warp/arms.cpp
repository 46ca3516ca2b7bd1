#include "experiments/warp/arms.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "experiments/warp/problem.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "tests/message_of.hpp"

using namespace assay;
using namespace assay::solvers;
using warp::Phases;

namespace {

/// Twelve atoms on three images of 12 x 12.
struct Problem {
    Geometry geometry{{.atoms = 12, .kernel = 5, .stride = 2, .padding = 2}, {2, 12, 12}};
    AtomBank<Cpu, float> atoms{geometry, random_dictionary<Cpu, float>(50, 12, 4)};
    Images<Cpu, float> images{geometry.image, 3};
    Penalty penalty{.lambda = 0.8};

    Problem() {
        Random random(5, "images");
        for (std::size_t k = 0; k < images.data.size(); ++k)
            images.data.data()[k] = static_cast<float>(random.normal());
    }
    warp::CodingProblem<Cpu> coding() const { return {atoms, images, penalty, 20.0, 1.0, 7}; }

    std::vector<std::vector<double>> energies(const Phases& phases, const std::vector<std::size_t>& looks,
                                              const Images<Cpu, float>& start = {}) const {
        std::vector<std::vector<double>> seen;
        warp::run_arm<Cpu>(coding(), phases, start, looks,
                           [&](const warp::Look<Cpu>& look) { seen.push_back(look.energy); });
        return seen;
    }
};

const Problem& problem() {
    static const Problem made;
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(arms)

BOOST_AUTO_TEST_CASE(an_iteration_is_threshold_then_update_and_the_code_is_read_after_it) {
    const Problem& p = problem();
    // From u = 0 the first iteration only takes the drive in: u = Phi^T x / tau.
    Images<Cpu, float> u = analysis(p.atoms, on_canvas(p.geometry, p.images));
    scale(1.0F / 20.0F, u.data);
    Penalty low = p.penalty;
    low.lambda = 0.05;  // so that some units are above it at once
    warp::CodingProblem<Cpu> coding = p.coding();
    coding.penalty = low;
    threshold_all(threshold_of<float>(low), u.data);
    std::vector<std::size_t> seen;
    warp::run_arm<Cpu>(coding, warp::plain(low), {}, {0, 1}, [&](const warp::Look<Cpu>& look) {
        seen.push_back(look.iteration);
        if (look.iteration == 0) {
            for (const std::uint64_t count : look.nonzeros) BOOST_TEST(count == 0u);
            return;
        }
        BOOST_TEST(look.nonzeros[0] > 0u);
        for (std::size_t k = 0; k < u.data.size(); ++k)
            BOOST_TEST(std::abs(look.codes.data.data()[k] - u.data.data()[k]) <
                       1e-6F);  // sums of 50 in float
    });
    BOOST_TEST(seen == (std::vector<std::size_t>{0, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(looking_does_not_change_the_course) {
    const Phases phases = warp::continuation(problem().penalty, 20.0);
    std::vector<std::size_t> all(151);
    for (std::size_t k = 0; k < all.size(); ++k) all[k] = k;
    const auto close = problem().energies(phases, all), far = problem().energies(phases, {60, 150});
    BOOST_TEST(close[60] == far[0], boost::test_tools::per_element());
    BOOST_TEST(close[150] == far[1], boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_plain_arm_is_lca) {
    const Problem& p = problem();
    const auto result = lca(warp::lca_for(37, 20.0, p.penalty), p.atoms, p.images);
    const auto seen = p.energies(warp::plain(p.penalty), {5, 37});
    for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(seen[1][i] == result.readings[i].energy());
}

BOOST_AUTO_TEST_CASE(every_phase_is_judged_by_the_energy_of_the_last) {
    const Problem& p = problem();
    for (const Phases& phases : {warp::soft_first(p.penalty, 20.0), warp::continuation(p.penalty, 20.0),
                                 warp::noise_restart(p.penalty, 20.0)}) {
        warp::run_arm<Cpu>(p.coding(), phases, {}, {10, 100, 130, 300}, [&](const warp::Look<Cpu>& look) {
            const auto energy = convolutional_energy(p.penalty, p.atoms, p.images, look.codes);
            for (std::size_t i = 0; i < 3; ++i)
                BOOST_TEST(std::abs(look.energy[i] - energy[i]) < 1e-5 * energy[i]);  // sums in float
        });
    }
}

BOOST_AUTO_TEST_CASE(controls_part_from_cold_when_they_should) {
    const Penalty& hard = problem().penalty;
    const auto cold = problem().energies(warp::plain(hard), {200, 210});
    const auto restart = problem().energies(warp::noise_restart(hard, 20.0), {200, 210});
    BOOST_TEST(cold[0] == restart[0], boost::test_tools::per_element());  // the kick comes after 10 tau
    BOOST_TEST(cold[1] != restart[1]);
    const auto soft = problem().energies(warp::soft_first(hard, 20.0), {100});
    BOOST_TEST(soft[0] != problem().energies(warp::plain(hard), {100})[0]);
}

BOOST_AUTO_TEST_CASE(close_looks_hold_the_recorded_ones) {
    for (const std::size_t last : {1U, 5U, 20U, 600U, 3000U, 6000U}) {
        const auto close = warp::close_looks(last), recorded = warp::recorded_looks(last);
        BOOST_TEST(close.front() == 0u);
        BOOST_TEST(close.back() == last);
        BOOST_TEST(recorded.back() == last);
        BOOST_TEST(std::ranges::is_sorted(close));
        for (const std::size_t look : recorded) BOOST_TEST(std::ranges::binary_search(close, look));
        for (std::size_t k = 1; k < close.size(); ++k)
            BOOST_TEST((close[k] - close[k - 1] == 1 || 10 * (close[k] - close[k - 1]) <= close[k - 1]));
    }
}

BOOST_AUTO_TEST_CASE(settling_is_for_good) {
    const warp::EnergyTrace trace{{0, 1, 2, 4, 8},
                                  {{9, 9, 9}, {1, 1.004, 3}, {2, 1.003, 2}, {1.01, 1.002, 1.5}, {1, 1, 1.2}}};
    // The first was there at 1 and left again; the second is there from 1 on, the third never.
    BOOST_TEST(trace.settled({1, 1, 1}, 0.01) == (std::vector<double>{4, 1, 16}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(energies_between_looks_lie_on_a_line) {
    const warp::EnergyTrace trace{{0, 2, 10}, {{8}, {4}, {0}}};
    BOOST_TEST(trace.at(0.0)[0] == 8.0);
    BOOST_TEST(trace.at(0.5)[0] == 7.0);
    BOOST_TEST(trace.at(2.0)[0] == 4.0);
    BOOST_TEST(trace.at(8.0)[0] == 1.0);
    BOOST_TEST(trace.at(10.0)[0] == 0.0);
    BOOST_TEST(testing::message_of([&] {
                   (void)trace.at(10.5);
               }).starts_with("warp: no look at an arm around iteration 10.5"));
}

BOOST_AUTO_TEST_SUITE_END()
