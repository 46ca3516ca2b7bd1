#include "solvers/dictionary/topk_learner.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <string>
#include <utility>

#include "solvers/device/eigenvalue_bounds.hpp"
#include "solvers/dictionary/palm.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/supervised_problem.hpp"

using assay::testing::message_of;
using namespace assay::solvers;
using supervised::Matrix;
using supervised::Problem;

namespace {

TopkLearnerOptions options_of(bool learn_encoder, Tying tying = Tying::untied) {
    TopkLearnerOptions options;
    options.encoder = {.nonzeros = 4, .layers = 3, .tying = tying};
    options.learn_encoder = learn_encoder;
    options.batch = 32;  // does not divide the 100 samples
    return options;
}

TopkLearner<Cpu, double> learner_on(const Problem& problem, const TopkLearnerOptions& options) {
    return {options, problem.data(), problem.start};
}

/// The blocks after the codes, by the same solvers that PALM's tests check.
struct Maps {
    Matrix dictionary, consistency, classifier;
};
Maps maps_after(const Problem& problem, const TopkLearnerOptions& options, const Matrix& D,
                const SparseCodes<Cpu, double>& codes, double s) {
    const SupervisedObjective<Cpu, double> objective(options.weights, false, problem.data());
    const auto moments = objective.moments(to_dense(codes));
    const DictionaryOptions blocks{.steps = options.dictionary_steps, .eps_D = options.weights.eps_D};
    Maps maps;
    maps.dictionary =
        update_dictionary(blocks, moments, largest_eigenvalue_bound(moments.S) + blocks.eps_D, D).value;
    objective.solve_ridges(s, moments, maps.consistency, maps.classifier);
    return maps;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(topk_learner)

BOOST_AUTO_TEST_CASE(an_iteration_is_its_blocks_one_after_the_other) {
    const Problem problem(16, 24, 100, 3);
    const TopkLearnerOptions options = options_of(false, Tying::residual);
    TopkLearner<Cpu, double> learner = learner_on(problem, options);
    Matrix D = problem.start.copy();
    for (const double s : {0.0, 0.5, 1.0}) {
        const SparseCodes<Cpu, double> codes =
            TopkLista<Cpu, double>(options.encoder, D).encode(problem.samples);
        const Maps maps = maps_after(problem, options, D, codes, s);
        const TopkRecord record = learner.step(s);
        // A frozen residual encoder is the one that is made anew at D, but for the rounding of its moves.
        BOOST_TEST(distance(to_dense(learner.codes()), to_dense(codes)) < 1e-12);
        BOOST_TEST(distance(learner.dictionary(), maps.dictionary) < 1e-10);
        BOOST_TEST(distance(learner.classifier(), maps.classifier) < 1e-10);
        const SupervisedModel<Cpu, double> model{maps.dictionary.copy(), to_dense(codes),
                                                 maps.consistency.copy(), maps.classifier.copy()};
        BOOST_TEST(record.objective == learner.objective().terms(model).total(s),
                   boost::test_tools::tolerance(1e-9));
        D = maps.dictionary.copy();
    }
}

BOOST_AUTO_TEST_CASE(training_lowers_the_codes_loss) {
    const Problem problem(16, 24, 100, 3);
    TopkLearnerOptions options = options_of(true);
    options.dictionary_method = DictionaryMethod::fixed;
    TopkLearner<Cpu, double> learner = learner_on(problem, options);
    const double first = learner.step(1.0).loss;
    double last = first;
    for (int t = 0; t < 30; ++t) last = learner.step(1.0).loss;
    BOOST_TEST(last < 0.9 * first);
    BOOST_TEST(distance(learner.dictionary(), problem.start) < 1e-14);
}

BOOST_AUTO_TEST_CASE(the_encoder_sees_labels_from_the_first_supervised_iteration_on) {
    const Problem problem(16, 24, 100, 3);
    TopkLearnerOptions options = options_of(true);
    options.dictionary_method = DictionaryMethod::fixed;
    options.adam.rate = 0.0;  // the encoder stays, so that its loss can be computed from outside
    TopkLearner<Cpu, double> learner = learner_on(problem, options);
    learner.step(0.0);
    const double loss = learner.step(1.0).loss;
    SupervisedModel<Cpu, double> model{problem.start.copy(), {}, {}, {}};
    const auto codes = TopkLista<Cpu, double>(options.encoder, problem.start).encode(problem.samples);
    const auto& objective = learner.objective();
    objective.solve_ridges(1.0, objective.moments(codes), model.consistency, model.classifier);
    const ObjectiveTerms terms = objective.terms(model, codes);
    BOOST_TEST(loss == (terms.reconstruction + terms.supervised() + terms.code_ridge) / 100,
               boost::test_tools::tolerance(1e-10));
}

BOOST_AUTO_TEST_CASE(equal_seeds_give_equal_bits_and_the_seed_orders_the_batches) {
    const Problem problem(16, 24, 100, 3);
    const auto codes_after = [&](std::uint64_t seed) {
        TopkLearnerOptions options = options_of(true);
        options.seed = seed;
        TopkLearner<Cpu, double> learner = learner_on(problem, options);
        for (const double s : {0.0, 1.0, 1.0}) learner.step(s);
        return learner.codes().value.to_host();
    };
    BOOST_TEST((codes_after(1) == codes_after(1)));
    BOOST_TEST((codes_after(1) != codes_after(2)));
}

BOOST_AUTO_TEST_CASE(input_that_cannot_be_learned_from_is_refused_with_the_reason) {
    const Problem problem(8, 12, 30, 3);
    const auto refused = [&](const TopkLearnerOptions& options) {
        return message_of([&] { learner_on(problem, options); });
    };
    TopkLearnerOptions options = options_of(true);
    options.encoder.nonzeros = 13;
    BOOST_TEST(refused(options).find("T = 13") != std::string::npos);
    options.encoder.nonzeros = 0;
    BOOST_TEST(refused(options).find("T = 0") != std::string::npos);
    options = options_of(true);
    options.batch = 0;
    BOOST_TEST(refused(options).find("batch") != std::string::npos);
    options = options_of(true);
    options.gamma = 0.9;
    BOOST_TEST(refused(options).find("gamma") != std::string::npos);
    Problem without_direction(8, 12, 30, 3);
    without_direction.start.set_columns(4, Matrix(8, 1));
    BOOST_TEST(message_of([&] { learner_on(without_direction, options_of(true)); }).find("atom 4") !=
               std::string::npos);
    TopkLearner<Cpu, double> learner = learner_on(problem, options_of(true));
    BOOST_TEST(message_of([&] { learner.step(1.5); }).find("1.5") != std::string::npos);
    Problem spoiled(8, 12, 30, 3);
    spoiled.samples(2, 5) = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(message_of([&] { learner_on(spoiled, options_of(true)); }).find("NaN") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
