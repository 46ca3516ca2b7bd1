#include "solvers/dictionary/adam_learner.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(adam_learner)

namespace {
using Matrix = Array<Cpu, double>;
}

BOOST_AUTO_TEST_CASE(updates_are_steps_of_adam_then_unit_atoms) {
    const Adam adam{.rate = 0.1};
    const Matrix start = random_dictionary<Cpu, double>(6, 9, 1);
    Matrix D = start.copy(), free = start.copy(), first(6, 9), second(6, 9), free_first(6, 9),
           free_second(6, 9);
    AdamLearner<Cpu, double> unit_learner(adam, start.copy()), free_learner(adam, start.copy(), Atoms::free);
    for (std::size_t step = 1; step <= 3; ++step) {
        const Matrix gradient = random_dictionary<Cpu, double>(6, 9, step + 1);
        adam_step(adam, step, gradient, first, second, D);
        normalize_columns(D);
        adam_step(adam, step, gradient, free_first, free_second, free);
        unit_learner.update(gradient);
        free_learner.update(gradient);
        BOOST_TEST(distance(unit_learner.dictionary(), D) == 0.0);
        BOOST_TEST(distance(free_learner.dictionary(), free) == 0.0);
        BOOST_TEST(unit_learner.steps() == step);
    }
    BOOST_TEST(distance(D, free) > 0.1);
}

BOOST_AUTO_TEST_CASE(a_gradient_of_another_shape_is_refused) {
    AdamLearner<Cpu, double> learner({}, random_dictionary<Cpu, double>(6, 9, 1));
    BOOST_CHECK_THROW(learner.update(Matrix(9, 6)), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
