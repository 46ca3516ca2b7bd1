#include "solvers/dictionary/palm.hpp"

#include <algorithm>
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/message_of.hpp"
#include "tests/solvers/supervised_problem.hpp"

using assay::testing::message_of;
using namespace assay::solvers;
using namespace assay::solvers::supervised;

BOOST_AUTO_TEST_SUITE(palm)

namespace {
constexpr ObjectiveWeights weights{.alpha = 0.3, .beta = 0.3, .lambda = 0.05};

const Problem& problem() {
    static const Problem made(16, 24, 200, 4);
    return made;
}

Palm<Cpu, double> learner(const PalmOptions& options, const Problem& p = problem()) {
    return Palm<Cpu, double>(options, p.data(), p.start);
}

std::vector<PalmRecord> learn(const PalmOptions& options, double s, std::size_t iterations) {
    Palm<Cpu, double> palm = learner(options);
    std::vector<PalmRecord> records;
    for (std::size_t i = 0; i < iterations; ++i) records.push_back(palm.step(s));
    return records;
}

std::size_t violations(const std::vector<PalmRecord>& records) {
    std::size_t count = 0;
    for (const PalmRecord& record : records) count += record.violations;
    return count;
}

/// What every run that keeps to the theorem must show.
void expect_convergence(const PalmOptions& options, double s, std::size_t iterations,
                        const std::string& name) {
    BOOST_TEST_CONTEXT(name << ", s = " << s) {
        const std::vector<PalmRecord> records = learn(options, s, iterations);
        BOOST_TEST(violations(records) == 0U);
        double first_half = 0.0, second_half = 0.0;
        for (const PalmRecord& record : records) {
            (record.iteration <= iterations / 2 ? first_half : second_half) += record.squared_step;
            BOOST_TEST(record.ratio <= record.ratio_bound);
            BOOST_TEST(record.codes_norm <= record.codes_bound);
            BOOST_TEST(record.largest_atom <= 1.0 + 1e-12);
        }
        // The steps are square summable, and the distance to a critical point falls.
        BOOST_TEST(second_half < 0.1 * first_half);
        BOOST_TEST(records.back().distance < 0.1 * records.front().distance);
        BOOST_TEST(records.back().objective < 0.9 * records.front().start);
    }
}
}  // namespace

BOOST_AUTO_TEST_CASE(certificates_hold_on_sphere_and_ball_with_l1_and_l0_codes) {
    for (const double s : {0.0, 1.0}) {
        for (const AtomSet atoms : {AtomSet::sphere, AtomSet::ball}) {
            const std::string set = atoms == AtomSet::sphere ? "sphere" : "ball";
            expect_convergence({.weights = weights, .atoms = atoms}, s, 300, "l1, " + set);
            expect_convergence(
                {.weights = weights, .penalty = CodePenalty::l0, .nonzeros = 5, .atoms = atoms}, s, 300,
                "l0, " + set);
        }
    }
}

BOOST_AUTO_TEST_CASE(certificates_hold_for_every_update_with_a_guarantee) {
    for (const double s : {0.0, 1.0}) {
        PalmOptions options{.weights = weights, .code_steps = 10, .dictionary_steps = 3};
        expect_convergence(options, s, 100, "ten proximal and three projected steps");
        options.code_method = CodeMethod::safeguarded_fista;
        expect_convergence(options, s, 100, "safeguarded FISTA");
        options.dictionary_method = DictionaryMethod::per_atom;
        expect_convergence(options, s, 100, "atom by atom on the sphere");
        options.atoms = AtomSet::ball;
        expect_convergence(options, s, 100, "atom by atom on the ball");
    }
}

