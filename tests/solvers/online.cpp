#include "solvers/dictionary/online.hpp"

#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "solvers/dictionary/palm_blocks.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "tests/message_of.hpp"

using assay::testing::message_of;
using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(online)

namespace {
using Matrix = Array<Cpu, double>;

arma::mat to_arma(const Matrix& A) {
    return arma::mat(A.data(), A.rows(), A.cols());
}

struct Problem {
    Matrix truth = random_dictionary<Cpu, double>(20, 70, 1);
    Matrix X = draw_samples(truth, {.nonzeros = 3, .signs = Signs::independent}, 0.02, 0, 700, 1).samples;
    Matrix D0 = random_dictionary<Cpu, double>(20, 70, 2);
    OnlineOptions options{.codes = {.lambda = 0.3, .tolerance = 1e-10}, .batch = 90, .iterations = 30};
};

double mean_objective(const OnlineOptions& options, const Matrix& D, const Matrix& X) {
    const auto codes = lasso(options.codes, D, X).codes;
    const auto objective = lasso_objective(options.codes.lambda, D, X, codes);
    return std::accumulate(objective.begin(), objective.end(), 0.0) / static_cast<double>(objective.size());
}

/// Algorithm 2 as it stands: one pass over the atoms.
void plain_update(const arma::mat& A, const arma::mat& B, arma::mat& D) {
    for (arma::uword j = 0; j < D.n_cols; ++j) {
        if (A(j, j) == 0) continue;
        const arma::vec u = (B.col(j) - D * A.col(j)) / A(j, j) + D.col(j);
        D.col(j) = u / std::max(arma::norm(u), 1.0);
    }
}

/// 1/2 tr(D^T D A) - tr(D^T B).
double surrogate(const Matrix& D, const CodeMoments<Cpu, double>& moments) {
    return 0.5 * dot(gram(D), moments.S) - dot(D, moments.samples_by_G);
}

}  // namespace

BOOST_AUTO_TEST_CASE(follows_the_published_algorithm) {
    Problem problem;
    problem.options.forgetting = 1.5;
    OnlineLearner<Cpu, double> learner(problem.options, problem.D0);
    arma::mat D = to_arma(problem.D0), A(70, 70, arma::fill::zeros), B(20, 70, arma::fill::zeros);
    for (std::size_t t = 1; t <= 6; ++t) {
        const Matrix batch = problem.X.columns(90 * t, 90);
        const Matrix codes =
            lasso(problem.options.codes, Matrix::from_host(20, 70, {D.memptr(), D.n_elem}), batch).codes;
        const double beta = std::pow(1 - 1 / static_cast<double>(t), 1.5);
        const arma::mat Z = to_arma(codes), X = to_arma(batch);
        A = beta * A + Z * Z.t();
        B = beta * B + X * Z.t();
        plain_update(A, B, D);
        const auto progress = learner.step(batch);
        BOOST_TEST(progress.iteration == t);
        BOOST_TEST(progress.redrawn == 0u);
        // Codes depend continuously on D, with their supports' condition numbers of some hundreds.
        BOOST_TEST(arma::abs(to_arma(learner.dictionary()) - D).max() < 1e-9);
        BOOST_TEST(arma::abs(to_arma(learner.moments().S) - A).max() < 1e-9 * arma::abs(A).max());
    }
    BOOST_TEST(arma::norm(D - to_arma(problem.D0), "fro") > 1.0);
}

// 70 atoms make three blocks of them, the last one smaller.
BOOST_AUTO_TEST_CASE(a_pass_over_the_atoms_equals_plain_loops_and_lowers_the_surrogate) {
    const Problem problem;
    const Matrix Z = lasso(problem.options.codes, problem.D0, problem.X).codes;
    CodeMoments<Cpu, double> moments{Matrix(70, 70), Matrix(20, 70), {}};
    gemm(Op::none, Op::transpose, 1.0, Z, Z, 0.0, moments.S);
    gemm(Op::none, Op::transpose, 1.0, problem.X, Z, 0.0, moments.samples_by_G);
    const DictionaryOptions options{
        .atoms = AtomSet::ball, .method = DictionaryMethod::per_atom, .eps_D = 0.0};
    arma::mat plain = to_arma(problem.D0);
    plain_update(to_arma(moments.S), to_arma(moments.samples_by_G), plain);
    const auto update = update_dictionary(options, moments, 0.0, problem.D0);
    BOOST_TEST(arma::abs(to_arma(update.value) - plain).max() < 1e-12);
    const double fall = surrogate(problem.D0, moments) - surrogate(update.value, moments);
    BOOST_TEST(fall > 0.1);
    BOOST_TEST(update.step.certified_drop <= fall * (1 + 1e-10));
}

BOOST_AUTO_TEST_CASE(the_objective_falls_towards_that_of_the_truth) {
    const Problem problem;
    const double before = mean_objective(problem.options, problem.D0, problem.X);
    const double truth = mean_objective(problem.options, problem.truth, problem.X);
    std::vector<double> seen;
    const OnlineObserver<Cpu, double> observer = [&](const auto& progress) {
        seen.push_back(progress.objective);
        for (const double length : column_distances(progress.dictionary, Matrix(20, 70)))
            BOOST_TEST(length <= 1 + 1e-12);
    };
    OnlineOptions options = problem.options;
    options.iterations = 120;
    const Matrix D = online_dictionary(options, problem.D0, problem.X, observer);
    BOOST_TEST(seen.size() == 120u);
    const double after = mean_objective(options, D, problem.X);
    BOOST_TEST(after < truth + 0.3 * (before - truth));
    BOOST_TEST(seen.back() < 0.8 * seen.front());
}

