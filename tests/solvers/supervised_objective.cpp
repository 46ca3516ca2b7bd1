#include "solvers/dictionary/supervised_objective.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "tests/message_of.hpp"
#include "tests/solvers/supervised_problem.hpp"

using assay::testing::message_of;
using namespace assay::solvers;
using namespace assay::solvers::supervised;

BOOST_AUTO_TEST_SUITE(supervised_objective)

namespace {
const ObjectiveWeights weights{
    .alpha = 0.7, .beta = 0.4, .mu_A = 0.9, .rho_W = 0.6, .eps_D = 0.02, .mu_G = 0.05, .lambda = 0.1};

/// Eleven atoms for three classes (4, 4, 3), so that the classes weigh differently.
struct Fixture {
    Problem problem{8, 11, 40, 3};
    SupervisedObjective<Cpu, double> objective{weights, true, problem.data()};
    SupervisedModel<Cpu, double> model{problem.start.copy(), random_dictionary<Cpu, double>(11, 40, 5),
                                       random_dictionary<Cpu, double>(3, 11, 6),
                                       random_dictionary<Cpu, double>(3, 11, 7)};
};

/// The largest difference of `gradient` to central differences of Psi along the entries of `block`, relative
/// to the gradient's largest entry. The quotient of a quadratic has no truncation error; rounding of Psi
/// (some 1e1) over twice the step leaves 1e-16 1e1 / 2e-4 = 1e-11.
double gradient_error(Fixture& f, double s, Matrix& block, const Matrix& gradient) {
    const double step = 1e-4;
    double worst = 0.0, largest = 0.0;
    for (std::size_t i = 0; i < block.size(); ++i) {
        const double kept = block.data()[i];
        block.data()[i] = kept + step;
        const double above = dense_objective(weights, s, 0.0, f.objective.data(), f.model);
        block.data()[i] = kept - step;
        const double below = dense_objective(weights, s, 0.0, f.objective.data(), f.model);
        block.data()[i] = kept;
        worst = std::max(worst, std::abs((above - below) / (2.0 * step) - gradient.data()[i]));
        largest = std::max(largest, std::abs(gradient.data()[i]));
    }
    return worst / largest;
}
}  // namespace

BOOST_AUTO_TEST_CASE(sparse_codes_give_the_terms_and_moments_of_their_dense_form) {
    Fixture f;
    const SparseCodes<Cpu, double> sparse = largest_entries(4, f.model.codes);
    f.model.codes = to_dense(sparse);
    const ObjectiveTerms dense = f.objective.terms(f.model), terms = f.objective.terms(f.model, sparse);
    for (const double s : {0.0, 0.6})
        BOOST_TEST(terms.total(s) == dense.total(s), boost::test_tools::tolerance(1e-13));
    BOOST_TEST(terms.label_consistency == dense.label_consistency, boost::test_tools::tolerance(1e-13));
    BOOST_TEST(terms.code_l1 == dense.code_l1, boost::test_tools::tolerance(1e-13));
    const auto a = f.objective.moments(sparse), b = f.objective.moments(f.model.codes);
    // Sums of 40 products of order one in another order.
    BOOST_TEST(distance(a.S, b.S) < 1e-13);
    BOOST_TEST(distance(a.samples_by_G, b.samples_by_G) < 1e-13);
    BOOST_TEST(distance(a.targets_by_G, b.targets_by_G) < 1e-13);
}

