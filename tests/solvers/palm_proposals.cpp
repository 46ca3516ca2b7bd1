#include <algorithm>
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "solvers/dictionary/palm.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/supervised_problem.hpp"

using assay::testing::message_of;
using namespace assay::solvers;
using namespace assay::solvers::supervised;

/// PALM with codes that are proposed from outside.
BOOST_AUTO_TEST_SUITE(palm_proposals)

namespace {

constexpr ObjectiveWeights weights{.alpha = 0.3, .beta = 0.3, .lambda = 0.05};
constexpr std::size_t K = 24, N = 120, T = 5;

const Problem& problem() {
    static const Problem made(16, K, N, 4);
    return made;
}

PalmOptions l0_options() {
    return {.weights = weights, .penalty = CodePenalty::l0, .nonzeros = T};
}

Palm<Cpu, double> learner(const PalmOptions& options) {
    return Palm<Cpu, double>(options, problem().data(), problem().start);
}

Matrix noise(double size, std::uint64_t seed) {
    Matrix made(K, N);
    Random random(seed, "proposals");
    for (std::size_t e = 0; e < made.size(); ++e) made.data()[e] = size * random.normal();
    return made;
}

/// What a sample might be told at iteration t: nonsense of every size, the codes' opposite, nothing at all,
/// another sample's code, and the code at hand a little off.
Matrix adversarial(const Matrix& codes, std::size_t t) {
    Matrix made = noise(std::pow(10.0, static_cast<double>(t % 7) - 3.0), t);
    for (std::size_t j = 0; j < N; ++j) {
        for (std::size_t k = 0; k < K; ++k) {
            const double own = codes(k, j);
            if (j % 5 == 1) made(k, j) = -own;
            if (j % 5 == 2) made(k, j) = 0.0;
            if (j % 5 == 3) made(k, j) = codes(k, (j + t) % N);
            if (j % 5 == 4) made(k, j) += own;
        }
    }
    return made;
}

void expect_certificates(PalmOptions options, double s, const std::string& name) {
    options.block = 37;
    BOOST_TEST_CONTEXT(name << ", s = " << s) {
        Palm<Cpu, double> palm = learner(options);
        std::size_t refused = 0;
        constexpr std::size_t iterations = 120;
        double first_half = 0.0, second_half = 0.0;
        for (std::size_t t = 1; t <= iterations; ++t) {
            const PalmRecord record = palm.step(s, adversarial(palm.model().codes, t));
            BOOST_TEST(record.violations == 0U);
            BOOST_TEST(record.ratio <= record.ratio_bound);
            BOOST_TEST(record.codes_norm <= record.codes_bound);
            refused += record.codes.refused;
            (t <= iterations / 2 ? first_half : second_half) += record.squared_step;
        }
        // Not for want of proposals that were taken, nor of ones that were not.
        BOOST_TEST(refused > 0U);
        BOOST_TEST(refused < iterations * N);
        BOOST_TEST(second_half < 0.2 * first_half);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(certificates_hold_whatever_is_proposed) {
    for (const double s : {0.0, 1.0}) {
        expect_certificates(l0_options(), s, "l0");
        PalmOptions options{.weights = weights};
        expect_certificates(options, s, "l1");
        options.code_steps = 4;
        expect_certificates(options, s, "l1, four proximal steps");
        options.code_method = CodeMethod::safeguarded_fista;
        expect_certificates(options, s, "safeguarded FISTA");
    }
}

BOOST_AUTO_TEST_CASE(refused_proposals_leave_the_bits_of_plain_palm) {
    for (PalmOptions options : {l0_options(), PalmOptions{.weights = weights, .code_steps = 3}}) {
        options.block = 50;
        Palm<Cpu, double> plain = learner(options), told = learner(options);
        for (std::size_t t = 0; t < 15; ++t) {
            const double s = SupervisionSchedule()(t);
            const PalmRecord a = plain.step(s), b = told.step(s, noise(1e6, t));
            BOOST_TEST(a.codes.refused == 0U);
            BOOST_TEST(b.codes.refused == N);
            BOOST_TEST(b.objective == a.objective);
            BOOST_TEST(b.codes.certified_drop == a.codes.certified_drop);
            BOOST_TEST(b.distance == a.distance);
        }
        BOOST_TEST(told.model().codes.to_host() == plain.model().codes.to_host());
        BOOST_TEST(told.model().dictionary.to_host() == plain.model().dictionary.to_host());
        BOOST_TEST(told.model().classifier.to_host() == plain.model().classifier.to_host());
    }
}

/// A sample's part of Psi, and one step from p by its formula.
struct Sample {
    arma::mat M;
    arma::vec r;
    double t;
    std::size_t nonzeros = T;

    arma::vec gradient(const arma::vec& g) const { return M * g - r; }
    double value(const arma::vec& g) const { return 0.5 * arma::dot(g, M * g) - arma::dot(r, g); }
    /// t (p - g+) - gradient(p) is in the subdifferential at g+ = prox(p - gradient(p) / t).
    arma::vec error(const arma::vec& p, const arma::vec& next) const {
        return t * (p - next) - gradient(p) + gradient(next);
    }
    arma::vec step(const arma::vec& p) const {
        arma::vec u = p - gradient(p) / t;
        const arma::uvec order = arma::stable_sort_index(arma::vec(arma::abs(u)), "descend");
        for (arma::uword i = nonzeros; i < u.n_elem; ++i) u(order(i)) = 0.0;
        return u;
    }
};

BOOST_AUTO_TEST_CASE(a_good_proposal_is_taken_one_step_on_and_a_bad_one_is_not) {
    // Every other sample is told what twenty iterations from elsewhere find, the rest nonsense.
    const Problem& p = problem();
    Palm<Cpu, double> plain = learner(l0_options()), told = learner(l0_options());
    plain.step(0.0), told.step(0.0);
    const SupervisedModel<Cpu, double> before = told.model().copy();
    const CodeSystem<Cpu, double> system = told.objective().code_system(0.0, before);
    Matrix proposal = noise(10.0, 3);
    const Matrix found = label_free_codes(l0_options(), 20, before.dictionary, p.samples);
    for (std::size_t j = 0; j < N; j += 2) proposal.set_columns(j, found.columns(j, 1));
    const PalmRecord of_plain = plain.step(0.0), record = told.step(0.0, proposal);
    BOOST_TEST(record.codes.objective < of_plain.codes.objective);

    const arma::mat M = to_arma(system.M), R = to_arma(system.R), P = to_arma(proposal);
    const arma::mat G0 = to_arma(before.codes), G = to_arma(told.model().codes),
                    own = to_arma(plain.model().codes);
    std::size_t refused = 0;
    for (std::size_t j = 0; j < N; ++j) {
        const Sample sample{M, R.col(j), record.codes.step_size};
        const arma::vec next = sample.step(P.col(j)), from = G0.col(j);
        const double length = arma::norm(next - from);
        const bool keeps =
            sample.value(from) - sample.value(next) >= record.codes.constant * length * length &&
            arma::norm(sample.error(P.col(j), next)) <= sample.t * length;
        refused += !keeps;
        if (j % 2 == 1) BOOST_TEST(!keeps);
        BOOST_TEST(arma::norm(G.col(j) - (keeps ? next : arma::vec(own.col(j)))) < 1e-12);
    }
    BOOST_TEST(record.codes.refused == refused);
    BOOST_TEST(refused >= N / 2);
    BOOST_TEST(refused < 3 * N / 4);  // of the good proposals most are taken
}

BOOST_AUTO_TEST_CASE(a_decrease_without_a_small_error_is_refused) {
    // A good code with a vector that D does not see on top: Top_T leaves most of it behind, so that the step
    // lowers Psi from zero codes, but starts too far from where it ends.
    PalmOptions options = l0_options();
    options.nonzeros = 1;
    Palm<Cpu, double> palm = learner(options);
    const CodeSystem<Cpu, double> system = palm.objective().code_system(0.0, palm.model());
    const arma::mat M = to_arma(system.M), R = to_arma(system.R);
    arma::vec eigenvalues;
    arma::mat vectors;
    arma::eig_sym(eigenvalues, vectors, M);
    Matrix proposal = label_free_codes(options, 50, problem().start, problem().samples);
    for (std::size_t j = 0; j < N; ++j) {
        const arma::vec unseen = vectors.col(j % (K - 16));
        double smallest = std::numeric_limits<double>::infinity();
        for (const double entry : proposal.column(j))
            if (entry != 0.0) smallest = std::min(smallest, std::abs(entry));
        const double size = 0.9 * smallest / arma::abs(unseen).max();
        for (std::size_t k = 0; k < K; ++k) proposal(k, j) += size * unseen(k);
    }
    const PalmRecord record = palm.step(0.0, proposal);
    std::size_t far = 0, kept = 0;
    for (std::size_t j = 0; j < N; ++j) {
        const Sample sample{M, R.col(j), record.codes.step_size, 1};
        const arma::vec p = to_arma(proposal).col(j), next = sample.step(p);
        const bool decreases = -sample.value(next) >= record.codes.constant * arma::dot(next, next);
        const bool near = arma::norm(sample.error(p, next)) <= sample.t * arma::norm(next);
        far += decreases && !near;
        kept += decreases && near;
    }
    BOOST_TEST(far > 0U);
    BOOST_TEST(record.codes.refused == N - kept);
}

BOOST_AUTO_TEST_CASE(bad_proposals_are_explained) {
    const auto propose = [](Matrix proposal) {
        return message_of([&] { learner(l0_options()).step(0.0, proposal); });
    };
    Matrix broken(K, N);
    broken(3, 4) = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(propose(std::move(broken)).find("the proposed codes holds NaN or Inf") != std::string::npos);
    BOOST_TEST(propose(Matrix(K, N - 1)).find("the proposed codes are 24 x 119, not 24 x 120") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