BOOST_AUTO_TEST_CASE(equal_bits_on_repeat_and_other_orders_with_other_seeds) {
    const Problem problem;
    OnlineOptions options = problem.options;
    options.iterations = 10;  // 700 samples make 8 batches, the last of 70
    const auto once = online_dictionary(options, problem.D0, problem.X).to_host();
    BOOST_TEST((online_dictionary(options, problem.D0, problem.X).to_host() == once));
    options.seed = 2;
    BOOST_TEST((online_dictionary(options, problem.D0, problem.X).to_host() != once));
}

// A pass sees every sample once: with nothing forgotten and codes that do not change, A is Z Z^T of all.
BOOST_AUTO_TEST_CASE(a_pass_takes_every_sample_once) {
    const Matrix D = orthogonal_dictionary<Cpu, double>(6, 3);
    Matrix X(6, 25);
    for (std::size_t i = 0; i < 25; ++i) {
        Matrix x = D.columns(i % 6, 1);
        scale(3.0 + static_cast<double>(i), x);
        X.set_columns(i, x);
    }
    OnlineOptions options{
        .codes = {.lambda = 1, .tolerance = 1e-14}, .batch = 8, .iterations = 4, .forgetting = 0};
    double sum = 0, expected = 0;
    online_dictionary<Cpu, double>(options, D, X, [&](const auto& progress) {
        const double count = progress.iteration == 4 ? 1 : 8;
        sum += progress.objective * count;
    });
    // The atoms are the samples' directions and stay so: each objective is |x| - 1/2.
    for (std::size_t i = 0; i < 25; ++i) expected += 3.0 + static_cast<double>(i) - 0.5;
    BOOST_TEST(sum == expected, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(an_atom_that_nothing_uses_becomes_a_sample_or_stays) {
    const Problem problem;
    Matrix D0 = problem.truth.copy();
    D0.set_columns(5, Matrix(20, 1));  // a zero atom is never used
    for (const std::size_t idle : {0u, 3u}) {
        OnlineOptions options = problem.options;
        options.idle = idle;
        OnlineLearner<Cpu, double> learner(options, D0);
        std::vector<std::size_t> redrawn;
        for (std::size_t t = 0; t < 4; ++t)
            redrawn.push_back(learner.step(problem.X.columns(90 * t, 90)).redrawn);
        const std::vector<std::size_t> expected =
            idle == 0 ? std::vector<std::size_t>{0, 0, 0, 0} : std::vector<std::size_t>{0, 0, 1, 0};
        BOOST_TEST(redrawn == expected, boost::test_tools::per_element());
        const double length = norm(learner.dictionary().columns(5, 1));
        BOOST_TEST(length == (idle == 0 ? 0.0 : 1.0), boost::test_tools::tolerance(1e-9));
    }
}

BOOST_AUTO_TEST_CASE(a_new_atom_has_no_past) {
    const Problem problem;
    OnlineOptions options = problem.options;
    options.codes.lambda = 1e3;  // no code has a non-zero: all atoms are idle
    options.idle = 2;
    OnlineLearner<Cpu, double> learner(options, problem.D0);
    BOOST_TEST(learner.step(problem.X).redrawn == 0u);
    BOOST_TEST(learner.step(problem.X).redrawn == 70u);
    BOOST_TEST(norm(learner.moments().S) == 0.0);
    for (std::size_t k = 0; k < 70; ++k) {
        double closest = 1;
        for (std::size_t i = 0; i < problem.X.cols(); ++i) {
            Matrix x = problem.X.columns(i, 1);
            normalize_columns(x);
            closest = std::min(closest, distance(x, learner.dictionary().columns(k, 1)));
        }
        BOOST_TEST(closest < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    const Problem problem;
    OnlineOptions options = problem.options;
    options.codes.tolerance = 1e-6;
    const auto narrow =
        online_dictionary(options, to_device<Cpu, float>(problem.D0), to_device<Cpu, float>(problem.X));
    const Matrix wide = online_dictionary(options, problem.D0, problem.X);
    const double a = mean_objective(options, to_device<Cpu, double>(narrow), problem.X);
    BOOST_TEST(std::abs(a - mean_objective(options, wide, problem.X)) < 0.02 * a);
}

BOOST_AUTO_TEST_CASE(large_starts_are_scaled_and_bad_input_is_explained) {
    const Problem problem;
    Matrix large = problem.D0.copy();
    scale(7.0, large);
    const OnlineLearner<Cpu, double> learner(problem.options, large);
    BOOST_TEST(distance(learner.dictionary(), problem.D0) < 1e-12);

    const auto says = [&](OnlineOptions options, const Matrix& D, const Matrix& X, const char* text) {
        return message_of([&] { online_dictionary(options, D, X); }).find(text) != std::string::npos;
    };
    OnlineOptions options = problem.options;
    options.batch = 0;
    BOOST_TEST(says(options, problem.D0, problem.X, "batch of 0"));
    options = problem.options;
    options.forgetting = -1;
    BOOST_TEST(says(options, problem.D0, problem.X, "forgetting = -1"));
    options = problem.options;
    options.codes.lambda = -1;
    BOOST_TEST(says(options, problem.D0, problem.X, "lambda = -1"));
    BOOST_TEST(says(problem.options, Matrix(), problem.X, "D0 is empty"));
    BOOST_TEST(says(problem.options, Matrix(19, 70), problem.X, "number of rows"));
    Matrix broken = problem.X.copy();
    broken(3, 3) = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(says(problem.options, problem.D0, broken, "NaN"));
}

BOOST_AUTO_TEST_SUITE_END()