BOOST_AUTO_TEST_CASE(the_terms_add_up_to_the_formula_with_full_matrices) {
    const Fixture f;
    const ObjectiveTerms terms = f.objective.terms(f.model);
    for (const double s : {0.0, 0.3, 1.0}) {
        BOOST_TEST(terms.total(s) == dense_objective(weights, s, weights.lambda, f.objective.data(), f.model),
                   boost::test_tools::tolerance(1e-12));
    }
    const arma::mat E = membership(f.objective.data().atoms, 11), G = to_arma(f.model.codes);
    const arma::mat residual = E * (to_arma(f.model.consistency) * G - to_arma(f.objective.data().targets));
    BOOST_TEST(terms.label_consistency == 0.5 * weights.alpha * arma::accu(residual % residual),
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST(terms.code_l1 == weights.lambda * arma::accu(arma::abs(G)),
               boost::test_tools::tolerance(1e-12));
    const SupervisedObjective<Cpu, double> constrained(weights, false, f.problem.data());
    BOOST_TEST(constrained.terms(f.model).code_l1 == 0.0);
    BOOST_TEST(constrained.terms(f.model).total(0.3) ==
                   dense_objective(weights, 0.3, 0.0, f.objective.data(), f.model),
               boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_block_that_moved_needs_its_own_terms_only) {
    Fixture f;
    ObjectiveTerms terms = f.objective.terms(f.model);
    f.model.dictionary = random_dictionary<Cpu, double>(8, 11, 20);
    f.objective.update_dictionary_terms(f.model, terms);
    BOOST_TEST(terms.total(1.0) == f.objective.terms(f.model).total(1.0));
    f.model.consistency = random_dictionary<Cpu, double>(3, 11, 21);
    f.objective.update_consistency_terms(f.model, terms);
    BOOST_TEST(terms.total(1.0) == f.objective.terms(f.model).total(1.0));
    f.model.classifier = random_dictionary<Cpu, double>(3, 11, 22);
    f.objective.update_classifier_terms(f.model, terms);
    BOOST_TEST(terms.total(1.0) == f.objective.terms(f.model).total(1.0));
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences) {
    Fixture f;
    const double s = 0.6;
    const auto& o = f.objective;
    const auto system = o.code_system(s, f.model);
    const Matrix codes = codes_gradient(system.M, system.R, f.model.codes);
    BOOST_TEST(gradient_error(f, s, f.model.codes, codes) < 1e-6);
    const auto moments = o.moments(f.model.codes);
    const Matrix dictionary = dictionary_gradient(weights.eps_D, moments, f.model.dictionary);
    BOOST_TEST(gradient_error(f, s, f.model.dictionary, dictionary) < 1e-6);
}

BOOST_AUTO_TEST_CASE(the_code_system_is_the_one_of_the_full_matrices) {
    const Fixture f;
    const double s = 0.8;
    const auto system = f.objective.code_system(s, f.model);
    const arma::mat E = membership(f.objective.data().atoms, 11), D = to_arma(f.model.dictionary);
    const arma::mat A = E * to_arma(f.model.consistency), W = to_arma(f.model.classifier);
    const arma::mat H = to_arma(f.objective.data().targets);
    const arma::mat M = D.t() * D + s * weights.alpha * A.t() * A + s * weights.beta * W.t() * W +
                        weights.mu_G * arma::eye(11, 11);
    const arma::mat R = D.t() * to_arma(f.problem.samples) + s * weights.alpha * A.t() * (E * H) +
                        s * weights.beta * W.t() * H;
    BOOST_TEST(arma::norm(to_arma(system.M) - M, "fro") < 1e-12);
    BOOST_TEST(arma::norm(to_arma(system.R) - R, "fro") < 1e-12);
}

BOOST_AUTO_TEST_CASE(the_ridges_are_minimisers_and_the_factor_solves_the_full_problem) {
    Fixture f;
    const double s = 0.5;
    const auto moments = f.objective.moments(f.model.codes);
    f.objective.solve_ridges(s, moments, f.model.consistency, f.model.classifier);
    const arma::mat E = membership(f.objective.data().atoms, 11), G = to_arma(f.model.codes);
    const arma::mat H = to_arma(f.objective.data().targets), W = to_arma(f.model.classifier);
    BOOST_TEST(arma::norm(s * weights.beta * (W * G - H) * G.t() + weights.rho_W * W, "fro") < 1e-12);
    // A from its own normal equations with the full Q.
    const arma::mat Q = E * to_arma(f.objective.data().targets);
    const arma::mat left = s * weights.alpha * G * G.t() + weights.mu_A * arma::eye(11, 11);
    const arma::mat A = arma::solve(left, s * weights.alpha * G * Q.t()).t();
    BOOST_TEST(arma::norm(E * to_arma(f.model.consistency) - A, "fro") < 1e-12);
    BOOST_TEST(arma::rank(A) == 3U);
    BOOST_TEST(f.objective.squared_norm_of_factor(f.model.consistency) == arma::accu(A % A),
               boost::test_tools::tolerance(1e-12));
    // Without supervision the ridges have nothing to fit.
    f.objective.solve_ridges(0.0, moments, f.model.consistency, f.model.classifier);
    BOOST_TEST(norm(f.model.consistency) + norm(f.model.classifier) == 0.0);
}

BOOST_AUTO_TEST_CASE(atoms_go_to_classes_in_blocks_and_the_rest_to_the_first) {
    BOOST_TEST(atoms_per_class(10, 5) == (std::vector<std::size_t>{2, 2, 2, 2, 2}));
    BOOST_TEST(atoms_per_class(11, 4) == (std::vector<std::size_t>{3, 3, 3, 2}));
    BOOST_TEST(atoms_per_class(3, 3) == (std::vector<std::size_t>{1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem p(4, 6, 9, 3);
    const auto build = [&](Matrix samples, std::vector<std::uint32_t> labels, std::size_t atoms) {
        return message_of([&] { labelled_samples(std::move(samples), labels, 3, atoms); });
    };
    BOOST_TEST(build(p.samples.copy(), p.labels, 6).empty());
    BOOST_TEST(build(p.samples.copy(), p.labels, 2).find("2 atoms are too few for 3 classes") !=
               std::string::npos);
    Matrix broken = p.samples.copy();
    broken(1, 1) = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(build(std::move(broken), p.labels, 6).find("Y holds NaN or Inf") != std::string::npos);
    BOOST_TEST(build(Matrix(), {}, 6).find("Y is empty") != std::string::npos);
    BOOST_TEST(build(p.samples.copy(), {0, 1, 2}, 6).find("3 labels for 9 samples") != std::string::npos);
    BOOST_TEST(build(p.samples.copy(), {0, 1, 2, 0, 1, 3, 0, 1, 2}, 6).find("sample 5 has the label 3") !=
               std::string::npos);
    BOOST_TEST(build(p.samples.copy(), {0, 1, 1, 0, 1, 1, 0, 1, 0}, 6).find("class 2 has no sample") !=
               std::string::npos);
    BOOST_TEST(message_of([] { atoms_per_class(3, 0); }).find("no class") != std::string::npos);

    const auto weigh = [&](ObjectiveWeights w) {
        return message_of([&] { SupervisedObjective<Cpu, double>(w, true, p.data()); });
    };
    BOOST_TEST(weigh({.mu_G = 0.0}).find("mu_G must be above 0") != std::string::npos);
    BOOST_TEST(weigh({.eps_D = -1.0}).find("eps_D must be above 0") != std::string::npos);
    BOOST_TEST(weigh({.alpha = -0.1}).find("alpha must be 0 or more") != std::string::npos);
    BOOST_TEST(weigh({.lambda = std::nan("")}).find("lambda = nan") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
