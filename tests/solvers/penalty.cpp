#include "solvers/proximal/penalty.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "solvers/proximal/threshold.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/convolution_reference.hpp"

using assay::testing::message_of;
using namespace assay::solvers;
using namespace assay::testing;

BOOST_AUTO_TEST_SUITE(penalty)

namespace {
using Scalars = std::tuple<double, float>;

std::vector<Penalty> all_penalties() {
    std::vector<Penalty> all;
    for (const bool nonnegative : {false, true}) {
        for (const PenaltyKind kind :
             {PenaltyKind::l1, PenaltyKind::l0, PenaltyKind::cel0, PenaltyKind::half})
            all.push_back({kind, 0.8, 0.0, nonnegative});
        all.push_back({PenaltyKind::rozell, 0.8, 0.3, nonnegative});
        all.push_back({PenaltyKind::firm, 0.8, 0.5, nonnegative});
    }
    return all;
}

double objective(const Penalty& penalty, double step, double u, double a) {
    return 0.5 * (a - u) * (a - u) + step * penalty_of(penalty, a);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_threshold_minimises_its_energy) {
    for (const Penalty& p : all_penalties()) {
        for (const double step : {0.3, 1.0, 1.7}) {
            const Threshold<double> T = threshold_of<double>(p, step);
            for (double u = -4.0; u <= 4.0; u += 0.0437) {
                const double at_threshold = objective(p, step, u, T(u));
                double least = objective(p, step, u, 0.0);
                for (double a = -5.0; a <= 5.0; a += 0.01) least = std::min(least, objective(p, step, u, a));
                // No point of the grid is lower; the grid is 0.01 fine, curvatures are below 2.
                BOOST_TEST(at_threshold <= least + 1e-12,
                           "kind " << static_cast<int>(p.kind) << " step " << step << " u " << u);
                BOOST_TEST(at_threshold > least - 1e-4);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(states_exceed_codes_by_the_penaltys_slope) {
    for (const Penalty& p : all_penalties()) {
        for (const double step : {0.4, 1.0}) {
            const Threshold<double> T = threshold_of<double>(p, step);
            for (double u = 0.05; u < 5.0; u += 0.0371) {
                const double a = T(u), h = 1e-6;
                if (a <= h) continue;
                const double slope = (penalty_of(p, a + h) - penalty_of(p, a - h)) / (2 * h);
                // The central difference is exact to h^2 but where C bends, and there to h.
                BOOST_TEST(std::abs(u - a - step * slope) < 1e-5);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(families_meet_at_their_ends_with_equal_bits, T, Scalars) {
    const auto same = [](const Penalty& p, const Penalty& q, double step = 1.0) {
        for (double u = -3.0; u < 3.0; u += 0.0119) {
            BOOST_TEST(threshold_of<T>(p, step)(static_cast<T>(u)) ==
                       threshold_of<T>(q, step)(static_cast<T>(u)));
        }
    };
    same({PenaltyKind::rozell, 0.7, 0.0}, {PenaltyKind::l0, 0.7});
    same({PenaltyKind::rozell, 0.7, 1.0}, {PenaltyKind::l1, 0.7});
    same({PenaltyKind::cel0, 0.7}, {PenaltyKind::l0, 0.7});
    same({PenaltyKind::firm, 0.7, 0.0}, {PenaltyKind::cel0, 0.7}, 0.5);
    const Threshold<T> soft = threshold_of<T>({PenaltyKind::l1, 0.7, 0.0, false});
    const Threshold<T> hard = threshold_of<T>({PenaltyKind::l0, 0.7, 0.0, false});
    const Threshold<T> one_sided = threshold_of<T>({PenaltyKind::l1, 0.7, 0.0, true});
    for (double v = -3.0; v < 3.0; v += 0.0119) {
        const T u = static_cast<T>(v), b = static_cast<T>(0.7);
        BOOST_TEST(soft(u) == shrink(Shrinkage::soft, u, b));
        BOOST_TEST(hard(u) == shrink(Shrinkage::hard, u, b));
        BOOST_TEST(one_sided(u) == shrink(Shrinkage::soft_one_sided, u, b));
    }
}

BOOST_AUTO_TEST_CASE(cel0_differs_from_the_hard_threshold_below_a_step_of_one) {
    const Threshold<double> T = threshold_of<double>({PenaltyKind::cel0, 1.0, 0.0, false}, 0.5);
    BOOST_TEST(T(0.5) == 0.0);
    BOOST_TEST(T(0.75) == 0.5);
    BOOST_TEST(T(-0.75) == -0.5);
    BOOST_TEST(T(1.0) == 1.0);
    BOOST_TEST(T(2.0) == 2.0);
}

BOOST_AUTO_TEST_CASE(the_half_threshold_jumps_to_two_thirds_of_itself) {
    const Threshold<double> T = threshold_of<double>({PenaltyKind::half, 0.6, 0.0, false});
    BOOST_TEST(T.threshold == 1.5 * std::cbrt(0.36), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(T(T.threshold) == 0.0);
    BOOST_TEST(T(T.threshold * (1 + 1e-9)) == T.threshold * 2 / 3, boost::test_tools::tolerance(1e-6));
}

// With atoms of zeros and the rate 0 a sweep leaves the states and writes their codes. The CPU's kernels
// write the formula of penalty.hpp once more, for whole vectors.
BOOST_AUTO_TEST_CASE_TEMPLATE(the_sweeps_codes_have_the_bits_of_the_formula, T, Scalars) {
    const Geometry g({.atoms = 37, .kernel = 3, .stride = 1}, {1, 3, 5});
    const AtomBank<Cpu, T> atoms(g, Array<Cpu, T>(g.atom_entries(), g.atoms));
    const std::vector<std::uint32_t> listed{0};
    const std::vector<double> rates{0.0};
    for (const Penalty& p : all_penalties()) {
        for (const double gain : {1.0, 0.5}) {
            const Threshold<T> formula = threshold_of<T>(p, gain);
            const Dynamics dynamics{p, gain};
            SweepBatch<Cpu, T> batch(g, dynamics, Images<Cpu, T>(g.canvas, 1));
            batch.states.data = draw_matrix<T>(g.code.size(), 1, "states");
            batch.states.data.data()[3] = formula.threshold;
            batch.states.data.data()[4] = -formula.threshold;
            sweep<Cpu, T>(atoms, dynamics, listed, rates, batch);
            for (std::size_t k = 0; k < g.code.size(); ++k)
                BOOST_TEST(batch.codes.data.data()[k] == formula(batch.states.data.data()[k]));
        }
    }
}

BOOST_AUTO_TEST_CASE(bad_penalties_are_explained) {
    for (const Penalty& bad : {Penalty{PenaltyKind::l0, -1.0}, Penalty{PenaltyKind::l1, std::nan("")},
                               Penalty{PenaltyKind::rozell, 1.0, 1.5}, Penalty{PenaltyKind::firm, 1.0, -0.1}})
        BOOST_TEST(message_of([&] { bad.validate(); }).find("not a valid penalty") != std::string::npos);
    BOOST_CHECK_NO_THROW((Penalty{PenaltyKind::rozell, 0.0, 1.0}.validate()));
    BOOST_TEST(std::isinf(penalty_of({PenaltyKind::l1, 0.5}, -1.0)));
}

BOOST_AUTO_TEST_SUITE_END()
