#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "solvers/convolutional/hebbian.hpp"
#include "solvers/convolutional/ista.hpp"
#include "solvers/convolutional/lca.hpp"
#include "solvers/device/composed.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/convolution_reference.hpp"

using namespace assay::solvers;
using namespace assay::testing;

// Shapes and pixels at the edge of what makes sense: a clear error or a sound result, from every algorithm on
// convolutional dictionaries.
BOOST_AUTO_TEST_SUITE(convolutional_edges)

namespace {

const Penalty hard{PenaltyKind::l0, 0.5}, soft{PenaltyKind::l1, 0.3};

struct Edge {
    const char* name;
    AtomGrid grid;
    ImageShape image;
};

std::vector<Edge> edges() {
    return {{"wide image", {.atoms = 6, .kernel = 5, .stride = 2}, {3, 7, 19}},
            {"tall image", {.atoms = 6, .kernel = 5, .stride = 2, .border = Border::padded}, {3, 19, 7}},
            {"image smaller than the kernel", {.atoms = 4, .kernel = 9, .stride = 1}, {1, 4, 5}},
            {"image smaller than the kernel, padded",
             {.atoms = 4, .kernel = 9, .stride = 2, .border = Border::padded},
             {1, 5, 4}},
            {"stride larger than the kernel", {.atoms = 5, .kernel = 3, .stride = 5}, {2, 17, 11}},
            {"stride larger than the image", {.atoms = 5, .kernel = 3, .stride = 40}, {2, 6, 7}},
            {"one pixel", {.atoms = 2, .kernel = 1, .stride = 1}, {1, 1, 1}}};
}

struct Problem {
    Geometry geometry;
    Array<Cpu, double> D;
    AtomBank<Cpu, double> atoms;
    LcaOptions options;

    explicit Problem(const Edge& edge)
        : geometry(edge.grid, edge.image), D(draw_atoms<double>(geometry)), atoms(geometry, D) {
        options = {.penalty = hard, .tau = 0.6 * largest_eigenvalue(atoms, 200) + 1, .max_iterations = 200};
    }
};

Images<Cpu, double> constant_images(const ImageShape& shape, double value) {
    Images<Cpu, double> images(shape, 2);
    std::fill_n(images.data.data(), images.data.size(), value);
    return images;
}

template <class Energies>
void check_not_above(const Energies& energies, const Problem& problem, const Images<Cpu, double>& images) {
    const Images<Cpu, double> nothing(problem.geometry.code, images.count());
    const auto at_zero = convolutional_energy(hard, problem.atoms, images, nothing);
    for (std::size_t i = 0; i < at_zero.size(); ++i) {
        BOOST_TEST(std::isfinite(energies[i]));
        BOOST_TEST(energies[i] <= at_zero[i] * (1 + 1e-12));
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(odd_shapes_have_sound_codes) {
    for (const Edge& edge : edges()) {
        BOOST_TEST_CONTEXT(edge.name) {
            Problem problem(edge);
            for (const auto& images :
                 {draw_images<double>(edge.image, 2), constant_images(edge.image, 1.0)}) {
                for (const bool lazy : {false, true}) {
                    problem.options.lazy = lazy;
                    const auto result = lca(problem.options, problem.atoms, images);
                    check_not_above(convolutional_energy(hard, problem.atoms, images, result.codes), problem,
                                    images);
                }
                for (const bool accelerated : {false, true}) {
                    const auto result = convolutional_ista<Cpu, double>(
                        {.penalty = soft, .accelerated = accelerated, .max_iterations = 100}, problem.atoms,
                        images);
                    check_not_above(result.energy, problem, images);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_zero_image_has_a_zero_code_and_teaches_nothing) {
    for (const Edge& edge : edges()) {
        BOOST_TEST_CONTEXT(edge.name) {
            Problem problem(edge);
            const Images<Cpu, double> zero(edge.image, 2);
            for (const bool lazy : {false, true}) {
                problem.options.lazy = lazy;
                const auto result = lca(problem.options, problem.atoms, zero);
                BOOST_TEST(norm(result.states.data) == 0.0);
                BOOST_TEST(result.readings[1].energy() == 0.0);
            }
            const auto result = convolutional_ista<Cpu, double>({.accelerated = true, .max_iterations = 20},
                                                                problem.atoms, zero);
            BOOST_TEST(norm(result.codes.data) == 0.0);
            BOOST_TEST(result.energy[0] == 0.0);
            HebbianLearner<Cpu, double> learner({}, problem.geometry, problem.D);
            learner.update(zero, result.codes);
            // The atoms are normalised again, which may round.
            BOOST_TEST(distance(learner.dictionary(), problem.D) < 1e-14);
        }
    }
}

BOOST_AUTO_TEST_CASE(atoms_learned_from_odd_images_stay_sound) {
    for (const Edge& edge : edges()) {
        BOOST_TEST_CONTEXT(edge.name) {
            for (const auto& images :
                 {draw_images<double>(edge.image, 3), constant_images(edge.image, -2.0)}) {
                Problem problem(edge);
                problem.options.penalty.nonnegative = false;
                HebbianLearner<Cpu, double> learner({.patience = 2}, problem.geometry, problem.D);
                for (int batch = 0; batch < 4; ++batch)
                    learner.update(images, lca(problem.options, learner.atoms(), images).codes);
                for (const double length : column_norms(learner.dictionary()))
                    BOOST_TEST(length == 1.0, boost::test_tools::tolerance(1e-12));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(without_a_frame_small_images_are_refused) {
    BOOST_TEST(message_of([] {
                   Geometry({.atoms = 4, .kernel = 9, .padding = 0}, {1, 4, 5});
               }).find("does not fit on an image of 1 x 4 x 5") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(pixels_that_are_no_numbers_are_refused) {
    const Problem problem(edges()[0]);
    const Images<Cpu, double> codes(problem.geometry.code, 2);
    for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
        auto images = draw_images<double>(problem.geometry.image, 2);
        images.data.data()[images.data.size() - 1] = bad;
        HebbianLearner<Cpu, double> learner({}, problem.geometry, problem.D);
        const std::string messages[] = {
            message_of([&] { lca(problem.options, problem.atoms, images); }),
            message_of([&] { convolutional_ista<Cpu, double>({}, problem.atoms, images); }),
            message_of([&] { learner.update(images, codes); })};
        for (const std::string& message : messages)
            BOOST_TEST(message.find("NaN or Inf") != std::string::npos);
        BOOST_TEST(distance(learner.dictionary(), problem.D) < 1e-14);  // it learned nothing
    }
}

BOOST_AUTO_TEST_SUITE_END()
