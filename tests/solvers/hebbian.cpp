#include "solvers/convolutional/hebbian.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <string>

#include "solvers/convolutional/lca.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/convolution_reference.hpp"

using namespace assay::solvers;
using namespace assay::testing;

BOOST_AUTO_TEST_SUITE(hebbian)

namespace {
const Geometry g({.atoms = 10, .kernel = 5, .stride = 2}, {2, 14, 11});

void check_unit_norms(const Array<Cpu, double>& D) {
    for (const double length : column_distances(D, Array<Cpu, double>(D.rows(), D.cols())))
        BOOST_TEST(std::abs(length - 1.0) < 1e-12);
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_step_is_the_rule) {
    const auto D = draw_atoms<double>(g);
    const auto images = draw_images<double>(g.image, 3);
    const auto codes = draw_codes<double>(g, 3, 6);
    HebbianLearner<Cpu, double> learner({.rate = 0.3}, g, D);
    BOOST_TEST(learner.update(images, codes) == 0U);
    const auto Phi = explicit_operator(g, D);
    auto residual = on_canvas(g, images);
    gemm(Op::none, Op::none, -1.0, Phi, codes.data, 1.0, residual.data);
    Array<Cpu, double> expected = D.copy();
    for (std::size_t m = 0; m < g.atoms; ++m) {
        double uses = 1;
        for (std::size_t k = m; k < codes.data.size(); k += g.atoms) uses += codes.data.data()[k] != 0.0;
        for (std::size_t k = m; k < codes.data.size(); k += g.atoms) {
            const std::size_t i = k / g.code.size(), position = k % g.code.size() / g.atoms;
            for (std::size_t e = 0; e < D.rows(); ++e) {
                const std::size_t y = position / g.code.width * g.stride + e / 2 / g.kernel;
                const std::size_t x = position % g.code.width * g.stride + e / 2 % g.kernel;
                expected(e, m) += 0.3 / uses * codes.data.data()[k] *
                                  residual.data(e % 2 + 2 * (x + g.canvas.width * y), i);
            }
        }
    }
    normalize_columns(expected);
    BOOST_TEST(distance(learner.dictionary(), expected) < 1e-12);
    BOOST_TEST(distance(expected, D) > 0.1);
    check_unit_norms(learner.dictionary());
}

// Images drawn from a dictionary: learning from random atoms lowers the energy by more than half.
BOOST_AUTO_TEST_CASE(learning_lowers_the_energy) {
    const AtomBank<Cpu, double> truth(g, draw_atoms<double>(g));
    const auto picture = [&](std::size_t count) {
        return off_canvas(g, synthesis(truth, draw_codes<double>(g, count, 25)));
    };
    const auto images = picture(12);
    auto start = draw_matrix<double>(g.atom_entries(), g.atoms, "start");
    HebbianLearner<Cpu, double> learner({.rate = 1.0}, g, start);
    const LcaOptions options{.penalty = {PenaltyKind::l1, 0.15, 0.0, false}, .tau = 10, .max_iterations = 60};
    const auto energy = [&](const LcaResult<Cpu, double>& result) {
        double sum = 0;
        for (const SweepReading& reading : result.readings) sum += reading.energy();
        return sum;
    };
    const double before = energy(lca(options, learner.atoms(), images));
    for (int batch = 0; batch < 150; ++batch)
        learner.update(images, lca(options, learner.atoms(), images).codes);
    BOOST_TEST(energy(lca(options, learner.atoms(), images)) < 0.5 * before);
    check_unit_norms(learner.dictionary());
}

BOOST_AUTO_TEST_CASE(dead_atoms_start_anew_from_residual_patches) {
    const auto D = draw_atoms<double>(g);
    const auto images = draw_images<double>(g.image, 2);
    auto codes = draw_codes<double>(g, 2, 3);
    for (std::size_t k = 4; k < codes.data.size(); k += g.atoms) codes.data.data()[k] = 0.0;
    HebbianLearner<Cpu, double> learner({.rate = 1e-9, .patience = 3}, g, D);
    BOOST_TEST(learner.update(images, codes) == 0U);
    BOOST_TEST(learner.update(images, codes) == 0U);
    const auto before = learner.dictionary().copy();
    auto residual = on_canvas(g, images);
    axpy(-1.0, synthesis(learner.atoms(), codes).data, residual.data);
    BOOST_TEST(learner.update(images, codes) == 1U);
    BOOST_TEST(learner.update(images, codes) == 0U);  // the new atom has its time as well
    const auto& after = learner.dictionary();
    check_unit_norms(after);
    BOOST_TEST(distance(after.columns(3, 1), before.columns(3, 1)) < 1e-6);
    // It is one of the residual's patches: the best correlation with one is 1.
    Array<Cpu, double> atom = after.columns(4, 1);
    double best = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        for (std::size_t position = 0; position < g.positions(); ++position) {
            double product = 0, square = 0;
            for (std::size_t e = 0; e < atom.rows(); ++e) {
                const std::size_t y = position / g.code.width * g.stride + e / 2 / g.kernel;
                const std::size_t x = position % g.code.width * g.stride + e / 2 % g.kernel;
                const double r = residual.data(e % 2 + 2 * (x + g.canvas.width * y), i);
                product += r * atom(e, 0);
                square += r * r;
            }
            best = std::max(best, product / std::sqrt(square));
        }
    }
    BOOST_TEST(best == 1.0, boost::test_tools::tolerance(1e-7));
    HebbianLearner<Cpu, double> patient({.rate = 1e-9, .patience = 0}, g, D);
    for (int batch = 0; batch < 5; ++batch) BOOST_TEST(patient.update(images, codes) == 0U);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const auto says = [](const auto& call, const char* text) {
        return message_of(call).find(text) != std::string::npos;
    };
    const auto D = draw_atoms<double>(g);
    BOOST_TEST(says([&] { HebbianLearner<Cpu, double>({.rate = 0}, g, D); }, "not a valid choice"));
    BOOST_TEST(says([&] { HebbianLearner<Cpu, double>({}, g, Array<Cpu, double>(3, 4)); }, "is 3 x 4, not"));
    HebbianLearner<Cpu, double> learner({}, g, D);
    BOOST_TEST(says([&] { learner.update(draw_images<double>(g.image, 2), draw_codes<double>(g, 3, 2)); },
                    "do not go together"));
}

BOOST_AUTO_TEST_SUITE_END()