BOOST_AUTO_TEST_CASE(the_closed_form_dictionary_raises_the_objective) {
    for (const double s : {0.0, 1.0}) {
        const auto records =
            learn({.weights = weights, .code_steps = 10, .dictionary_method = DictionaryMethod::closed_form},
                  s, 60);
        std::size_t rises = 0, others = 0;
        for (const PalmRecord& record : records) {
            BOOST_TEST(!record.dictionary.guaranteed);
            BOOST_TEST(record.ratio_bound == 0.0);
            rises += record.dictionary.violated;
            others += record.codes.violated + record.consistency.violated + record.classifier.violated;
        }
        BOOST_TEST(rises >= 1U);
        BOOST_TEST(others == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_wrong_modulus_fails_the_certificates) {
    for (const CodePenalty penalty : {CodePenalty::l1, CodePenalty::l0}) {
        const auto records =
            learn({.weights = weights, .penalty = penalty, .nonzeros = 5, .moduli_scale = 0.3}, 0.0, 30);
        BOOST_TEST(violations(records) > 0U);
        BOOST_TEST(std::any_of(records.begin(), records.end(),
                               [](const PalmRecord& record) { return record.worst_margin < -1e-4; }));
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_that_promises_too_much_fails_in_every_block) {
    for (const CodePenalty penalty : {CodePenalty::l1, CodePenalty::l0}) {
        std::size_t codes = 0, dictionary = 0, consistency = 0, classifier = 0, errors = 0;
        for (const PalmRecord& record :
             learn({.weights = weights, .penalty = penalty, .nonzeros = 5, .certificate_scale = 100.0}, 1.0,
                   30)) {
            codes += record.codes.violated;
            dictionary += record.dictionary.violated;
            consistency += record.consistency.violated;
            classifier += record.classifier.violated;
            errors += record.ratio > record.ratio_bound;
        }
        for (const std::size_t failures : {codes, dictionary, consistency, classifier, errors})
            BOOST_TEST(failures > 0U);
    }
}

BOOST_AUTO_TEST_CASE(without_a_it_is_the_model_with_reweighted_classification) {
    // 24 atoms in 4 classes: n = 6. The ridges' ratios agree: mu_A / alpha = rho_W / beta.
    const double n = 6.0;
    ObjectiveWeights with = weights, without = weights;
    with.alpha = 0.5, with.beta = 0.4, with.mu_A = 1.0, with.rho_W = 0.8;
    without.alpha = 0.0, without.beta = with.beta + n * with.alpha,
    without.rho_W = with.rho_W + n * with.mu_A;
    Palm<Cpu, double> a = learner({.weights = with}), b = learner({.weights = without});
    for (int i = 0; i < 30; ++i) {
        const PalmRecord of_a = a.step(1.0), of_b = b.step(1.0);
        BOOST_TEST(of_a.consistency.squared_step > 0.0);
        BOOST_TEST(of_b.consistency.squared_step == 0.0);
    }
    BOOST_TEST(norm(a.model().classifier) > 0.1);
    BOOST_TEST(distance(a.model().codes, b.model().codes) < 1e-10);
    BOOST_TEST(distance(a.model().dictionary, b.model().dictionary) < 1e-10);
    BOOST_TEST(distance(a.model().classifier, b.model().classifier) < 1e-10);
}

BOOST_AUTO_TEST_CASE(psi_jumps_by_its_formula_when_the_ramp_climbs) {
    Palm<Cpu, double> palm = learner({.weights = weights});
    const SupervisionSchedule schedule;
    double before = 0.0;
    for (std::size_t t = 0; t < 7; ++t) {
        const double s = schedule(t), change = s - before;
        const auto& data = palm.objective().data();
        const double here = dense_objective(weights, before, weights.lambda, data, palm.model());
        const double there = dense_objective(weights, s, weights.lambda, data, palm.model());
        const arma::mat E = membership(data.atoms, 24), G = to_arma(palm.model().codes);
        const arma::mat H = to_arma(data.targets);
        const arma::mat a = E * (to_arma(palm.model().consistency) * G - H);
        const arma::mat w = to_arma(palm.model().classifier) * G - H;
        const double formula =
            change * 0.5 * (weights.alpha * arma::accu(a % a) + weights.beta * arma::accu(w % w));
        const PalmRecord record = palm.step(s);
        BOOST_TEST(std::abs(record.jump - formula) <= 1e-10 * there);
        BOOST_TEST(std::abs(there - here - formula) <= 1e-10 * there);
        BOOST_TEST(std::abs(here + record.jump - record.refresh_drop - record.start) <= 1e-10 * there);
        BOOST_TEST((record.jump > 0.0) == (change > 0.0));
        // A and W exist from the first ramp iteration on, before the codes see them.
        BOOST_TEST((record.refresh_drop > 0.0) == (t == 2));
        BOOST_TEST(record.violations == 0U);
        before = s;
    }
}

BOOST_AUTO_TEST_CASE(the_schedule_warms_up_and_climbs) {
    const auto values = [](const SupervisionSchedule& schedule) {
        std::vector<double> all;
        for (std::size_t t = 0; t < 7; ++t) all.push_back(schedule(t));
        return all;
    };
    BOOST_TEST(values({}) == (std::vector<double>{0.0, 0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0, 1.0, 1.0}));
    BOOST_TEST(values({.warm_up = 1, .ramp = 0, .strongest = 0.5}) ==
               (std::vector<double>{0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}));
    BOOST_TEST(values({.warm_up = 0, .ramp = 2}) == (std::vector<double>{0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0}));
}

BOOST_AUTO_TEST_CASE(safeguarded_fista_beats_proximal_steps_and_uses_its_safeguard) {
    PalmOptions options{.weights = weights, .code_steps = 30};
    const double plain = learn(options, 0.0, 1).back().codes.objective;
    options.code_method = CodeMethod::safeguarded_fista;
    const auto safeguarded = learn(options, 0.0, 40);
    BOOST_TEST(safeguarded.front().codes.objective < plain);
    options.code_method = CodeMethod::fista;
    const auto bare = learn(options, 0.0, 40);
    BOOST_TEST(!bare.front().codes.guaranteed);
    BOOST_TEST(bare.front().codes.certified_drop == 0.0);
    // A safeguard of a whole proximal step's promise is met by few extrapolated ones.
    options.code_method = CodeMethod::safeguarded_fista;
    options.safeguard = 1.0;
    std::size_t fallbacks = 0;
    for (const PalmRecord& record : learn(options, 0.0, 10)) fallbacks += record.codes.fallbacks;
    BOOST_TEST(fallbacks > 0U);
    BOOST_TEST(fallbacks < 10U * 30U);
}

BOOST_AUTO_TEST_CASE(the_record_is_what_the_model_says) {
    Palm<Cpu, double> palm = learner({.weights = weights});
    palm.step(1.0);
    const SupervisedModel<Cpu, double> before = palm.model().copy();
    const PalmRecord record = palm.step(1.0);
    const auto& after = palm.model();
    const auto& data = palm.objective().data();
    BOOST_TEST(record.start == dense_objective(weights, 1.0, weights.lambda, data, before),
               boost::test_tools::tolerance(1e-12));
    BOOST_TEST(record.objective == dense_objective(weights, 1.0, weights.lambda, data, after),
               boost::test_tools::tolerance(1e-12));
    const arma::mat E = membership(data.atoms, 24);
    const arma::mat moved = E * (to_arma(after.consistency) - to_arma(before.consistency));
    const double squared = std::pow(distance(after.codes, before.codes), 2) +
                           std::pow(distance(after.dictionary, before.dictionary), 2) +
                           std::pow(distance(after.classifier, before.classifier), 2) +
                           arma::accu(moved % moved);
    BOOST_TEST(record.squared_step == squared, boost::test_tools::tolerance(1e-10));

    // v_G and v_D by the formulas of one proximal gradient step from the model before.
    const arma::mat Y = to_arma(data.samples), H = to_arma(data.targets);
    const auto code_gradient = [&](const SupervisedModel<Cpu, double>& m, const arma::mat& G) -> arma::mat {
        const arma::mat D = to_arma(m.dictionary), A = E * to_arma(m.consistency), W = to_arma(m.classifier);
        return D.t() * (D * G - Y) + weights.alpha * A.t() * (A * G - E * H) +
               weights.beta * W.t() * (W * G - H) + weights.mu_G * G;
    };
    const arma::mat G = to_arma(after.codes), G0 = to_arma(before.codes);
    const arma::mat v_G =
        record.codes.step_size * (G0 - G) + code_gradient(after, G) - code_gradient(before, G0);
    BOOST_TEST(record.stationarity_codes == arma::norm(v_G, "fro"), boost::test_tools::tolerance(1e-10));
    const auto atom_gradient = [&](const arma::mat& D) -> arma::mat {
        return (D * G - Y) * G.t() + weights.eps_D * D;
    };
    const arma::mat D = to_arma(after.dictionary), D0 = to_arma(before.dictionary);
    const arma::mat v_D = record.dictionary.step_size * (D0 - D) + atom_gradient(D) - atom_gradient(D0);
    BOOST_TEST(record.stationarity_dictionary == arma::norm(v_D, "fro"), boost::test_tools::tolerance(1e-10));
    // The moduli are at least those of the dense matrices, and near them.
    const double L_D = arma::eig_sym(G * G.t()).max() + weights.eps_D;
    BOOST_TEST(record.dictionary.modulus >= L_D);
    BOOST_TEST(record.dictionary.modulus <= 1.001 * L_D);
}

BOOST_AUTO_TEST_CASE(fields_have_names_of_their_own_and_finite_values) {
    const PalmRecord record =
        learn({.weights = weights, .dictionary_method = DictionaryMethod::closed_form}, 1.0, 2).back();
    std::set<std::string> names;
    for (const PalmField& field : palm_fields()) {
        BOOST_TEST(std::isfinite(field.value(record)), field.name);
        BOOST_TEST(!field.doc.empty());
        names.insert(field.name);
        if (field.name == "codes_drop") BOOST_TEST(field.value(record) == record.codes.drop);
        if (field.name == "classifier_modulus") BOOST_TEST(field.value(record) == record.classifier.modulus);
        if (field.name == "term_code_l1") BOOST_TEST(field.value(record) == record.terms.code_l1);
    }
    BOOST_TEST(names.size() == palm_fields().size());
}

BOOST_AUTO_TEST_CASE(blocks_of_samples_do_not_change_proximal_steps) {
    const PalmOptions whole{.weights = weights, .code_steps = 4};
    PalmOptions parts = whole;
    parts.block = 37;
    Palm<Cpu, double> a = learner(whole), b = learner(parts);
    for (int i = 0; i < 10; ++i) {
        a.step(1.0);
        BOOST_TEST(b.step(1.0).violations == 0U);
    }
    BOOST_TEST(distance(a.model().codes, b.model().codes) < 1e-10);
    parts.code_method = CodeMethod::safeguarded_fista;
    parts.code_steps = 20;
    BOOST_TEST(violations(learn(parts, 1.0, 30)) == 0U);
}

BOOST_AUTO_TEST_CASE(a_repeated_run_has_equal_bits) {
    const PalmOptions options{
        .weights = weights, .code_method = CodeMethod::safeguarded_fista, .code_steps = 5};
    Palm<Cpu, double> a = learner(options), b = learner(options);
    for (std::size_t t = 0; t < 8; ++t) {
        const SupervisionSchedule schedule;
        BOOST_TEST(a.step(schedule(t)).objective == b.step(schedule(t)).objective);
    }
    BOOST_TEST(a.model().codes.to_host() == b.model().codes.to_host());
    BOOST_TEST(a.model().dictionary.to_host() == b.model().dictionary.to_host());
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    const Problem& p = problem();
    Palm<Cpu, float> narrow({.weights = weights, .tolerance = 1e-5},
                            labelled_samples(to_device<Cpu, float>(p.samples), p.labels, p.C, p.K),
                            to_device<Cpu, float>(p.start));
    Palm<Cpu, double> wide = learner({.weights = weights});
    for (int i = 0; i < 20; ++i) {
        const PalmRecord a = narrow.step(1.0), b = wide.step(1.0);
        BOOST_TEST(a.violations == 0U);
        // Some 1e-7 of rounding an iteration.
        BOOST_TEST(a.objective == b.objective, boost::test_tools::tolerance(1e-5));
    }
}

BOOST_AUTO_TEST_CASE(label_free_codes_minimise_psi_without_supervision) {
    const Problem& p = problem();
    PalmOptions options{.weights = weights, .code_method = CodeMethod::fista};
    const Matrix G = label_free_codes(options, 2000, p.start, p.samples);
    // Optimal: |gradient| <= lambda off the support, gradient = -lambda sign on it. After k steps Psi is
    // within 2 L ||g||^2 / k^2 = 1e-6 of its minimum for a sample, at worst; here it is far nearer.
    const arma::mat D = to_arma(p.start), g = to_arma(G);
    const arma::mat gradient = D.t() * (D * g - to_arma(p.samples)) + weights.mu_G * g;
    double worst = 0.0;
    for (arma::uword i = 0; i < g.n_elem; ++i) {
        const double residual = g(i) != 0.0 ? std::abs(gradient(i) + weights.lambda * sign(g(i)))
                                            : std::abs(gradient(i)) - weights.lambda;
        worst = std::max(worst, residual);
    }
    BOOST_TEST(worst < 1e-6);
    BOOST_TEST(count_nonzero(G) > 0U);
    options = {.weights = weights, .penalty = CodePenalty::l0, .nonzeros = 3};
    BOOST_TEST(count_nonzero(label_free_codes(options, 20, p.start, p.samples)) == 3U * 200U);
}

BOOST_AUTO_TEST_CASE(odd_data_is_coped_with) {
    // A zero sample has a zero code; duplicates have equal codes; a class may have fewer samples than atoms.
    Problem p(6, 12, 20, 3);
    for (std::size_t i = 0; i < p.d; ++i) p.samples(i, 4) = 0.0;
    for (std::size_t i = 0; i < p.d; ++i) p.samples(i, 3) = p.samples(i, 0);  // both of class 0
    Palm<Cpu, double> palm(PalmOptions{.weights = weights}, p.data(), p.start);
    for (int t = 0; t < 30; ++t) BOOST_TEST(palm.step(t < 10 ? 0.0 : 1.0).violations == 0U);
    const Matrix& G = palm.model().codes;
    BOOST_TEST(G.columns(0, 1).to_host() == G.columns(3, 1).to_host());
    BOOST_TEST(std::isfinite(norm(G)));

    // A penalty that no sample outweighs leaves all codes, and so every moment, at zero.
    ObjectiveWeights heavy = weights;
    heavy.lambda = 10.0;
    for (const DictionaryMethod method :
         {DictionaryMethod::projected_gradient, DictionaryMethod::per_atom, DictionaryMethod::closed_form}) {
        Palm<Cpu, double> idle(PalmOptions{.weights = heavy, .dictionary_method = method}, p.data(), p.start);
        const PalmRecord record = idle.step(0.0);
        BOOST_TEST(record.violations == 0U);
        BOOST_TEST(record.nonzeros == 0U);
        BOOST_TEST(distance(idle.model().dictionary, p.start) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const auto refuse = [](const PalmOptions& options) { return message_of([&] { learner(options); }); };
    const auto has = [](const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    };
    BOOST_TEST(has(refuse({.penalty = CodePenalty::l0, .nonzeros = 0}), "T = 0"));
    BOOST_TEST(has(refuse({.penalty = CodePenalty::l0, .nonzeros = 25}), "T = 25"));
    BOOST_TEST(has(refuse({.penalty = CodePenalty::l0, .nonzeros = 5, .code_method = CodeMethod::fista}),
                   "does not solve an l0"));
    BOOST_TEST(has(refuse({.block = 0}), "block of 0"));
    BOOST_TEST(has(refuse({.gamma = 1.0}), "gamma = 1"));
    BOOST_TEST(has(refuse({.code_steps = 0}), "without a step"));
    BOOST_TEST(has(refuse({.safeguard = 0.0}), "safeguard = 0"));
    BOOST_TEST(has(refuse({.tolerance = -1.0}), "tolerance"));
    BOOST_TEST(has(refuse({.moduli_scale = 0.0}), "moduli_scale"));
    BOOST_TEST(has(refuse({.certificate_scale = 0.0}), "certificate_scale"));
    BOOST_TEST(has(refuse({.weights = {.rho_W = 0.0}}), "rho_W must be above 0"));

    const Problem& p = problem();
    const auto start_from = [&](const Matrix& D, Matrix codes) {
        return message_of([&] { Palm<Cpu, double>({}, p.data(), D, std::move(codes)); });
    };
    Matrix zero_atom = p.start.copy(), broken = p.start.copy(), bad_codes(24, 200);
    for (std::size_t i = 0; i < 16; ++i) zero_atom(i, 7) = 0.0;
    broken(0, 0) = bad_codes(0, 0) = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(has(start_from(zero_atom, {}), "atom 7 of the dictionary is zero"));
    BOOST_TEST(has(start_from(broken, {}), "D holds NaN or Inf"));
    BOOST_TEST(has(start_from(Matrix(15, 24), {}), "differ in their number of rows"));
    BOOST_TEST(has(start_from(p.start.columns(0, 20), {}), "24 atoms that the classes share"));
    BOOST_TEST(has(start_from(p.start, Matrix(24, 3)), "the first codes are 24 x 3"));
    BOOST_TEST(has(start_from(p.start, std::move(bad_codes)), "first codes holds NaN"));
    BOOST_TEST(has(message_of([] { learner({}).step(1.5); }), "1.500000 is not in [0, 1]"));
    BOOST_TEST(has(message_of([] { learner({}).step(std::nan("")); }), "not in [0, 1]"));
}

BOOST_AUTO_TEST_SUITE_END()
